#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the journal of a cluster in which very many images are pulled, for measuring how diagnosis grows.

usage: make_pulls.py PULLS [--failing PERCENT] [--pods PODS] [--pulls-per-node N] > journal.log
Each pull is of another image, and has the lines that kubelet 1.33 and containerd 2.1 print of it (journalctl -o
short-iso-precise of several nodes, by time). Failing ones fail twice, in one of seven ways, and hold lines without the image, too. PODS
(default: as many as pulls) share the images. Each node also says its settings, and some have trouble of their own.
"""
import argparse, datetime, random

parser = argparse.ArgumentParser()
parser.add_argument('pulls', type=int)
parser.add_argument('--failing', type=float, default=50)
parser.add_argument('--pods', type=int)
parser.add_argument('--pulls-per-node', type=int, default=100)
options = parser.parse_args()
rng = random.Random(20261124)
begin = datetime.datetime(2026, 11, 24, 6, 0, 0)
REGISTRIES = ('registry.acme.example', 'hub.payments.example.net', 'docker.io', 'ghcr.io', 'quay.io', 'registry.prod.example.com:5000')
WAYS = (  # code, the chain after "failed to resolve image: ", what containerd says before it gives up ("" nothing)
    ('NotFound', '{image}: not found', 'fetch failed after status: 404 Not Found'),
    ('Unknown', 'failed to do request: Head "https://{host}/v2/{repo}/manifests/{tag}": dial tcp: lookup {host} on 10.20.0.53:53: no such host', 'fetch failed'),
    ('Unknown', 'failed to do request: Head "https://{host}/v2/{repo}/manifests/{tag}": dial tcp 10.3.4.5:443: i/o timeout', 'fetch failed'),
    ('Unknown', 'pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials', ''),
    ('Unknown', 'failed to do request: Head "https://{host}/v2/{repo}/manifests/{tag}": tls: failed to verify certificate: x509: certificate signed by unknown authority', 'fetch failed'),
    ('Unknown', 'unexpected status from HEAD request to https://{host}/v2/{repo}/manifests/{tag}: 503 Service Unavailable', 'fetch failed after status: 503 Service Unavailable'),
    ('Unknown', 'unexpected status from HEAD request to https://{host}/v2/{repo}/manifests/{tag}: 429 Too Many Requests', 'fetch failed after status: 429 Too Many Requests'),
)
records = []  # (seconds since begin, node, program, message)

def stamp(at): return begin + datetime.timedelta(seconds=at)
def containerd(at, node, level, rest): records.append((at, node, 'containerd[612]', f'time="{stamp(at).isoformat(timespec="microseconds")}000Z" level={level} {rest}'))
def kubelet(at, node, level, where, rest): records.append((at, node, 'kubelet[891]', f'{level}{stamp(at):%m%d %H:%M:%S.%f}     891 {where}] {rest}'))
def quoted(text): return text.replace('\\', '\\\\').replace('"', '\\"')

def fail(at, node, pod, uid, container, image, name):
    host, rest = image.split('/', 1)
    repo, tag = rest.rsplit(':', 1)
    code, chain, before = rng.choice(WAYS)
    fill = {'image': image, 'host': 'registry-1.docker.io' if host == 'docker.io' else host, 'repo': repo, 'tag': tag}
    chain, namespace, plain = chain.format(**fill), *pod.split('/')
    error = f'failed to pull and unpack image "{image}": failed to resolve image: {chain}'
    rpc = f'rpc error: code = {code} desc = {error}'
    for again in (0, rng.uniform(12, 16)):
        t = at + again
        containerd(t, node, 'info', f'msg="PullImage \\"{name}\\""')
        t += rng.uniform(0.05, 0.4)
        if before == 'fetch failed': containerd(t, node, 'info', f'msg="fetch failed" error="{quoted(chain)}" host={fill["host"]} method=HEAD url="https://{fill["host"]}/v2/{repo}/manifests/{tag}"')
        elif before: containerd(t, node, 'info', f'msg="{before}" host={fill["host"]}')
        containerd(t + 0.002, node, 'error', f'msg="PullImage \\"{name}\\" failed" error="{quoted(rpc)}"')
        containerd(t + 0.003, node, 'info', f'msg="stop pulling image {image}: active requests=0, bytes read=0"')
        kubelet(t + 0.004, node, 'E', 'log.go:32', f'"PullImage from image service failed" err="{quoted(rpc)}" image="{name}"')
        kubelet(t + 0.005, node, 'E', 'kuberuntime_image.go:43', f'"Failed to pull image" err="{quoted(rpc)}" image="{name}"')
        kubelet(t + 0.006, node, 'E', 'kuberuntime_manager.go:1449', f'"Unhandled Error" err="container {container} start failed in pod {plain}_{namespace}({uid}): ErrImagePull: {quoted(rpc)}" logger="UnhandledError"')
        sync = f'failed to "StartContainer" for "{container}" with ErrImagePull: "{quoted(rpc)}"'
        kubelet(t + 0.007, node, 'E', 'pod_workers.go:1324', f'"Error syncing pod, skipping" err="{quoted(sync)}" pod="{pod}" podUID="{uid}"')
    sync = f'failed to "StartContainer" for "{container}" with ImagePullBackOff: "{quoted(f"""Back-off pulling image "{name}": ErrImagePull: {rpc}""")}"'
    kubelet(t + 1.1, node, 'E', 'pod_workers.go:1324', f'"Error syncing pod, skipping" err="{quoted(sync)}" pod="{pod}" podUID="{uid}"')

def succeed(at, node, pod, uid, container, image, name):
    took = rng.uniform(0.5, 20)
    digest = f'{rng.getrandbits(256):064x}'
    containerd(at, node, 'info', f'msg="PullImage \\"{name}\\""')
    containerd(at + took, node, 'info', f'msg="stop pulling image {image}: active requests=0, bytes read={rng.randrange(10**6, 10**8)}"')
    containerd(at + took + 0.001, node, 'info', f'msg="Pulled image \\"{name}\\" with image id \\"sha256:{digest}\\", repo tag \\"{image}\\", size \\"{rng.randrange(10**6, 10**8)}\\" in {took:.6f}s"')
    containerd(at + took + 0.002, node, 'info', f'msg="PullImage \\"{name}\\" returns image reference \\"sha256:{digest}\\""')
    kubelet(at + took + 1.5, node, 'I', 'pod_startup_latency_tracker.go:104', f'"Observed pod startup duration" pod="{pod}" podStartSLOduration={took + 2:.3f} firstStartedPulling="{stamp(at):%Y-%m-%d %H:%M:%S.%f} +0000 UTC" lastFinishedPulling="{stamp(at + took):%Y-%m-%d %H:%M:%S.%f} +0000 UTC"')

def start(at, node, number):
    kubelet(at, node, 'I', 'flags.go:64', 'FLAG: --runtime-request-timeout="2m0s"')
    kubelet(at, node, 'I', 'flags.go:64', 'FLAG: --serialize-image-pulls="true"')
    kubelet(at + 0.1, node, 'I', 'server.go:408', '"Kubelet version" kubeletVersion="v1.33.4"')
    containerd(at + 0.2, node, 'info', 'msg="starting containerd" revision=05044ec0a9a75232cad458027ca83437aae3f4da version=v2.1.4')
    if number % 7 == 3: kubelet(at + 60, node, 'W', 'eviction_manager.go:376', '"Eviction manager: attempting to reclaim" resourceName="ephemeral-storage"')
    if number % 5 == 2: kubelet(at + 90, node, 'E', 'remote_runtime.go:680', '"ExecSync cmd from runtime service failed" err="rpc error: code = DeadlineExceeded desc = context deadline exceeded" containerID="' + f'{rng.getrandbits(256):064x}"')

pods = options.pods or options.pulls
for i in range(options.pulls):
    node = f'worker-{i // options.pulls_per_node:04d}'
    if i % options.pulls_per_node == 0: start(rng.uniform(0, 5), node, i // options.pulls_per_node)
    at = 10 + (i % options.pulls_per_node) * 33 + rng.uniform(0, 10)
    host = REGISTRIES[rng.randrange(len(REGISTRIES))]
    image = f'{host}/team-{i % 97}/service-{i}:{rng.randrange(1, 9)}.{rng.randrange(40)}.0'
    n = i % pods
    uid = f'{rng.getrandbits(32):08x}-{n % 65536:04x}-4{n % 4096:03x}-9f5c-{n:012x}'
    act = fail if rng.uniform(0, 100) < options.failing else succeed
    act(at, node, f'prod-{n % 31}/service-{n}-6d8f9c7b5d-{n % 100000:05d}', uid, f'service-{n}', image, image.removeprefix('docker.io/'))
records.sort(key=lambda record: record[0])
for at, node, program, message in records: print(f'{stamp(at):%Y-%m-%dT%H:%M:%S}.{stamp(at).microsecond:06d}+00:00 {node} {program}: {message}')
