// SPDX-License-Identifier: Apache-2.0
// Every shape of secret in every clothing that evidence puts it in: no eight bytes of it remain, neither plain nor in base64,
// and the text keeps its lines and its syntax. And words that look like secrets, which stay. All secrets are made here, of
// halves, so that nobody takes them for keys that were left lying about.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/base64.h"
#include "base/document.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "redaction/redactor.h"

namespace unsnag::redaction {
namespace {

constexpr std::string_view k_mixed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view k_lower = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view k_upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view k_hex = "0123456789abcdef";

/// The same letters for the same seed; a digit and a capital among the first, as nobody's word has them.
std::string letters(std::size_t length, unsigned seed, std::string_view alphabet = k_mixed) {
  std::string text;
  std::uint64_t state = seed * 2654435761U + 12345;
  while (text.size() < length) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    text += alphabet[(state >> 33U) % alphabet.size()];
  }
  return text;
}

/// Text with each %s replaced.
std::string fill(std::string_view shape, std::string_view secret) {
  std::string text(shape);
  for (auto at = text.find("%s"); at != std::string::npos; at = text.find("%s", at + secret.size())) text.replace(at, 2, secret);
  return text;
}

std::string json_of(std::string_view text) { return JsonWriter().string(text).take(); }

struct Clothing {
  const char* name;
  std::function<std::string(std::string_view)> put_on;
};
const std::vector<Clothing>& clothings() {
  static const std::vector<Clothing> all = {
      {"bare", [](std::string_view s) { return std::string(s) + "\n"; }},
      {"windows", [](std::string_view s) { return "a\r\n" + std::string(s) + "\r\nb\r\n"; }},
      {"indented", [](std::string_view s) { return "    " + std::string(s) + "\n"; }},
      {"syslog", [](std::string_view s) { return "Nov 24 05:11:12 ip-10-0-1-23 cloud-init[811]: " + std::string(s) + "\n"; }},
      {"klog",
       [](std::string_view s) {
         return "E1124 05:11:12.123456    811 kuberuntime.go:55] \"Failed\" err=" + json_of(s) + " pod=\"default/a\"\n";
       }},
      {"logfmt", [](std::string_view s) { return "time=\"2026-11-24T05:11:12Z\" level=info msg=" + json_of(s) + " id=4f4fb700\n"; }},
      {"docker's log",
       [](std::string_view s) {
         return "{\"log\":" + json_of(std::string(s) + "\n") + ",\"stream\":\"stderr\",\"time\":\"2026-11-24T05:11:12Z\"}\n";
       }},
      {"JSON in JSON", [](std::string_view s) { return "{\"a\":" + json_of("{\"m\":" + json_of(s) + "}") + ",\"b\":1}\n"; }},
      {"indented JSON", [](std::string_view s) { return "{\n  \"note\": " + json_of(s) + ",\n  \"b\": 1\n}\n"; }},
      {"list in YAML", [](std::string_view s) { return "a:\n- 'x'\n- |\n  " + std::string(s) + "\nb: 1\n"; }},
      {"without its end", [](std::string_view s) { return "a\n" + std::string(s); }},
  };
  return all;
}

/// Whether eight bytes of the secret, or as many in base64, are left.
bool is_left(std::string_view shown, std::string_view secret) {
  constexpr std::size_t k_window = 8;
  constexpr std::size_t k_coded = 12;
  for (std::size_t i = 0; i + k_window <= secret.size(); ++i)
    if (contains(shown, secret.substr(i, k_window))) return true;
  for (std::size_t skip = 0; skip < 3 && secret.size() > skip + k_coded; ++skip) {
    const auto coded = encode_base64(secret.substr(skip)).substr(0, (secret.size() - skip) / 3 * 4);
    for (std::size_t i = 0; i + k_coded <= coded.size(); ++i)
      if (contains(shown, std::string_view(coded).substr(i, k_coded))) return true;
  }
  return false;
}

void expect_hidden(std::string_view shape, std::string_view secret) {
  for (const auto& clothing : clothings()) {
    const auto text = clothing.put_on(fill(shape, secret));
    Redactor redactor;
    std::string shown;
    redactor.feed(text, shown);
    redactor.end(shown);
    const auto said = std::string(shape) + " (" + clothing.name + ")";
    EXPECT_FALSE(is_left(shown, secret)) << said << ": " << shown;
    EXPECT_NE(shown.find("***"), std::string::npos) << said;
    EXPECT_FALSE(redactor.found().empty()) << said;
    EXPECT_EQ(count_of(shown, '\n'), count_of(text, '\n')) << said << ": " << shown;
    EXPECT_EQ(redact_text(shown), shown) << said;
    const bool is_json = contains(clothing.name, "JSON") || contains(clothing.name, "docker");
    EXPECT_TRUE(!is_json || parse_json(shown)) << said << ": " << shown;
  }
}

/// Keys that are known by their looks, wherever they stand.
std::vector<std::string> issued() {
  const auto mixed = [](std::string_view start, std::size_t more, unsigned seed) { return std::string(start) + letters(more, seed); };
  const auto hash = [](std::string_view start, std::size_t more) { return std::string(start) + letters(more, 77); };
  const auto jwt = encode_base64(R"({"alg":"RS256","kid":"x1"})") + "." + letters(80, 1) + "." + letters(86, 2);
  return {
      std::string("AKI") + "A" + letters(16, 3, k_upper),
      std::string("ASI") + "A" + letters(16, 4, k_upper),
      mixed("IQoJb3Jp"
            "Z2luX2Vj",
            200, 5),
      mixed("FwoGZXIv"
            "YXdzE",
            200, 6),
      mixed("AQoD"
            "YXdzE",
            200, 7),
      mixed("AIz"
            "aSy",
            33, 8),
      mixed("ya2"
            "9.a0",
            60, 9),
      mixed("GOC"
            "SPX-",
            28, 10),
      mixed("gh"
            "p_",
            36, 11),
      mixed("gh"
            "o_",
            36, 12),
      mixed("gh"
            "u_",
            36, 13),
      mixed("gh"
            "s_",
            36, 14),
      mixed("gh"
            "r_",
            76, 15),
      mixed("github"
            "_pat_",
            82, 16),
      mixed("glp"
            "at-",
            20, 17),
      mixed("gld"
            "t-",
            20, 18),
      mixed("glr"
            "t-",
            20, 19),
      mixed("glpt"
            "t-",
            40, 20),
      mixed("dckr"
            "_pat_",
            27, 21),
      mixed("dckr"
            "_oat_",
            32, 22),
      mixed("xox"
            "b-",
            50, 23),
      mixed("xox"
            "p-",
            70, 24),
      mixed("xap"
            "p-1-",
            70, 25),
      mixed("np"
            "m_",
            36, 26),
      mixed("pyp"
            "i-AgEIcHlwaS5vcmc",
            120, 27),
      mixed("hv"
            "s.",
            90, 28),
      mixed("hv"
            "b.",
            120, 29),
      mixed("sk_"
            "live_",
            24, 30),
      mixed("sk-"
            "ant-api03-",
            80, 31),
      mixed("AGE-SECRET"
            "-KEY-1",
            58, 32),
      mixed("dop"
            "_v1_",
            64, 33),
      mixed("gls"
            "a_",
            40, 34),
      mixed("shp"
            "at_",
            32, 35),
      mixed("AKC"
            "p8",
            69, 36),
      mixed("cmVmd"
            "GtuOjAxOj",
            54, 37),
      mixed("NRA"
            "K-",
            27, 38),
      jwt,
      std::string("K1") + "0" + letters(64, 39, k_hex) + "::server:" + letters(32, 40, k_hex),
      std::string("K1") + "0" + letters(64, 41, k_hex) + "::node:" + letters(32, 42, k_hex),
      letters(3, 43, k_upper) + "8Q" + "~" + letters(34, 44),
      encode_base64("AWS:" + jwt),
      encode_base64(R"({"username":"robot","password":"hunter2"})"),
      encode_base64(std::string("-----BEGIN EC PRIV") + "ATE KEY-----\n" + letters(64, 45) + "\n-----END EC PRIV" + "ATE KEY-----\n"),
      encode_base64("#cloud-config\nchpasswd: {expire: false}\npassword: " + letters(12, 46) + "\n"),
      encode_base64("#!/bin/bash\nexport REGISTRY_PASSWORD=" + letters(12, 47) + "\n"),
      encode_base64("apiVersion: v1\nkind: Config\nusers:\n- user:\n    token: " + letters(40, 48) + "\n"),
      "H4s"
      "IAAAAAAAA" +
          letters(200, 49),
      hash("$"
           "6$saltSalt1$",
           86),
      hash("$"
           "5$rounds=5000$saltSalt$",
           43),
      hash("$"
           "y$j9T$salt.Salt12$",
           43),
      hash("$"
           "2y$10$",
           53),
      hash("$"
           "2b$12$",
           53),
      hash("$"
           "apr1$saltSalt$",
           22),
      hash("$"
           "argon2id$v=19$m=65536,t=3,p=4$c2FsdFNhbHQ$",
           43),
      letters(6, 50, k_lower) + "." + letters(16, 51, k_lower),
  };
}

TEST(SecretShapes, IssuedKeysAreGoneWhereverTheyStand) {
  for (const auto& secret : issued()) {
    // What shows that it is one is no secret itself.
    for (const std::string_view shape : {"%s", "using %s now", "x: %s", "x=%s", "\"%s\"", "['%s']", "--x=%s", "-x %s",
                                         "https://reg.example/v2/?k=%s", "(%s)", "%s, next"}) {
      if (secret.front() == '$' && contains(shape, "\"")) continue;
      for (const auto& clothing : clothings()) {
        const auto text = clothing.put_on(fill(shape, secret));
        const auto shown = redact_text(text);
        const auto tail = std::string_view(secret).substr(secret.size() > 30 ? 18 : 7);
        EXPECT_FALSE(is_left(shown, tail)) << shape << " (" << clothing.name << "): " << secret << "\n" << shown;
        EXPECT_EQ(count_of(shown, '\n'), count_of(text, '\n')) << shown;
        EXPECT_EQ(redact_text(shown), shown);
        EXPECT_TRUE(!contains(clothing.name, "JSON") || parse_json(shown)) << text << "\n" << shown;
      }
    }
  }
  EXPECT_GE(issued().size(), 50U);
}

/// Shapes whose secret could be any word. %s: the secret.
constexpr auto k_named = std::to_array<std::string_view>({
    // variables, env files, units
    "REGISTRY_PASSWORD=%s",
    "export DB_PASSWORD=%s",
    "DOCKER_AUTH_TOKEN=%s",
    "APP_SECRET=%s",
    "AWS_SECRET_ACCESS_KEY=%s",
    "AWS_SESSION_TOKEN=%s",
    "AZURE_CLIENT_SECRET=%s",
    "AZURE_STORAGE_KEY=%s",
    "ARM_ACCESS_KEY=%s",
    "GITHUB_TOKEN=%s",
    "K3S_TOKEN=%s",
    "RKE2_AGENT_TOKEN=%s",
    "ENCRYPTION_KEY=%s",
    "VAULT_TOKEN=%s",
    "MYSQL_PWD=%s",
    "PGPASSWORD=%s",
    "Environment=REGISTRY_PASSWORD=%s",
    "Environment=\"REGISTRY_PASSWORD=%s\"",
    "Environment='API_TOKEN=%s' OTHER=1",
    "HTTP_PROXY=http://joe:%s@proxy.example:3128",
    "https_proxy=joe:%s@proxy.example:3128",
    "DATABASE_URL=postgres://app:%s@db.example:5432/app?sslmode=disable",
    "DSN=app:%s@tcp(db.example:3306)/app",
    "mongodb+srv://app:%s@cluster.example/app",
    "redis://:%s@cache.example:6379/0",
    "amqp://app:%s@mq.example/vhost",
    "jdbc:postgresql://db.example/app?user=app&password=%s",
    "Server=db;User Id=app;Password=%s;Encrypt=true",
    "host=db user=app password=%s dbname=app",
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=%s;EndpointSuffix=core.windows.net",
    "Endpoint=sb://x.example/;SharedAccessKeyName=Root;SharedAccessKey=%s",
    // command lines
    "docker login -u robot -p %s reg.example",
    "docker login --password=%s reg.example",
    "podman login --username robot --password %s reg.example",
    "nerdctl login -u robot -p=%s reg.example",
    "helm registry login -u robot -p %s reg.example",
    "crictl pull --creds robot:%s reg.example/a:1",
    "ctr images pull --user robot:%s reg.example/a:1",
    "skopeo copy --src-creds=robot:%s docker://a docker://b",
    "curl -u robot:%s https://reg.example/v2/",
    "curl -H 'Authorization: Bearer %s' https://reg.example/v2/",
    "curl -H \"X-Vault-Token: %s\" https://vault.example/v1/x",
    "curl --proxy-user joe:%s https://reg.example",
    "kubeadm join 10.0.0.1:6443 --token %s --discovery-token-ca-cert-hash "
    "sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1",
    "kubeadm init --certificate-key %s",
    "kubelet --token=%s --node-ip=10.0.0.1",
    "k3s agent --server https://10.0.0.1:6443 --token %s",
    "kubectl create secret docker-registry x --docker-username=a --docker-password=%s",
    "kubectl create secret generic x --from-literal=password=%s",
    "az login --service-principal -u id -p %s --tenant x",
    "sshpass -p %s ssh host",
    "echo 'root:%s' | chpasswd",
    "openssl rsa -passin pass:%s -in k",
    // headers, as they are sent and as Go prints them
    "Authorization: Basic %s1a=",
    "Authorization: Bearer %s",
    "authorization: bearer %s",
    "Proxy-Authorization: Basic %s1A==",
    "Authorization: %s",
    "map[Authorization:[Bearer %s] Accept:[*/*]]",
    "Authorization:[Basic %s1A]",
    "X-Registry-Auth: %s",
    "X-Registry-Config: %s",
    "X-Amz-Security-Token: %s",
    "X-Vault-Token: %s",
    "X-aws-ec2-metadata-token: %s",
    "PRIVATE-TOKEN: %s",
    "X-JFrog-Art-Api: %s",
    "Cookie: session=%s; theme=dark",
    "Set-Cookie: sess=%s; Path=/; HttpOnly",
    // URLs
    "https://robot:%s@reg.example/v2/a/manifests/1",
    "https://%s@reg.example/v2/",
    "https://b.s3.amazonaws.com/x?X-Amz-Algorithm=A&X-Amz-Credential=%s&X-Amz-Date=1&X-Amz-Signature=%s",
    "https://b.s3.amazonaws.com/x?X-Amz-Security-Token=%s&X-Amz-Date=1",
    "https://storage.googleapis.com/x?X-Goog-Credential=%s&X-Goog-Signature=%s",
    "https://x.blob.core.windows.net/c/b?sv=2020&se=2026&sr=b&sig=%s",
    "https://cdn.example/x?Expires=1&Signature=%s&Key-Pair-Id=%s",
    "https://production.cloudflare.docker.com/registry-v2/x?verify=%s",
    "https://auth.example/token?refresh_token=%s&service=x",
    "https://reg.example/callback?access_token=%s",
    "https://reg.example/x?token=%s",
    "https://hooks.slack.com/services/T0AAAAAAA/B0AAAAAAA/%s",
    "grant_type=password&username=joe&password=%s",
    "grant_type=client_credentials&client_id=x&client_secret=%s",
    // files
    "password: %s",
    "password: \"%s\"",
    "password = \"%s\"",
    "password = '%s'",
    "  password: '%s' # of the robot",
    "secret_key = \"%s\"",
    "identitytoken = \"%s\"",
    "registrytoken: %s",
    "\"password\": \"%s\"",
    "\"identitytoken\":\"%s\"",
    "\"registrytoken\": \"%s\"",
    "\"auth\": \"%s\"",
    "{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"%s\"}}}",
    "{\"username\":\"joe\",\"secret\":\"%s\",\"ServerURL\":\"x\",\"Secret\":\"%s\"}",
    "\"SecretAccessKey\" : \"%s\"",
    "\"Token\" : \"%s\", \"Expiration\" : \"2026-11-24T05:11:12Z\"",
    "\"refresh_token\":\"%s\"",
    "\"access_token\":\"%s\",\"expires_in\":3599",
    "\"client_secret\": \"%s\"",
    "\"accountKey\": \"%s\"",
    "aws_secret_access_key = %s",
    "PrivateKey = %s",
    "PresharedKey = %s",
    "psk=%s",
    "machine reg.example login joe password %s",
    "machine.token: %s",
    "secretboxEncryptionSecret: %s",
    "aescbcEncryptionSecret: %s",
    "tls-key-passphrase: %s",
    "plain_text_passwd: %s",
    "cluster-secret-token: %s",
    "{\"name\":\"DB_PASSWORD\",\"value\":\"%s\"}",
    "[{\"key\":\"API_TOKEN\",\"value\":\"%s\"}]",
    "&KeyValue{Key:DB_PASSWORD,Value:%s,}",
    "[\"PATH=/bin\",\"DB_PASSWORD=%s\",\"HOME=/root\"]",
    "AuthConfig{Username:robot,Password:%s,Auth:%s,IdentityToken:%s}",
    "&AuthConfig{Username:robot,Password:%s,}",
    "{\"apiVersion\":\"v1\",\"data\":{\"any\":\"%s\"},\"kind\":\"Secret\"}",
    "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"stringData\":{\"any.txt\":\"%s\",\"b\":\"%s\"}}",
    "{\"items\":[{\"data\":{\"a\":\"ok\"},\"kind\":\"ConfigMap\"},{\"data\":{\"any\":\"%s\"},\"kind\":\"Secret\"}]}",
});

TEST(SecretShapes, NamedSecretsAreGoneInAllClothings) {
  unsigned seed = 100;
  for (const auto shape : k_named) {
    for (const std::size_t length : {11U, 40U}) expect_hidden(shape, letters(length, ++seed));
  }
  EXPECT_GE(k_named.size(), 100U);
}

}  // namespace
}  // namespace unsnag::redaction
