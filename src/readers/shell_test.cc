// SPDX-License-Identifier: Apache-2.0
#include "readers/shell.h"

#include <gtest/gtest.h>

namespace unsnag::readers {
namespace {

TEST(Shell, PromptsOfManyShells) {
  for (const auto& [line, command] : {
           std::pair{"$ df -h", "df -h"},
           std::pair{"$ ./collect.sh", "./collect.sh"},
           std::pair{"# df", "df"},
           std::pair{"# cat /etc/containerd/config.toml", "cat /etc/containerd/config.toml"},
           std::pair{"# crictl info", "crictl info"},
           std::pair{"root@node-a:~# df -i /", "df -i /"},
           std::pair{"root@node-a:~# vi /etc/hosts", "vi /etc/hosts"},
           std::pair{"[root@node-a ~]# systemctl cat kubelet", "systemctl cat kubelet"},
           std::pair{"[ec2-user@ip-10-0-0-1 ~]$ sudo cat /etc/docker/daemon.json", "cat /etc/docker/daemon.json"},
           std::pair{"node-a:~ # mount", "mount"},
           std::pair{"sh-4.4# df -h", "df -h"},
           std::pair{"bash-5.1$ sudo  crictl pull app:1", "crictl pull app:1"},
           std::pair{"PS C:\\Users\\me> docker pull app:1", "docker pull app:1"},
           std::pair{"me@laptop ~ % kubectl get pods", "kubectl get pods"},
       })
    EXPECT_EQ(shell_command(line), command) << line;
}

TEST(Shell, CommentsQuotesAndLogsAreNoPrompts) {
  for (const auto* line : {
           "",
           "$",
           "# mount the volume first",
           "# cat pictures",
           "# /etc/systemd/system/kubelet.service",
           "# systemd is what starts it",
           "> df -h is fine",
           "> cat /etc/hosts",
           "capabilities = [\"pull\"] # cat /etc",
           "msg=\"x\" $ cat /etc/hosts",
           "E1124 07:12:08.721387   19458 kube_docker_client.go:340] a # df -h",
           "Failed to pull image: we saw that it was # df -h",
           "  Warning  Failed  4s  kubelet  Error: # df",
           "  capabilities: {a: 1} # df",
       })
    EXPECT_EQ(shell_command(line), "") << line;
}

TEST(Shell, WhichFileACommandPrints) {
  EXPECT_EQ(printed_file("cat /etc/containerd/config.toml"), "/etc/containerd/config.toml");
  EXPECT_EQ(printed_file("systemctl cat kubelet --no-pager"), "kubelet");
  for (const auto* command : {"cat /proc/mounts", "cat /etc/a | head", "cat /etc/*", "cat", "df -h", ""})
    EXPECT_EQ(printed_file(command), "");
}

}  // namespace
}  // namespace unsnag::readers
