// SPDX-License-Identifier: Apache-2.0
// Words that look like secrets, or talk about them, and that explain a pull: they stay as they are, in every clothing.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/base64.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "redaction/redactor.h"

namespace unsnag::redaction {
namespace {

constexpr auto k_innocent = std::to_array<std::string_view>({
    // digests, images, layers, ids
    "sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1",
    "sha512:"
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
    "docker.io/library/alpine:3.19@sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1",
    "image: 123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app:v1.2.3",
    "image: registry.example:5000/team/app@sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1",
    "localhost:5000/x@sha512:abc",
    "gcr.io/google-containers/pause:3.2",
    "asia-east1-docker.pkg.dev/project/repo/app:1",
    "ASIA.gcr.io/x",
    "layer 4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1: already exists",
    "digest=sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1 size=1234",
    "uid: 0f8fad5b-d9cb-469f-a165-70867728950e",
    "pod_uid=0f8fad5b-d9cb-469f-a165-70867728950e",
    "providerID: aws:///eu-central-1a/i-0123456789abcdef0",
    "resourceVersion: \"123456789\"",
    "generation: 4, observedGeneration: 4",
    "pod-template-hash: 5d4f8c7b9d",
    "name: app-5d4f8c7b9d-x2x4z",
    "name: webapp.17a3f5b6c7d8e9f0",
    "commit 0123456789abcdef0123456789abcdef01234567",
    "git rev b5d8c3a",
    "key=k8s.io/4711/extract-512345678-aBcD sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1",
    "snapshot key extract-512345678-aBcD exists",
    "unpack snapshot key: \"extract-123-Qw12\"",
    "ref: layer-sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1",
    "containerd://4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1",
    "docker-pullable://a/b@sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1",
    "SHA256 Fingerprint=AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJk3v1Q5YtJ0m4h7g7Wm0h2Yx0XkO4cJc2N9dD1zQ7aB joe@host",
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBD root@ip-10-0-1-23",
    "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8 RSA key fingerprint",
    "--discovery-token-ca-cert-hash sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1",
    "etag: \"33a64df551425fcc55e4d42a148795d9f25f89d4\"",
    "Docker-Content-Digest: sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1",
    "X-Request-Id: 6c8a1e2b-1f9b-4f9e-8c1d-2f9f1f1f1f1f",
    "x-amz-request-id: 79104EXAMPLEB723, x-amz-id-2: IOWQ4fDEXAMPLEQM+ey7N9WgVhSnQ6JEXAMPLEZb7hSQDASK+Jd1vEXAMPLEa3Km",
    "trace=4bf92f3577b34da6a3ce929d0e0e4736",
    "sandbox 4f4fb700ef54: network ready",
    "MachineID: ec2a1b2c3d4e5f60718293a4b5c6d7e8",
    "bootID: 0f8fad5b-d9cb-469f-a165-70867728950e",
    // talk
    "failed to fetch oauth token: unexpected status: 401 Unauthorized",
    "failed to fetch anonymous token: Get "
    "\"https://auth.docker.io/token?scope=repository%3Alibrary%2Falpine%3Apull&service=registry.docker.io\": EOF",
    "failed to authorize: failed to fetch oauth token: Post \"https://reg.example/token\": x509: certificate signed by unknown authority",
    "token expired",
    "the token has expired: try again",
    "token is expired by 5m3s",
    "token: status code 401",
    "token: InvalidIdentityToken: No OpenIDConnect provider found in your account",
    "password: authentication required",
    "password authentication failed for user robot",
    "unauthorized: incorrect username or password",
    "invalid username/password: unauthorized",
    "no basic auth credentials",
    "Basic authentication failed",
    "authorization failed: no basic auth credentials",
    "authorization: denied",
    "pull access denied, repository does not exist or may require authorization",
    "insufficient_scope: authorization failed",
    "server message: invalid_token: authorization failed",
    "error getting credentials - err: exit status 1, out: ``",
    "credential helper exited with status 1",
    "Www-Authenticate: Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\"",
    "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.",
    "MountVolume.SetUp failed for volume \"x\" : secret \"db-credentials\" not found",
    "secret \"default/regcred2\" not found",
    "couldn't find key password in Secret default/db",
    "secretName: regcred",
    "imagePullSecret: regcred2",
    "imagePullSecrets: [{name: regcred}]",
    "secretKeyRef: {name: db, key: password}",
    "key: password",
    "name: kube-root-ca.crt",
    "signature verification failed",
    "no signatures found for image",
    "passed 12 checks, bypass: x2",
    "the private key does not match the certificate",
    "tls: private key type does not match public key type",
    "x509: certificate has expired or is not yet valid",
    "token review: 0 errors, access key rotated",
    "Cookie jar is empty",
    "secret rotation finished in 3 s",
    // flags, paths, settings
    "--token-auth-file=/etc/kubernetes/tokens.csv",
    "--bootstrap-token-file=/x",
    "--bootstrap-kubeconfig=/etc/kubernetes/bootstrap.conf",
    "--tls-private-key-file=/var/lib/kubelet/pki/kubelet.key",
    "--service-account-key-file=/etc/kubernetes/pki/sa.pub",
    "--image-credential-provider-config=/etc/eks/image-credential-provider/config.json",
    "--password-stdin",
    "--anonymous-auth=false --authorization-mode=Webhook",
    "FLAG: --authentication-token-webhook=\"true\"",
    "FLAG: --authentication-token-webhook-cache-ttl=\"2m0s\"",
    "FLAG: --rotate-certificates=\"true\"",
    "open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory",
    "GOOGLE_APPLICATION_CREDENTIALS=/etc/gcp/key.json",
    "AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/eks.amazonaws.com/serviceaccount/token",
    "AWS_REGION=eu-central-1 AWS_ROLE_ARN=arn:aws:iam::123456789012:role/node",
    "ssh -i /root/.ssh/id_rsa host",
    "client-key: /var/lib/kubelet/pki/kubelet-client-current.pem",
    "clientCAFile: /etc/kubernetes/pki/ca.crt",
    "tlsPrivateKeyFile: /var/lib/kubelet/pki/kubelet.key",
    "sandbox_image = \"registry.k8s.io/pause:3.9\"",
    "config_path = \"/etc/containerd/certs.d\"",
    "image_pull_progress_timeout = \"5m0s\"",
    "[plugins.\"io.containerd.grpc.v1.cri\".registry.configs.\"reg.example\".auth]",
    "HTTPS_PROXY=http://proxy.example:3128 NO_PROXY=10.0.0.0/8,.svc,169.254.169.254",
    "PWD=/root OLDPWD=/home",
    "docker run --user 1000:1000 -u 0:0 -p 8080:80 x",
    "mkdir -p /var/lib; sudo -u root x",
    "metadata: {annotations: {}, name: x}",
    "Started getty@tty1.service",
    "user@1000.service: Deactivated",
    "git@github.com:a/b.git",
    "mail joe@example.com",
    "docker://git@github.com/a/b",
    "10.0.0.1:6443 12:34:56 [::1]:53",
    "2026-11-24T07:12:08.123456789Z stderr F done",
    "I1124 06:52:04.756899      52 flags.go:64] FLAG: --v=\"2\"",
    "kubelet-client-current.pem, 6 keys, 3 tokens, 2 secrets",
    "rpc error: code = Unknown desc = failed to pull and unpack image",
    "bytes=1234567890123 elapsed=12.345678901s rate=1.5MiB/s",
    "eth0: 02:42:ac:11:00:02, fe80::42:acff:fe11:2/64",
    "HISTFILESIZE=$1$2 cost $5 and $6",
    "a=$(cat x) b=${TOKEN} c=$TOKEN",
    "password=$PASSWORD token=${TOKEN}",
    "level=info msg=\"metadata content store policy set\" policy=shared",
});

std::string json_of(std::string_view text) { return JsonWriter().string(text).take(); }

TEST(Innocent, WordsStay) {
  for (const auto word : k_innocent) {
    const auto in_json = json_of(word);
    for (const auto& text :
         {std::string(word) + "\n", "  - " + std::string(word) + "\n", "Nov 24 05:11:12 host kubelet[81]: " + std::string(word) + "\n",
          "E1124 05:11:12.123456 81 a.go:5] \"Failed\" err=" + in_json + "\n", "{\"log\":" + in_json + ",\"stream\":\"stderr\"}\n",
          "{\"a\":" + json_of("{\"m\":" + in_json + "}") + "}\n"})
      EXPECT_EQ(redact_text(text), text);
  }
  EXPECT_GE(k_innocent.size(), 100U);
}

/// A certificate as everybody may see it.
std::string certificate(std::string_view indent) {
  std::string text = std::string(indent) + "-----BEGIN CERTIFICATE-----\n";
  for (int i = 0; i < 9; ++i) text += std::string(indent) + "MIIDdTCCAl2gAwIBAgILBAAAAAABFUtaw5QwDQYJKoZIhvcNAQEFBQAwVzELMAkG\n";
  return text + std::string(indent) + "vm9qp/UsQu0yrbYhnr68\n" + std::string(indent) + "-----END CERTIFICATE-----\n";
}

TEST(Innocent, CertificatesStay) {
  for (const std::string_view indent : {"", "  ", "    "}) EXPECT_EQ(redact_text(certificate(indent)), certificate(indent));
  const auto bundle = "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: " + encode_base64(certificate("")) +
                      "\n    server: https://10.0.0.1\n  name: x\nkind: Config\n";
  EXPECT_EQ(redact_text(bundle), bundle);
  const auto hook = "{\"caBundle\":\"" + encode_base64(certificate("") + certificate("")) + "\",\"service\":{}}\n";
  EXPECT_EQ(redact_text(hook), hook);
}

TEST(Innocent, ObjectsThatAreNoSecretsStay) {
  for (const std::string_view text : {
           "apiVersion: v1\ndata:\n  a: YWJjZGVm\n  conf.toml: |\n    [a]\n    b = 1\nkind: ConfigMap\nmetadata:\n  name: x\n",
           "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: YWJjZGVm\n",
           "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ntype: Opaque\n---\napiVersion: v1\nkind: ConfigMap\ndata:\n  a: YWJjZGVm\n",
           "{\n    \"apiVersion\": \"v1\",\n    \"data\": {\n        \"a\": \"YWJjZGVm\"\n    },\n    \"kind\": \"ConfigMap\"\n}\n",
           "{\"apiVersion\":\"v1\",\"data\":{\"a\":\"YWJjZGVm\"},\"kind\":\"ConfigMap\",\"x\":\"Secret\"}\n",
           "kind: Pod\nspec:\n  imagePullSecrets:\n  - name: regcred\n  volumes:\n  - name: t\n    secret:\n      secretName: token1\n",
           "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      key: password\n      name: db1\n",
           "Name:  x\nType:  kubernetes.io/dockerconfigjson\n\nData\n====\n.dockerconfigjson:  123 bytes\n",
           "root:x:0:0:root:/root:/bin/bash\n",
       })
    EXPECT_EQ(redact_text(text), text);
  const std::string_view users = "root:*:19000:0:99999:7:::\ndaemon:!:19000:0:99999:7:::\n";
  EXPECT_EQ(redact_text(users, {}, "/etc/shadow"), users);
}

}  // namespace
}  // namespace unsnag::redaction
