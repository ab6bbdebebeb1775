# SPDX-License-Identifier: Apache-2.0
# kubelet 1.20 with Docker: flags in variables of drop-ins, daemon.json, and how a restart is held back, undone and survived.

apply_in_background() {   # FILE: the output; its process id is in /run/fix.pid
  on sh -c 'echo $$ > /run/fix.pid; exec /opt/unsnag/unsnag fix progress-deadline --apply' > "$1" 2>&1 &
  runner=$!
}

cases_of_eks() {
  make_eks
  boot_node docker || { echo 'FAILED eks: it does not boot'; failed=$((failed + 1)); return; }
  remember_tree

  begin 'a plan changes nothing'
  fix progress-deadline --deadline 10m
  expect_status 0; expect '90-unsnag.conf'; expect '--node-labels=team=web,disk=slow'; expect 'running pods go on'
  expect 'steady?'; same_tree; runs_without image-pull-progress-deadline
  end

  begin 'applied, it is in the running process beside labels and taints'
  fix progress-deadline --deadline 10m --apply
  expect_status 0; expect 'healthy and in force'; is_active kubelet
  runs_with --image-pull-progress-deadline=10m; runs_with --node-labels=team=web,disk=slow; runs_with --register-with-taints=a=b:NoSchedule
  end

  begin 'a second time there is nothing to do'
  fix progress-deadline --deadline 10m --apply
  expect_status 0; expect 'nothing to do'
  end

  begin 'undone, the node is as before'
  undo; is_active kubelet; runs_without image-pull-progress-deadline
  end

  begin 'a kubelet that ends soon after its start is undone by itself'
  fix progress-deadline --deadline 2h --apply --settle 10s
  expect_status 1; expect 'is undone'; expect 'kubelet'; same_tree; is_active kubelet; runs_without image-pull-progress-deadline
  fix list
  expect 'failed and undone'
  end

  begin 'a node that pulls is not restarted'
  on sh -c 'echo x > /var/lib/docker/tmp/GetImageBlob1'
  fix progress-deadline --apply
  expect_status 3; expect 'not steady'; expect 'a download'; same_tree
  end

  begin 'a node under pressure is not restarted, unless it must be'
  on rm -f /var/lib/docker/tmp/GetImageBlob1
  pressure io 93.10
  fix progress-deadline --apply
  expect_status 3; expect 'wait for the disk 93 %'; same_tree
  fix progress-deadline --apply --force
  expect_status 0; runs_with --image-pull-progress-deadline=10m
  undo --force
  pressure io 0.00
  on sh -c 'echo x > /var/lib/docker/tmp/GetImageBlob1'
  end

  begin 'it waits for the pull to end'
  (sleep 1; on rm -f /var/lib/docker/tmp/GetImageBlob1) &
  fix progress-deadline --apply --wait 60s
  wait $!
  expect_status 0; runs_with --image-pull-progress-deadline=10m
  undo
  end

  begin 'killed in the middle, the next run knows and undoes it'
  apply_in_background "$scratch/killed"
  kill_when health "$scratch/killed"
  wait $runner
  fix list
  expect 'interrupted'
  undo; is_active kubelet; runs_without image-pull-progress-deadline
  end

  begin 'killed before anything was restarted, what runs is as the files are after undoing'
  apply_in_background "$scratch/killed"
  kill_when write "$scratch/killed"
  wait $runner
  undo; is_active kubelet; runs_without image-pull-progress-deadline
  end

  begin 'two at once are refused'
  apply_in_background "$scratch/first"
  for _ in $(seq 100); do grep -q health "$scratch/first" && break; sleep 0.05; done
  fix progress-deadline --deadline 20m --apply
  expect_status 2; expect 'another unsnag'
  wait $runner
  undo
  end

  begin 'a key of kubelet-config.json is set and undone'
  fix serialized-queue --apply
  expect_status 0; in_file /etc/kubernetes/kubelet/kubelet-config.json '"serializeImagePulls": false'
  undo
  end

  begin 'keys that stand as flags are changed there, where they beat the file'
  printf "[Service]\nEnvironment='KUBELET_EXTRA_ARGS=--node-labels=team=web --serialize-image-pulls=true --registry-qps=5 --runtime-request-timeout=2m0s --image-gc-high-threshold=85 --image-gc-low-threshold=80'\n" \
    > "$root/etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf"
  on systemctl daemon-reload; on systemctl restart kubelet
  remember_tree
  fix serialized-queue --apply; expect_status 0; runs_with --serialize-image-pulls=false; runs_without --serialize-image-pulls=true
  fix cri-deadline --timeout 15m --apply; expect_status 0; runs_with --runtime-request-timeout=15m; runs_without 2m0s
  fix pull-qps-exceeded --qps 20 --burst 40 --apply; expect_status 0; runs_with --registry-qps=20
  fix disk-pressure-gc --high 75 --low 65 --apply; expect_status 0; runs_with --image-gc-high-threshold=75; runs_with --image-gc-low-threshold=65
  runs_with --node-labels=team=web
  undo_all 4; runs_with --registry-qps=5
  end

  begin 'a credential provider is on the command line, both flags of it'
  mkdir -p "$root/etc/eks/image-credential-provider"
  echo '{"kind": "CredentialProviderConfig"}' > "$root/etc/eks/image-credential-provider/config.json"
  remember_tree
  fix credential-provider-failure --provider-config /etc/eks/image-credential-provider/config.json --provider-bin-dir /etc/eks/image-credential-provider --apply
  expect_status 0; runs_with --image-credential-provider-config=/etc/eks/image-credential-provider/config.json
  runs_with --image-credential-provider-bin-dir=/etc/eks/image-credential-provider
  undo
  end

  begin "Docker's mirrors are read again without a restart, and dockerd has them"
  # With a query dockerd does not take it, and says so in its log alone.
  fix mirror-misconfigured --registry docker.io --mirror 'https://mirror.example/?a=b' --apply
  expect_status 1; expect 'registry-mirrors is not in force'; expect 'is undone'; same_tree
  before=$(main_pid docker)
  fix mirror-misconfigured --registry docker.io --mirror https://mirror.example --apply
  expect_status 0; expect 'reload docker.service'
  [ "$before" = "$(main_pid docker)" ] || wrong 'dockerd was restarted'
  on docker info 2> /dev/null | grep -qF https://mirror.example/ || wrong 'dockerd does not have the mirror'
  fix http-https-mismatch --registry registry.plain.example:5000 --apply
  expect_status 0
  on docker info 2> /dev/null | grep -qF registry.plain.example:5000 || wrong 'dockerd does not have the registry'
  undo_all 2
  [ "$before" = "$(main_pid docker)" ] || wrong 'dockerd was restarted by undoing'
  ! on docker info 2> /dev/null | grep -qF mirror.example || wrong 'dockerd has the mirror after undoing'
  end

  begin "a registry's authority is in Docker's own folder for it"
  on sh -c 'printf -- "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n" > /run/ca.pem'
  fix tls-untrusted --registry registry.shop.example --ca /run/ca.pem --apply
  expect_status 0; in_file /etc/docker/certs.d/registry.shop.example/ca.crt 'BEGIN CERTIFICATE'
  undo
  end

  begin "a proxy, more files and fewer downloads are in dockerd's process; containers would live"
  fix proxy-misconfigured --https-proxy http://proxy.example:3128
  expect 'containers go on (live-restore)'
  fix proxy-misconfigured --https-proxy http://proxy.example:3128 --apply
  expect_status 0; has_variable docker HTTPS_PROXY=http://proxy.example:3128
  fix slow-disk --downloads 2 --apply
  expect_status 0
  undo_all 2
  end

  begin 'files that a process may open, and inotify instances, are those of the kernel'
  # The node shares the kernel's values with this machine, so what they lie in is covered.
  on sh -c 'echo 1024 > /run/instances; echo 100000 > /run/watches; mount --bind /run/instances /proc/sys/fs/inotify/max_user_instances
    mount --bind /run/watches /proc/sys/fs/inotify/max_user_watches'
  fix fd-or-process-limit --instances 8192 --watches 524288 --files 16384 --apply
  expect_status 0; has_limit docker 'Max open files 16384 16384'; in_file /etc/sysctl.d/90-unsnag.conf 'fs.inotify.max_user_instances = 8192'
  [ "$(on cat /proc/sys/fs/inotify/max_user_instances)" = 8192 ] || wrong 'the kernel has the old value'
  undo
  [ "$(on cat /proc/sys/fs/inotify/max_user_instances)" = 1024 ] || wrong 'the kernel keeps the new value'
  end
}
