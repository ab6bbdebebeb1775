// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_writer.h"

namespace unsnag {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Text, TrimTakesCarriageReturns) {
  EXPECT_EQ(trim(" \ta b\r\n"), "a b");
  EXPECT_EQ(trim(" \r\n"), "");
}

TEST(Text, SplitKeepsEmptyParts) {
  EXPECT_THAT(split("a,,b,", ','), ElementsAre("a", "", "b", ""));
  EXPECT_THAT(split("", ','), ElementsAre(""));
}

TEST(Text, ColumnsEndAtTwoBlanksOrOneTab) {
  EXPECT_THAT(split_columns("  Warning  Failed     24m (x4 over 25m)    kubelet            Error: ErrImagePull"),
              ElementsAre("Warning", "Failed", "24m (x4 over 25m)", "kubelet", "Error: ErrImagePull"));
  // Kubernetes 1.5 padded with tabs, and an empty column leaves only more of them.
  EXPECT_THAT(split_columns("  16m\t\t17s\t\t6\t{kubelet node-a}\t\t\t\tWarning\t\tFailedSync\tError syncing pod"),
              ElementsAre("16m", "17s", "6", "{kubelet node-a}", "Warning", "FailedSync", "Error syncing pod"));
  EXPECT_THAT(split_columns(" \t "), IsEmpty());
}

TEST(Text, WordsEndAtAnyBlank) {
  EXPECT_THAT(split_words(" a  b\tc\n"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split_words(""), IsEmpty());
}

TEST(Text, UnescapeReadsGoAndJson) {
  struct Case {
    const char* name;
    std::string_view inside;
    std::string_view text;
  };
  const Case cases[] = {
      {"quotes", R"(pull \"a\": \\n)", R"(pull "a": \n)"},
      {"line ends", R"(a\nb\tc\rd)", "a\nb\tc\rd"},
      {"typewriter's", R"(a\bb\fc)", "a\bb\fc"},
      {"slash", R"(https:\/\/h)", "https://h"},
      {"byte", R"(\xff\x41)",
       "\xff"
       "A"},
      {"ampersand", R"(a\u0026b)", "a&b"},
      {"two units", R"(\ud83d\ude00)", "\xF0\x9F\x98\x80"},
      {"half a pair", R"(\ud83dx)", "\xEF\xBF\xBDx"},
      {"long", R"(\U0001F600)", "\xF0\x9F\x98\x80"},
      {"beyond", R"(\UFFFFFFFF)", "\xEF\xBF\xBD"},
      {"unknown", R"(C:\dir\q)", R"(C:\dir\q)"},
      {"cut", R"(a\)", R"(a\)"},
      {"cut u", R"(\u12)", R"(\u12)"},
      {"cut x", R"(\x1)", R"(\x1)"},
      {"cut pair", R"(\ud83d\ude)", "\xEF\xBF\xBD\\ude"},
      {"zero", R"(a\u0000b)", std::string_view("a\0b", 3)},
  };
  for (const auto& c : cases) EXPECT_EQ(unescape(c.inside), c.text) << c.name;
}

TEST(Text, PrintableDisarmsTheTerminal) {
  const std::string_view bad = "\xEF\xBF\xBD";
  const auto with = [bad](std::string before, std::string_view after) { return before + std::string(bad) + std::string(after); };
  EXPECT_EQ(printable("a\nb\tc µ…"), "a\nb\tc µ…");
  EXPECT_EQ(printable("\x1b[31mred"), with("", "[31mred"));
  EXPECT_EQ(printable("a\xC2\x9B"
                      "1m"),
            with("a", "1m"));
  EXPECT_EQ(printable("a\xE2\x80\xAE"
                      "b"),
            with("a", "b"));
  EXPECT_EQ(printable("a\xE2\x81\xA6"
                      "b"),
            with("a", "b"));
  for (const char* unseen : {"\xE2\x80\x8B", "\xE2\x80\x8D", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x81\xA0", "\xEF\xBB\xBF", "\xC2\xAD"})
    EXPECT_EQ(printable(std::string("reg") + unseen + "istry"), with("reg", "istry"));
  EXPECT_EQ(printable("a\xff"), with("a", ""));
  EXPECT_EQ(printable("a\r"), with("a", ""));
  EXPECT_EQ(printable("\xE2\x80"), std::string(bad) + std::string(bad));
}

TEST(Text, Utf8LengthRefusesWhatIsNoCharacter) {
  EXPECT_EQ(utf8_length("a"), 1u);
  EXPECT_EQ(utf8_length("µ"), 2u);
  EXPECT_EQ(utf8_length("…x"), 3u);
  EXPECT_EQ(utf8_length("\xF0\x9F\x98\x80"), 4u);
  for (const std::string_view text : {"", "\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF8", "\xE2\x80"})
    EXPECT_EQ(utf8_length(text), 0u) << testing::PrintToString(text);
}

TEST(Text, ClipCutsAtACharacter) {
  EXPECT_EQ(clip("abc", 3), "abc");
  EXPECT_EQ(clip("abcdefgh", 6), "abc…");
  EXPECT_EQ(clip("aµµµµ", 6), "aµ…");
  EXPECT_EQ(clip("aµµµµ", 5), "a…");
  EXPECT_EQ(clip("abcd", 2), "ab");
  EXPECT_EQ(clip("abcd", 0), "");
}

TEST(Redact, RemovesSecrets) {
  struct Case {
    const char* name;
    std::string_view text;
    std::string_view shown;
  };
  const Case cases[] = {
      {"password in URL", "proxyconnect via http://joe:pa55@proxy.example:3128: EOF",
       "proxyconnect via http://joe:***@proxy.example:3128: EOF"},
      {"password with @", "http://joe:p@ss@proxy.example/", "http://joe:***@proxy.example/"},
      {"password with slash", "parse \"http://joe:pa/ss@proxy:3128\": invalid port", "parse \"http://joe:***@proxy:3128\": invalid port"},
      {"token in URL", "Get https://abcdef123@host.example/v2/", "Get https://***@host.example/v2/"},
      {"header", "Authorization: Basic am9lOnBhNTU=", "Authorization: Basic ***"},
      {"Go's header dump", "map[Authorization:[Bearer abc.def.ghi] Accept:[*/*]]", "map[Authorization:[Bearer ***] Accept:[*/*]]"},
      {"JSON header", R"({"Authorization":"Bearer abc"})", R"({"Authorization":"Bearer ***"})"},
      {"escaped JSON header", R"({\"authorization\":\"Basic abc\"})", R"({\"authorization\":\"Basic ***\"})"},
      {"bearer anywhere", "sent Bearer v1.abcdEFGH1234567890xyz to h", "sent Bearer *** to h"},
      {"JWT", "token is eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl-_x.", "token is ***"},
      {"dockerconfigjson", "  .dockerconfigjson: eyJhdXRocyI6eyJyLmV4YW1wbGUiOnsiYXV0aCI6ImFtOWxPbkJoTlRVPSJ9fX0=",
       "  .dockerconfigjson: eyJhdXRocyI6eyJyLmV4YW1wbGUiOnsiYXV0aCI6IioqKiJ9fX0="},  // {"auths":{"r.example":{"auth":"***"}}}
      {"AWS key", "key AKIAIOSFODNN7EXAMPLE is", "key *** is"},
      {"AWS secret", "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY x", "aws_secret_access_key=*** x"},
      {"GitHub", "ghp_0123456789abcdefghijABCDEFGHIJ012345", "***"},
      {"presigned", "Get \"https://b.s3.amazonaws.com/x?X-Amz-Date=1&X-Amz-Credential=ASIA%2Fx&X-Amz-Signature=ab12\": EOF",
       "Get \"https://b.s3.amazonaws.com/x?X-Amz-Date=1&X-Amz-Credential=***&X-Amz-Signature=***\": EOF"},
      {"presigned in JSON", R"(x?a=1\u0026X-Amz-Signature=ab12\u0026b=2)", R"(x?a=1\u0026X-Amz-Signature=***\u0026b=2)"},
      {"SAS", "https://a.blob.core.windows.net/x?sv=2&sig=ab%2B&se=3", "https://a.blob.core.windows.net/x?sv=2&sig=***&se=3"},
      {"Cloudflare", "blob?verify=1700-abc&x=1", "blob?verify=***&x=1"},
      {"an error behind the URL", "Get https://h/blob?verify=1700-abc%3D: dial tcp: lookup h: no such host",
       "Get https://h/blob?verify=***: dial tcp: lookup h: no such host"},
      {"an error behind a password", "login with password=pa:55: unauthorized", "login with password=***: unauthorized"},
      {"the error on the next line", "blob?sig=ab:\ndial tcp", "blob?sig=***:\ndial tcp"},
      {"the error is missing", "GET blob?sig=ab:", "GET blob?sig=***:"},
      {"a colon inside", "--registry-password=pa:55 --x", "--registry-password=*** --x"},
      {"a colon inside, and no blank", "token=a:b:c", "token=***"},
      {"nothing but a colon", "password=: x", "password=*** x"},
      {"auths", R"({"auths":{"h":{"username":"joe","password":"pa\"55","auth":"am9l"}}})",
       R"({"auths":{"h":{"username":"joe","password":"***","auth":"***"}}})"},
      {"escaped auths", R"(content="{\"auth\": \"am9l\"}" next)", R"(content="{\"auth\": \"***\"}" next)"},
      {"Go dump", "&AuthConfig{Username:joe,Password:pa55,Auth:,IdentityToken:abc,}",
       "&AuthConfig{Username:joe,Password:***,Auth:,IdentityToken:***,}"},
      {"flag", "--registry-password=pa,55 --x", "--registry-password=*** --x"},
      {"YAML", "user:\n  token: abcdef\n  name: n", "user:\n  token: \"***\"\n  name: n"},
      {"helper", R"({"ServerURL":"h","Secret":"abc"})", R"({"ServerURL":"h","Secret":"***"})"},
      {"PEM", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nx",
       "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\nx"},
      {"unclosed", R"("password":"abc)", R"("password":"***)"},
  };
  for (const auto& c : cases) EXPECT_EQ(redact(c.text), c.shown) << c.name;
}

TEST(Redact, LeavesTalkAboutSecretsAlone) {
  for (const std::string_view text : {
           "unable to retrieve auth token: invalid username/password: unauthorized: Please login",
           "authorization failed: no basic auth credentials",
           "insufficient_scope: authorization failed",
           "Basic authentication failed, Basic Authentication is needed",
           "failed to fetch oauth token: unexpected status: 401 Unauthorized",
           "token: unexpected status from GET request",
           R"(Www-Authenticate: Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull")",
           "docker://alpine@sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1",
           "https://registry.example:5000/v2/app/manifests/1.2@sha256:abc",
           "flags.go:64] FLAG: --anonymous-auth=\"true\"",
           "FLAG: --token=\"\"",
           "docker://r.example/app@sha256:abc",
           "imagePullSecrets secret=\"default/regcred\"",
           R"({"kind":"Secret","metadata":{"name":"regcred"}})",
           "-----BEGIN CERTIFICATE-----\nMIIB",
           "git clone ssh://git@host.example/r",
           "denied: Your authorization token has expired. Reauthenticate and try again.",
       })
    EXPECT_EQ(redact(text), text);
}

TEST(Redact, IsLinear) {
  // Each of these made some earlier idea quadratic; a second is a thousand times what is needed.
  for (const std::string_view part : {"://a:b", "password=", "\"auth\"", "-----BEGIN ", "Authorization", "eyJ.", "\\", "token: ", "- - "}) {
    std::string text;
    while (text.size() < 1'000'000) text += part;
    EXPECT_FALSE(redact(text).empty());
  }
}

TEST(JsonWriter, ForgetsNoComma) {
  JsonWriter json;
  json.begin_object().member("a", "x").key("b").begin_array().number(std::int64_t{-1}).number(0.5).boolean(true).null();
  json.begin_object().end_object().end_array().key("c").begin_array().end_array().key("d").number(std::uint64_t{18446744073709551615u});
  json.end_object();
  EXPECT_EQ(json.text(), R"({"a":"x","b":[-1,0.5,true,null,{}],"c":[],"d":18446744073709551615})");
}

TEST(JsonWriter, PrettyIndents) {
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object().key("a").begin_array().string("x").string("y").end_array().key("e").begin_object().end_object().end_object();
  EXPECT_EQ(json.take(), "{\n  \"a\": [\n    \"x\",\n    \"y\"\n  ],\n  \"e\": {}\n}");
}

TEST(JsonWriter, WritesOnlyValidText) {
  JsonWriter json;
  json.begin_array().string("q\" \\ \n\x01\x7f\xff …").number(1.0 / 0.0).end_array();
  EXPECT_EQ(json.text(), "[\"q\\\" \\\\ \\n\\u0001\\u007f\xEF\xBF\xBD …\",null]");
}

TEST(JsonWriter, SpellsWhatNobodySees) {
  JsonWriter json;
  json.begin_array().string("a\xE2\x80\x8B\xE2\x80\xA8\xEF\xBB\xBF\xE2\x80\xAE…").end_array();
  EXPECT_EQ(json.text(), "[\"a\\u200b\\u2028\\ufeff\\u202e…\"]");
}

TEST(Text, CountsABytePastEveryWidth) {
  for (std::size_t size = 0; size < 5000; size += size < 70 ? 1 : 997) {
    std::string text(size, 'x');
    std::size_t expected = 0;
    for (std::size_t at = 0; at < size; at += 3, ++expected) text[at] = '\n';
    EXPECT_EQ(count_of(text, '\n'), expected) << size;
    EXPECT_EQ(count_of(std::string(size, '\xff'), '\xff'), size);
  }
}

TEST(Text, OnlyPlainAsciiIsPlain) {
  EXPECT_TRUE(is_plain(""));
  EXPECT_TRUE(is_plain("a line\twith a tab\nand another one of more than sixteen bytes ~"));
  for (const char odd : {'\x1b', '\r', '\x7f', '\x80', '\xff', '\0'})
    for (std::size_t at = 0; at < 40; ++at) {
      std::string text(40, 'a');
      text[at] = odd;
      EXPECT_FALSE(is_plain(text)) << static_cast<int>(odd) << ' ' << at;
    }
}

}  // namespace
}  // namespace unsnag
