# SPDX-License-Identifier: Apache-2.0
# The scripts run on a node's files in a folder, with /etc and /var moved into it and stand-ins for what would restart things.
# Run twice: the second time nothing may change. Read by tests/platforms/run.
stubs=$scratch/stubs
mkdir -p "$stubs"
for one in sysctl update-ca-certificates update-ca-trust; do printf '#!/bin/sh\nexit 0\n' > "$stubs/$one"; done
cat > "$stubs/systemctl" << 'END'
#!/bin/sh
case "$1 $2" in
  'cat kubelet.service') printf '[Service]\nEnvironmentFile=-/etc/default/kubelet\nExecStart=\nExecStart=/usr/bin/kubelet $KUBELET_CONFIG_ARGS $KUBELET_EXTRA_ARGS\n' ;;
  'cat cri-docker.service') printf '[Service]\nExecStart=/usr/bin/cri-dockerd --container-runtime-endpoint fd:// \\\n  --network-plugin=cni\n' ;;
esac
END
chmod +x "$stubs"/*

# make_node NAME SHAPE: a node's files; kubeadm or eks.
make_node() {
  node=$scratch/nodes/$1
  mkdir -p "$node/etc/containerd" "$node/etc/eks/containerd" "$node/var/lib/kubelet" "$node/etc/default" "$node/etc/docker" "$node/etc/kubernetes/kubelet"
  cat > "$node/var/lib/kubelet/config.yaml" << 'END'
apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
clusterDNS:
- 10.96.0.10
evictionHard:
    imagefs.available: 5%
    memory.available: 100Mi
kind: KubeletConfiguration
serializeImagePulls: true
staticPodPath: /etc/kubernetes/manifests
END
  printf '# kept\nversion = 2\n\n[plugins."io.containerd.grpc.v1.cri"] # ours\n  sandbox_image = "registry.k8s.io/pause:3.9"\n  image_pull_progress_timeout = "1m"\n  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]\n    SystemdCgroup = true\n' > "$node/etc/containerd/config.toml"
  cp "$node/etc/containerd/config.toml" "$node/etc/eks/containerd/containerd-config.toml"
  printf 'KUBELET_EXTRA_ARGS="--node-labels=a=b --image-pull-progress-deadline 1m --v=2"\n' > "$node/etc/default/kubelet"
  printf '{"log-driver": "json-file"}\n' > "$node/etc/docker/daemon.json"
  printf '{"kind": "KubeletConfiguration", "serializeImagePulls": true}\n' > "$node/etc/kubernetes/kubelet/kubelet-config.json"
  printf '    KUBELET_EXTRA_ARGS=$1\nKUBELET_EXTRA_ARGS="${KUBELET_EXTRA_ARGS:-}"\necho "$KUBELET_EXTRA_ARGS"\n' > "$node/etc/eks/bootstrap.sh"
}

# run_script FILE NODE: moved into the node's folder.
run_script() {
  # (busybox' shell would run its own sysctl.)
  sed -E "s#(^|[ '\"=(])/(etc|var|usr/local)/#\1$2/\2/#g" "$1" | sed 's/^sysctl -p/true sysctl -p/' > "$2/script"
  PATH=$stubs:$PATH ${shell:-sh} "$2/script" > "$2/out" 2>&1
}
# has NAME FILE TEXT: a line of the node's file.
has() { if grep -qxF -- "$3" "$2"; then ok; else bad "$1: no line: $3" "$(cat "$2" 2>&1)"; fi; }

mapfile -t shells < <(command -v dash bash | sort -u; command -v busybox > /dev/null && echo 'busybox sh')
for shell in "${shells[@]}"; do
  for file in "$scratch"/printed/{drop-in,eksctl,k3s}/*/*.{sh,yaml}; do
    [ -e "$file" ] || continue
    name=$(basename "${shell%% *}")-$(basename "$(dirname "$(dirname "$file")")")-$(basename "$(dirname "$file")")
    script=$file
    case $file in
      *eksctl*) script=$(grep -lxF "$(sed -n '/^preBoot/,$p' "$file" | sed -n 3p | sed 's/^    //')" "$scratch"/parts/*-eksctl-"$(basename "$(dirname "$file")")".sh 2> /dev/null | head -n 1); [ -n "$script" ] || continue ;;
      *.yaml) continue ;;
    esac
    make_node "$name"
    if ! run_script "$script" "$node"; then bad "$name failed" "$(cat "$node/out")"; continue; fi
    grep -rqF .unsnag "$node" --include='*.unsnag' && bad "$name leaves files behind"
    if run_script "$script" "$node" && ! grep -q '^changed' "$node/out"; then ok; else bad "$name changes something when it runs again" "$(cat "$node/out")"; fi
  done
done
unset shell
node_of() { node=$scratch/nodes/dash-$1; }
node_of drop-in-deadline-docker; has flag "$node/etc/default/kubelet" 'KUBELET_EXTRA_ARGS="--node-labels=a=b --v=2 --image-pull-progress-deadline=10m"'
node_of drop-in-deadline-cri-dockerd; has cri-dockerd "$node/etc/systemd/system/cri-docker.service.d/90-unsnag.conf" 'ExecStart=/usr/bin/cri-dockerd --container-runtime-endpoint fd:// --network-plugin=cni --image-pull-progress-deadline=10m'
node_of drop-in-deadline-containerd; has toml "$node/etc/containerd/config.toml" 'image_pull_progress_timeout = "10m"'; has 'what was there' "$node/etc/containerd/config.toml" '  sandbox_image = "registry.k8s.io/pause:3.9"'
if [ "$(grep -c image_pull_progress_timeout "$node/etc/containerd/config.toml")" = 1 ]; then ok; else bad 'the key stands twice'; fi
node_of drop-in-kubelet-config; has yaml "$node/var/lib/kubelet/config.yaml" '    imagefs.available: "15%"'; has yaml "$node/var/lib/kubelet/config.yaml" 'serializeImagePulls: false'; has yaml "$node/var/lib/kubelet/config.yaml" '    memory.available: 100Mi'
if "$python" -c 'import sys, yaml; d = yaml.safe_load(open(sys.argv[1])); assert d["evictionHard"] == {"imagefs.available": "15%", "memory.available": "100Mi"}, d' "$node/var/lib/kubelet/config.yaml"; then ok; else bad 'kubelet_set'; fi
node_of drop-in-mirror-docker; has json "$node/etc/docker/daemon.json" '  "log-driver": "json-file",'
node_of drop-in-odd-file; has 'an odd file' "$node/var/lib/odd" "$(printf "\${A} %%{b}\t'END' \"q\" {{ c }}")"
node_of eksctl-deadline-docker
if [ "$(cd / && bash "$node/etc/eks/bootstrap.sh" --node-labels=a=b)" = '--node-labels=a=b --image-pull-progress-deadline=10m' ]; then ok; else bad 'bootstrap.sh' "$(cat "$node/etc/eks/bootstrap.sh")"; fi
