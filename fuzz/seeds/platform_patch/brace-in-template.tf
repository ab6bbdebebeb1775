module "eks" {
  eks_managed_node_groups = {
    a = {
      x = "${merge({a = \"}\"}, var.b)}"
    }
  }
}
