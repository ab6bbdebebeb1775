// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/node_test.h"

namespace unsnag::readers::node {
namespace {

TEST(NodeFiles, LogsAreLeftToOthersAndSayNothingHere) {
  struct Case {
    const char* name;
    const char* text;
  };
  for (const Case& c :
       {Case{"klog", "I1124 07:23:22.513846    4321 server.go:199] \"Kubelet version\" kubeletVersion=\"v1.20.15\"\n"},
        Case{"containerd", "time=\"2026-11-24T06:56:39.864597103Z\" level=info msg=\"PullImage \\\"redis:7.4\\\"\"\n"},
        Case{"journal", "Nov 24 07:23:22 node-a containerd[20]: time=\"2026-11-24T07:23:22Z\" level=info msg=\"starting containerd\"\n"},
        Case{"dmesg", "[    0.000000] Linux version 6.1.0 (gcc 12.2.0) #1 SMP\n"},
        Case{"describe", "Name:         app-0\nNamespace:    default\nEvents:\n  Warning  Failed  4s  kubelet  Error: ErrImagePull\n"},
        Case{"empty", ""}, Case{"blank", "\n \n"}}) {
    const Read r = read("some.txt", c.text);
    EXPECT_FALSE(r.was_read) << c.name;
    EXPECT_TRUE(r.found.events.empty()) << c.name;
  }
}

TEST(NodeFiles, ATranscriptsFilesAreReadUnderTheirOwnNames) {
  const Read r = read(
      "paste.txt",
      "$ cat /etc/containerd/certs.d/ghcr.io/hosts.toml\n[host.\"https://m.example\"]\n  capabilities = [\"pull\", \"resolve\"]\n"
      "root@node-a:~# cat /etc/systemd/system/kubelet.service.d/10-x.conf\n[Service]\nEnvironment=\"KUBELET_EXTRA_ARGS=--registry-qps=1\"\n"
      "$ df -h\nFilesystem Size Used Avail Use% Mounted on\n/dev/vda 9G 9G 0 100% /\n");
  EXPECT_TRUE(r.was_read);
  const auto mirrors = r.found.named("mirror-set");
  ASSERT_EQ(mirrors.size(), 1u);
  EXPECT_EQ(mirrors[0].get("registry"), "ghcr.io");
  EXPECT_EQ(r.found.events[0].origin.line, 2u);
  EXPECT_EQ(r.found.events[0].origin.file, "paste.txt");
  EXPECT_EQ(r.found.setting("kubelet", "registryPullQPS"), "1");
  EXPECT_EQ(r.found.named("fs-usage", "use", "100").size(), 1u);
}

TEST(NodeFiles, CarriageReturnsDoNotMatter) {
  EXPECT_EQ(read("df.txt", "Filesystem Size Used Avail Use% Mounted on\r\n/dev/vda 9G 9G 0 100% /var\r\n")
                .found.named("fs-usage", "mount", "/var")
                .size(),
            1u);
  EXPECT_EQ(read("10-proxy.conf", "[Service]\r\nEnvironment=HTTPS_PROXY=http://p.example:3128\r\n")
                .found.named("proxy-set", "proxy", "http://p.example:3128")
                .size(),
            1u);
}

TEST(NodeFiles, HostileTextsComeBackWithoutHarm) {
  const std::string many(1u << 20, '[');
  const std::string wide = "[host." + std::string(100000, '"') + "\n";
  std::string numbers = "   7 0 loop0";
  for (int i = 0; i < 17; ++i) numbers += " 99999999999999999999999999999999";
  std::string psi = "some avg10=nan avg60=inf avg300=1e999 total=1\n";
  std::string devices;
  for (int i = 0; i < 5000; ++i) devices += fmt::format("7 {} loop{} 1 1 1 1 1 1 1 1 1 1 1\n", i, i);
  std::string stream = R"({"t": 1e300, "pull": 1, "request": "POST /images/create?fromImage=%&tag=%f"})"
                       "\n"
                       R"({"t": -1, "pull": 1, "msg": {"status": "Retrying in 999999999999 seconds", "id": "a"}})"
                       "\n";
  for (const std::string& text : {many, "{" + many, wide, numbers + "\n" + numbers + "\n", psi, devices, stream, "$ cat /etc/a\n" + many,
                                  std::string("Dirty: 1e300 kB\n"), std::string("[Service]\nExecStart=$A\nEnvironment=A=$A\nExecStart=\\"),
                                  std::string("99/99/9999 99:99:99\n"), std::string("\0\0\0\n", 4)}) {
    read("hosts.toml", text);
    read("x.txt", text);
    read("ps.txt", text);
  }
  SUCCEED();
}

}  // namespace
}  // namespace unsnag::readers::node
