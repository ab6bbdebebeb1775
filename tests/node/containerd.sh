# SPDX-License-Identifier: Apache-2.0
# A node of kubeadm with containerd 1.7 or 2.x, whose watchdog can be set: what `unsnag fix` writes is what that very program
# reads, by its own `config dump`.

# containerd_reads KEY VALUE: in the images table, whatever it is called there
containerd_reads() { on /usr/local/bin/containerd config dump 2> /dev/null | grep -qE "^ *$1 = ['\"]?$2['\"]?\$" || wrong "containerd does not read $1 as $2: $(on /usr/local/bin/containerd config dump 2> /dev/null | grep -E "^ *$1 =" | tr '\n' ' ')"; }

cases_of_containerd() {   # 1.7 | 2
  local version=$1 config file
  if [ ! -x "$work/containerd-$version" ]; then skip "containerd $version: no such package can be had ($work/containerd-$version.log)"; return; fi
  if [ "$version" = 2 ]; then
    config=$'version = 3\nimports = ["/etc/containerd/conf.d/*.toml"]\n\n[plugins."io.containerd.cri.v1.images"]\n  # ours\n  max_concurrent_downloads = 3'
    file=/etc/containerd/conf.d/90-unsnag.toml
  else
    config=$'version = 2\nimports = ["/etc/containerd/conf.d/*.toml"]\n\n[plugins."io.containerd.grpc.v1.cri"]\n  # ours\n  max_concurrent_downloads = 3'
    file=/etc/containerd/config.toml
  fi
  make_kubeadm worker-1 <<< "$config"
  mkdir -p "$root/etc/containerd/conf.d"
  # As upstream's archive is installed; the package's own stays beside it.
  install -D -m 755 "$work/containerd-$version" "$root/usr/local/bin/containerd"
  mkdir -p "$root/etc/systemd/system/containerd.service.d"
  printf '[Service]\nExecStart=\nExecStart=/usr/local/bin/containerd\n' > "$root/etc/systemd/system/containerd.service.d/10-local.conf"
  make_registry || { echo "FAILED containerd $version: no registry"; failed=$((failed + 1)); return; }
  boot_node containerd || { echo "FAILED containerd $version: it does not boot"; failed=$((failed + 1)); return; }
  start_registry
  remember_tree

  begin "containerd $version: a longer deadline is where it reads it, beside what stands there"
  fix progress-deadline --deadline 25m --apply
  expect_status 0; expect 'healthy and in force'; expect_none 'containerd 1.6'; in_file "$file" image_pull_progress_timeout
  containerd_reads image_pull_progress_timeout 25m; containerd_reads max_concurrent_downloads 3; in_file /etc/containerd/config.toml '# ours'
  fix progress-deadline --deadline 25m --apply
  expect_status 0; expect 'nothing to do'
  undo; containerd_reads image_pull_progress_timeout 5m0s
  end

  begin "containerd $version: a mirror gets its folder, and is pulled from"
  cannot_pull docker.io/shop/web:1
  fix mirror-misconfigured --registry docker.io --mirror http://127.0.0.1:5000 --apply
  expect_status 0; containerd_reads config_path /etc/containerd/certs.d
  can_pull docker.io/shop/web:1; asked_registry '127.0.0.1:5000/v2/shop/web/manifests/1 200'
  undo; cannot_pull docker.io/shop/web:2
  end

  begin "containerd $version: fewer layers at once"
  fix slow-disk --downloads 2 --apply
  expect_status 0; containerd_reads max_concurrent_downloads 2
  undo
  end

  if [ "$version" = 2 ]; then
    begin "containerd $version: a file of version 2 keeps its version, and its tables are migrated with what is new in them"
    printf 'version = 2\n\n[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "registry.k8s.io/pause:3.9"\n  [plugins."io.containerd.grpc.v1.cri".containerd]\n    discard_unpacked_layers = true\n  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]\n    runtime_type = "io.containerd.runc.v2"\n' \
      > "$root/etc/containerd/config.toml"
    on systemctl restart containerd
    remember_tree
    fix progress-deadline --deadline 25m --apply
    expect_status 0; in_file /etc/containerd/config.toml 'version = 2'; containerd_reads image_pull_progress_timeout 25m; containerd_reads discard_unpacked_layers true
    fix mirror-misconfigured --registry docker.io --mirror http://127.0.0.1:5000 --apply
    expect_status 0; containerd_reads config_path /etc/containerd/certs.d
    can_pull docker.io/shop/web:2
    fix corrupt-store --image docker.io/shop/web:2
    expect_status 0; expect 'is whole'
    undo_all 2
    echo "$config" > "$root/etc/containerd/config.toml"
    on systemctl restart containerd
    remember_tree
    end
  fi

  begin "containerd $version: a pull in flight is seen through its socket"
  begin_pull 127.0.0.1:5000/shop/slow:big
  fix progress-deadline --apply
  expect_status 3; expect "$(layer_of big)"; same_tree
  end

  begin "containerd $version: what a killed one left is dropped"
  on systemctl kill --kill-who=main -s KILL containerd; end_pull; on systemctl restart containerd
  for ingest in "$(inside /var/lib/containerd/io.containerd.content.v1.content/ingest)"/*; do
    printf 2020-01-01T00:00:00Z > "$ingest/updatedat"; touch -d 2020-01-01 "$ingest/data"
  done
  fix ref-locked --apply
  expect_status 0; expect 'none of them is left'
  can_pull 127.0.0.1:5000/shop/web:big
  end

  begin "containerd $version: a damaged layer is pulled again"
  can_pull 127.0.0.1:5000/shop/web:1
  printf damaged | dd of="$(blob "$(layer_of 1)")" bs=1 seek=1000 conv=notrunc status=none
  fix corrupt-store --image 127.0.0.1:5000/shop/web:1 --apply
  expect_status 0; expect 'read as their digests say'
  [ "$(sha256sum < "$(blob "$(layer_of 1)")" | cut -d' ' -f1)" = "$(layer_of 1)" ] || wrong 'it is damaged still'
  end
}
