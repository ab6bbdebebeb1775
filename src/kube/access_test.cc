// SPDX-License-Identifier: Apache-2.0
#include "kube/access.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unsnag::kube {
namespace {

using testing::HasSubstr;
using testing::Not;

ReadFile files(std::map<std::string, std::string> all) {
  return [all = std::move(all)](const std::string& path) -> Result<std::string> {
    const auto found = all.find(path);
    if (found == all.end()) return fail(Errc::not_found, "No such file or directory");
    return found->second;
  };
}

std::string kubeconfig(const std::string& user, const std::string& cluster = "    server: https://10.0.0.1:6443/\n") {
  return "apiVersion: v1\nkind: Config\ncurrent-context: here\n"
         "contexts:\n- name: other\n  context: {cluster: none, user: none}\n- name: here\n  context: {cluster: c, user: u}\n"
         "clusters:\n- name: c\n  cluster:\n" +
         cluster + "users:\n- name: u\n  user:\n" + user;
}

Result<Access> access(const std::string& text, std::map<std::string, std::string> more = {}) {
  more["/etc/kubernetes/kubelet.conf"] = text;
  return access_of_kubeconfig(files(std::move(more)), "/etc/kubernetes/kubelet.conf");
}

TEST(Access, KubeadmsCertificateInOneFile) {
  const auto got =
      access(kubeconfig("    client-certificate: /var/lib/kubelet/pki/current.pem\n    client-key: /var/lib/kubelet/pki/current.pem\n",
                        "    server: https://api.example:6443\n    certificate-authority-data: Q0E=\n"),
             {{"/var/lib/kubelet/pki/current.pem", "both"}});
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(got->server, "https://api.example:6443");
  EXPECT_EQ(got->tls.authorities, "CA");
  EXPECT_EQ(got->tls.certificate, "both");
  EXPECT_EQ(got->tls.key.reveal(), "both");
  EXPECT_EQ(got->from, "/etc/kubernetes/kubelet.conf");
}

TEST(Access, K3sFilesStandBesideIt) {
  const auto got = access(kubeconfig("    client-certificate: client.crt\n    client-key: client.key\n"),
                          {{"/etc/kubernetes/client.crt", "certificate"}, {"/etc/kubernetes/client.key", "key"}});
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(got->server, "https://10.0.0.1:6443");
  EXPECT_EQ(got->tls.certificate, "certificate");
}

TEST(Access, ATokenOrItsFileWillDo) {
  EXPECT_EQ(access(kubeconfig("    token: hush\n")).value().token.reveal(), "hush");
  EXPECT_EQ(access(kubeconfig("    token: old\n    tokenFile: /token\n"), {{"/token", "new\n"}}).value().token.reveal(), "new");
}

TEST(Access, AServersOtherNameAProxyAndNoVerificationAreTaken) {
  const auto got = access(kubeconfig("    token: hush\n",
                                     "    server: https://10.0.0.1\n    tls-server-name: api\n    proxy-url: http://proxy:3128\n"
                                     "    insecure-skip-tls-verify: true\n"));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->tls.server_name, "api");
  EXPECT_EQ(got->proxy, "http://proxy:3128");
  EXPECT_EQ(got->tls.verify, http::Verify::no);
}

TEST(Access, AHelperProgramIsNamedAndNotRun) {
  const auto got = access(kubeconfig("    exec:\n      command: /usr/bin/aws-iam-authenticator\n      args: [token, hush]\n"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::unsupported);
  EXPECT_EQ(got.error().detail, "it wants the helper program /usr/bin/aws-iam-authenticator, and helper programs are not run");
}

TEST(Access, SaysWhatIsMissing) {
  const auto code = [](const std::string& text) { return access(text).error().code; };
  EXPECT_EQ(code(""), Errc::malformed);
  EXPECT_EQ(code("just a word"), Errc::malformed);
  EXPECT_EQ(code("contexts: 1\nclusters: {}\n"), Errc::malformed);
  EXPECT_EQ(code(kubeconfig("    token: hush\n", "    server: ''\n")), Errc::malformed);
  EXPECT_EQ(code(kubeconfig("    client-certificate-data: '***'\n")), Errc::malformed);
  EXPECT_EQ(code(kubeconfig("    username: me\n")), Errc::unsupported);
  EXPECT_EQ(code(kubeconfig("    auth-provider: {name: gcp}\n")), Errc::unsupported);
  const auto file = access(kubeconfig("    token: hush\n    tokenFile: /gone\n"));
  EXPECT_EQ(file.error().message(), "/gone: No such file or directory");
}

TEST(Access, APodHasItsServiceAccount) {
  const std::string folder = "/var/run/secrets/kubernetes.io/serviceaccount/";
  const auto read = files({{folder + "token", "hush\n"}, {folder + "ca.crt", "CA"}});
  const auto got = access_of_pod(read, "10.96.0.1", "443");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->server, "https://10.96.0.1:443");
  EXPECT_EQ(got->token.reveal(), "hush");
  EXPECT_EQ(got->tls.authorities, "CA");
  EXPECT_EQ(access_of_pod(read, "fd00::1", "").value().server, "https://[fd00::1]:443");
  EXPECT_EQ(access_of_pod(read, "", "").error().code, Errc::not_found);
  EXPECT_EQ(access_of_pod(files({}), "10.96.0.1", "443").error().code, Errc::not_found);
}

}  // namespace
}  // namespace unsnag::kube
