// SPDX-License-Identifier: Apache-2.0
// The shapes in which secrets stand in evidence, each around the same secrets, and talk that only looks like one.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/redact_words.h"
#include "base/text.h"

namespace unsnag {
namespace {

/// The text with PW as a secret in each of its usual looks.
void expect_hidden(std::string_view shape) {
  for (const std::string_view secret : {"hunter2Sup3rS3cret", "Tr0ub4dor", "REFRESHTOKEN0123456789abcdef", "1aa2bbIDENTITYTOKENcc3"}) {
    std::string text(shape);
    for (auto at = text.find("PW"); at != std::string::npos; at = text.find("PW", at + secret.size())) text.replace(at, 2, secret);
    const auto shown = redact(text);
    EXPECT_EQ(shown.find(secret), std::string::npos) << shown;
    EXPECT_NE(shown.find("***"), std::string::npos) << shown;
    EXPECT_EQ(redact(shown), shown);
  }
}

TEST(RedactShapes, EachHidesItsSecret) {
  for (const std::string_view shape : {
           // userinfo, with and without a scheme
           "https://robot:PW@reg.example/t/x:1",
           "docker://robot:PW@reg.example/t/x:1",
           "Failed to pull image \"robot:PW@reg.example/t/x:1\": 401",
           "robot$proj:PW@reg.example/t/x:1",
           "host=\"robot:PW@reg.example\"",
           "dial tcp: lookup user:PW@proxy on 1.1.1.1:53: no such host",
           "http_proxy=user:PW@proxy:3128 : 407 Proxy Authentication Required",
           "https://user:PW@[::1]:3128",
           // arguments
           "docker login -u robot -p PW reg.example: 401",
           "docker login -u robot -p=PW reg.example",
           "docker login -u robot -pPW reg.example",
           "docker login --username robot --password PW reg.example",
           "docker login --password=PW reg.example",
           R"(["docker","login","-u","robot","-p","PW"])",
           R"(cmd="docker \"login\" \"-p\" \"PW\"")",
           "ctr -n k8s.io images pull --user robot:PW reg.example/t/x:1",
           "crictl pull --creds robot:PW reg.example/t/x:1",
           "crictl pull --creds=robot:PW reg.example/t/x:1",
           "skopeo copy --src-creds=robot:PW docker://a: 401",
           "skopeo copy --dest-creds robot:PW docker://a",
           "curl -u robot:PW https://reg.example/v2/",
           "curl --proxy-user robot:PW https://reg.example/v2/",
           "kubelet --registry-password PW: 401",
           "kubectl create secret docker-registry x --docker-password=PW",
           "kubectl create secret docker-registry x --docker-password PW -n y",
           "x --token PW",
           // names
           "aws_secret_access_key = PW",
           "AWS_SECRET_ACCESS_KEY=PW AWS_REGION=x",
           "SecretAccessKey: PW, SessionToken",
           "failed: password: PW",
           "failed: password: PW: 401 Unauthorized",
           "password = PW x",
           "password = \"PW\"",
           "password is PW: 401 Unauthorized",
           "password='PW' 401",
           "password:PW,",
           "REGISTRY_PASSWORD: PW 403 Forbidden",
           "x passwd: PW 403 Forbidden",
           "x \"pass\": \"PW\" 403",
           R"(x \"pass\": \"PW\" 403)",
           "pass=PW",
           "REGISTRY_PASS=PW",
           "pwd=PW 403 Forbidden",
           "got token: PW 401",
           "with secret: PW 401",
           "secret=PW 401",
           "app_secret = PW 401",
           "identitytoken: PW: 401",
           "refresh_token=PW&grant_type=x",
           "client_secret=PW",
           "client-secret: PW",
           "err=<\n\tfailed: password:\n\tPW\n",
           "auth: &{robot PW   }: 401",
           "AuthConfig{Username:robot,Password:PW,Auth:PW,IdentityToken:PW}",
           "{Username:robot Password:PW Auth: ServerAddress:x}",
           "AKIAIOSFODNN7EXAMPLQ wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYaa password=PW",
           // headers
           "Cookie: session=PW; 403 Forbidden",
           "Cookie: a=b; session=PW",
           "Set-Cookie: sess=PW; Path=/; HttpOnly",
           "map[Cookie:[session=PW] Accept:[*/*]]",
           R"({"Cookie":["session=PW"]})",
           "X-JFrog-Art-Api: PW 403 Forbidden",
           "x-jfrog-art-api: PW: 403 Forbidden",
           "PRIVATE-TOKEN: PW 403 Forbidden",
           "X-Auth-Token: PW",
           "x-api-key = \"PW\"",
           "X-Registry-Auth: PW : 401",
           "authorization: token PW",
       })
    expect_hidden(shape);
}

TEST(RedactShapes, AnAwsKeysOtherHalfGoesWithIt) {
  EXPECT_EQ(redact("AKIAIOSFODNN7EXAMPLQ wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYaa x"), "*** *** x");
}

TEST(RedactShapes, WhatStandsAroundStays) {
  EXPECT_EQ(redact("docker login -u robot -p hunter2 reg.example: 401"), "docker login -u robot -p *** reg.example: 401");
  EXPECT_EQ(redact("--creds robot:hunter2: 401"), "--creds robot:***: 401");
  EXPECT_EQ(redact("lookup user:pa55@proxy on 1.1.1.1:53: no such host"), "lookup user:***@proxy on 1.1.1.1:53: no such host");
  EXPECT_EQ(redact("Cookie: a=b1; c=d2; 403 Forbidden"), "Cookie: *** 403 Forbidden");
  EXPECT_EQ(redact("password: hunter2: 401 Unauthorized"), "password: ***: 401 Unauthorized");
  EXPECT_EQ(redact("auth: &{robot hunter2 }: 401"), "auth: &{***}: 401");
}

TEST(RedactShapes, LookAlikesStay) {
  for (const std::string_view text : {
           "failed to fetch oauth token: unexpected status: 401 Unauthorized",
           "failed to fetch anonymous token: Get \"https://auth.docker.io/token?scope=repository%3Alibrary\": EOF",
           "failed to fetch oauth token: Post \"https://reg.example/token\": x509: certificate signed by unknown authority",
           "failed to authorize: failed to fetch anonymous token: x509: certificate has expired",
           "get token: https://reg.example/token2x: 500",
           "cannot fetch token: oauth2: \"invalid_grant\"",
           "cannot fetch token: 400 Bad Request",
           "token: AADSTS700016: Application with identifier was not found",
           "token: InvalidIdentityToken: No OpenIDConnect provider found",
           "service account token: not found",
           "open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory",
           "the token endpoint answered 503",
           "password authentication failed for user robot",
           "MountVolume.SetUp failed: secret \"x\" not found",
           "Unable to retrieve pull secret: regcred",
           "pull secret: regcred-2",
           "secret: default/regcred-2 not found",
           "imagePullSecrets secret=\"default/regcred2\"",
           "unauthorized: incorrect username or password",
           "invalid username/password: unauthorized: access to the requested resource is not authorized",
           "wrong password: please log in",
           "the password is required",
           "the password is wrong, the token is expired",
           "WARNING! Using --password via the CLI is insecure. Use --password-stdin.",
           "docker login --password-stdin reg.example",
           "docker run --user 1000:1000 -u 0:0 x",
           "ctr images pull --user",
           "sudo -u root x; mkdir -p /var/lib; docker run -p 8080:80 x",
           "FLAG: --register-with-taints=\"\" FLAG: --tls-private-key-file=\"\"",
           "docker.io/library/alpine:3.1@sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1",
           "localhost:5000/x@sha512:abc",
           "Digest: sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1",
           "123456789012.dkr.ecr.eu-central-1.amazonaws.com/app:v1",
           R"(Www-Authenticate: Bearer realm="https://auth.docker.io/token",service="registry.docker.io")",
           "PWD=/root OLDPWD=/home",
           "Started getty@tty1.service, user@1000.service: exited",
           "mail me: joe@example.com, git@github.com:a/b",
           "bypass: x2, compass: y3",
           "token: status code 401, token: unauthorized, token: EOF",
           "signature: verification failed",
           "access key: not found",
           "2026-11-24T07:12:08Z 07:12:08 host kubelet[12]: x",
       })
    EXPECT_EQ(redact(text), text);
}

TEST(RedactShapes, AreLinear) {
  // A second is a thousand times what is needed.
  for (const std::string_view part :
       {"a:",       "a:b@",      "@",         "-",          "--",         "-p ",     "login -p ",     "login -p\"",
        "--user a", "--user a:", "password:", "password: ", "token is ",  "Cookie:", "Cookie: a=b; ", "Cookie",
        "AKIA",     "auth: &{",  "secret: a", "password=",  "password:\n"}) {
    std::string text;
    while (text.size() < 1'000'000) text += part;
    EXPECT_FALSE(redact(text).empty());
  }
}

}  // namespace
}  // namespace unsnag
