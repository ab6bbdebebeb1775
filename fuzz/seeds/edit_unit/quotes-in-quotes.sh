10m
/etc/eks/bootstrap.sh c --kubelet-extra-args "--a='b c' --flag=\"x\" $Y" || $(bootstrap.sh ${A:-')'})
