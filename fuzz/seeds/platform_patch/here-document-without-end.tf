x = <<EOT
kind: NodeConfig
