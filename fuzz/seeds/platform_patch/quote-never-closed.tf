x = <<-EOT
  /etc/eks/bootstrap.sh c --kubelet-extra-args "--a=b
  EOT
