# SPDX-License-Identifier: Apache-2.0
# A node's root that was made up: what a kubelet's node has on its disk, with secrets in it, and with what must not be there.
# Sourced by tests/e2e/collect.sh and tests/collect/run.

# One secret a line; none of them may come out anywhere.
made_up_secrets='hunter2-containerd
Zm9vOmJhcnNlY3JldA==
s3cr3t-proxy-pass
AKIAIOSFODNN7EXAMPLF
wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEZ
eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJub2RlIn0.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZw
MIIEpAIBAAKCAQEAmadeupprivatekeymaterial
log-password-9'

# made_up_root FOLDER EXAMPLES: with the logs of the node that EXAMPLES/node-mirror was recorded on.
made_up_root() {
  local root=$1 examples=$2
  mkdir -p "$root"/{etc/{containerd/certs.d/docker.io,docker,default,systemd/system/{kubelet.service.d,containerd.service.d}},root/.docker,var/{log,lib/kubelet},run,usr/lib/systemd/system}
  echo ip-10-0-1-23 > "$root/etc/hostname"
  printf 'ID=made-up\nPRETTY_NAME="Made Up 1"\n' > "$root/etc/os-release"
  printf 'nameserver 10.0.0.2\nsearch eu-central-1.compute.internal\n' > "$root/etc/resolv.conf"
  cp "$examples/node-mirror/var/log/"{kubelet,containerd}.log "$root/var/log/"
  cp "$examples/node-mirror/etc/containerd/certs.d/docker.io/hosts.toml" "$root/etc/containerd/certs.d/docker.io/"
  { cat "$examples/node-mirror/etc/containerd/config.toml"
    printf '\n[plugins."io.containerd.cri.v1.images".registry.configs."registry.example".auth]\n  username = "puller"\n  password = "hunter2-containerd"\n'
  } > "$root/etc/containerd/config.toml"
  cat > "$root/var/lib/kubelet/config.yaml" <<'END'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
serializeImagePulls: true
registryPullQPS: 5
END
  cat > "$root/usr/lib/systemd/system/kubelet.service" <<'END'
[Service]
EnvironmentFile=-/etc/default/kubelet
ExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml $KUBELET_EXTRA_ARGS
END
  printf '[Service]\nEnvironment="HTTPS_PROXY=http://squid:s3cr3t-proxy-pass@proxy.example:3128" "NO_PROXY=10.0.0.0/8"\n' \
    > "$root/etc/systemd/system/containerd.service.d/http-proxy.conf"
  printf '[Service]\nExecStart=/usr/bin/containerd\n' > "$root/usr/lib/systemd/system/containerd.service"
  printf 'KUBELET_EXTRA_ARGS=--node-ip=10.0.1.23 --node-labels=account=123456789012\nAWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLF\nAWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEZ\n' \
    > "$root/etc/default/kubelet"
  echo '{"auths": {"registry.example": {"auth": "Zm9vOmJhcnNlY3JldA=="}}}' > "$root/root/.docker/config.json"
  { echo 'Nov 24 06:57:00 ip-10-0-1-23 app[7]: Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJub2RlIn0.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZw'
    echo 'Nov 24 06:57:01 ip-10-0-1-23 app[7]: connecting to https://deploy:log-password-9@registry.example/v2/ from 10.0.1.23'
    printf -- 'Nov 24 06:57:02 ip-10-0-1-23 app[7]: key follows\n-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAmadeupprivatekeymaterial\n-----END RSA PRIVATE KEY-----\n'
    echo 'Nov 24 06:57:03 ip-10-0-1-23 app[7]: all is quiet'
  } > "$root/var/log/messages"
}

# secrets_in PATH...: prints the secrets that stand in these files or folders.
secrets_in() {
  local secret
  while read -r secret; do
    if grep -rqF -- "$secret" "$@"; then echo "$secret"; fi
  done <<< "$made_up_secrets"
}
