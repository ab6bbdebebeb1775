# SPDX-License-Identifier: Apache-2.0
# unsnag fix on a node's root folder that isn't running. tests/node has one that runs.
node=$scratch/node
mkdir -p "$node"/{usr/bin,usr/lib/systemd/system,etc/eks,etc/systemd/system/kubelet.service.d,etc/kubernetes/kubelet,var/lib}
echo ip-10-0-1-23 > "$node/etc/hostname"
echo 'image-pull-progress-deadline' > "$node/usr/bin/kubelet"
echo '#!/bin/bash' > "$node/etc/eks/bootstrap.sh"
printf '[Service]\nExecStart=/usr/bin/kubelet --config /etc/kubernetes/kubelet/kubelet-config.json $KUBELET_ARGS $KUBELET_EXTRA_ARGS\n' \
  > "$node/etc/systemd/system/kubelet.service"
printf "[Service]\nEnvironment='KUBELET_EXTRA_ARGS=--node-labels=team=web'\n" > "$node/etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf"
printf '{\n  "kind": "KubeletConfiguration",\n  "serializeImagePulls": true\n}\n' > "$node/etc/kubernetes/kubelet/kubelet-config.json"
printf '[Service]\nExecStart=/usr/bin/dockerd\n' > "$node/usr/lib/systemd/system/docker.service"
(cd "$node" && find etc -type f -exec sha256sum {} + | sort) > "$scratch/before"
as_before() {
  if (cd "$node" && find etc -type f -exec sha256sum {} + | sort) | cmp -s - "$scratch/before"; then ok "$1"; else bad "$1" 'files differ'; fi
}

run fix progress-deadline --deadline 10m --root "$node"
expect 'fix: a plan shows the file with labels kept' 0 '--node-labels=team=web --image-pull-progress-deadline=10m'
expect 'fix: a plan says how to apply it' 0 '--apply'
expect 'fix: on a tree that does not run nothing is restarted' 0 'Nothing is restarted'
as_before 'fix: a plan changes nothing'
run fix progress-deadline --deadline 10m --root "$node" -o json
if jq -e '.files[0].new and (.files[0].diff | contains("10m")) and .nothing_to_do == false' "$out" > /dev/null; then ok 'fix: the plan as JSON'; else bad 'fix: the plan as JSON' "$(head -n 5 "$out")"; fi
run fix progress-deadline --root "$node" --apply
expect 'fix: applied to a tree' 0 'written as fix 1'
run fix progress-deadline --root "$node" --apply
expect 'fix: nothing to do twice' 0 'nothing to do'
run fix list --root "$node"
expect 'fix: list' 0 '90-unsnag.conf'
run fix undo --root "$node"
expect 'fix: undo' 0 'fix 1 is undone'
as_before 'fix: undone byte for byte'
run fix undo 1 --root "$node"
expect 'fix: undone once' 2 'undone already'
run fix undo 7 --root "$node"
expect 'fix: a fix that is not there' 2 'there is no fix 7'
run fix corrupt-store --image web:1 --root "$node" --apply
expect 'fix: an action is for a node that runs' 3 'it acts on a node that runs'
as_before 'fix: an action that is refused changes nothing'
run fix --from examples/eks-2020 --root "$node"
expect 'fix: without a cause it cures what is found' 0 '--image-pull-progress-deadline=10m'
run fix image-not-found --root "$node"
expect "fix: what a node can't cure is said" 3 'unsnag explain image-not-found'
run fix progress-dedline
expect 'fix: a cause that was meant' 2 'did you mean: unsnag fix progress-deadline'
run fix progress-deadline --deadline 0 --root "$node"
expect 'fix: 0 is refused with the reason' 2 '14158'
run fix progress-deadline --parallel 3 --root "$node"
expect "fix: another cause's parameter is refused" 2 '--parallel is no parameter of progress-deadline'
run fix progress-deadline --root "$node" --print cloudformation
expect 'fix: the lasting change for a platform' 0 '--image-pull-progress-deadline=10m'
run fix progress-deadline --root "$scratch" --print cloudformation
expect 'fix: without a node it asks for the runtime' 2 '--runtime'
run fix mirror-misconfigured --registry docker.io --mirror https://mirror.example --root "$scratch" --print talos
expect "fix: a mirror of nodes that are elsewhere" 0 'https://mirror.example'
run fix pull-qps-exceeded --root "$scratch" --print gke
expect 'fix: what a platform has no place for is refused, with what works there' 3 'what works there'
printf 'version = 2\n' > "$scratch/other.txt"
run fix progress-deadline --root "$node" --patch "$scratch/other.txt"
expect 'fix: a file to patch needs a platform' 2 '--print'
run fix progress-deadline --print;                               expect 'fix: --print without a platform names them' 2 'needs one of cloudformation,'
printf '{ "kind": ' > "$node/etc/kubernetes/kubelet/kubelet-config.json"
run fix serialized-queue --root "$node"
expect 'fix: a file that does not parse is not touched' 2 'kubelet-config.json'
