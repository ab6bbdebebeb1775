// SPDX-License-Identifier: Apache-2.0
// How secrets begin and what they are called: the tables behind redact() and behind the filter that spares it clean text.
// What is added here both know.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/redact.h"

namespace unsnag::redact_tables {

struct Token {
  std::string_view start;
  std::size_t least;  // letters and digits that must follow
  SecretKind kind = SecretKind::token;
};

// Beginnings that the issuers chose so that tools can find their keys.
inline constexpr auto k_tokens = std::to_array<Token>({
    {"AKIA", 16, SecretKind::key},  // AWS access keys
    {"ASIA", 16, SecretKind::key},
    {"IQoJb3JpZ2lu", 40},  // AWS session tokens
    {"FwoGZXIvYXdz", 40},
    {"AQoDYXdz", 40},
    {"AIza", 30, SecretKind::key},  // Google
    {"ya29.", 20},
    {"GOCSPX-", 20, SecretKind::secret},
    {"ghp_", 20},  // GitHub
    {"gho_", 20},
    {"ghu_", 20},
    {"ghs_", 20},
    {"ghr_", 20},
    {"github_pat_", 20},
    {"glpat-", 15},  // GitLab
    {"gldt-", 15},
    {"glrt-", 15},
    {"glcbt-", 15},
    {"glptt-", 15},
    {"gloas-", 15},
    {"glsoat-", 15},
    {"dckr_pat_", 10},  // Docker Hub
    {"dckr_oat_", 10},
    {"xoxb-", 20},  // Slack
    {"xoxa-", 20},
    {"xoxp-", 20},
    {"xoxr-", 20},
    {"xoxs-", 20},
    {"xapp-", 20},
    {"npm_", 30},
    {"pypi-AgE", 30},
    {"hvs.", 20},  // Vault
    {"hvb.", 20},
    {"hvr.", 20},
    {"sk_live_", 16, SecretKind::key},
    {"rk_live_", 16, SecretKind::key},
    {"sk-ant-", 20, SecretKind::key},
    {"sk-proj-", 20, SecretKind::key},
    {"AGE-SECRET-KEY-", 30, SecretKind::key},
    {"dop_v1_", 30},  // DigitalOcean
    {"doo_v1_", 30},
    {"dor_v1_", 30},
    {"glsa_", 20},  // Grafana
    {"shpat_", 20},
    {"AKCp", 40, SecretKind::key},  // JFrog
    {"cmVmdGtuO", 30},
    {"NRAK-", 20, SecretKind::key},
    {"PMAK-", 20, SecretKind::key},
});

struct Name {
  std::string_view ending;
  SecretKind kind;
};

// Endings of names whose value is a secret, in lower case.
inline constexpr auto k_endings = std::to_array<Name>({
    {"password", SecretKind::password},     {"passwd", SecretKind::password},     {"passphrase", SecretKind::password},
    {"passcode", SecretKind::password},     {"_pass", SecretKind::password},      {"-pass", SecretKind::password},
    {"_pwd", SecretKind::password},         {"-pwd", SecretKind::password},       {"secretkey", SecretKind::key},
    {"secret_key", SecretKind::key},        {"secret-key", SecretKind::key},      {"accesskey", SecretKind::key},
    {"access_key", SecretKind::key},        {"access-key", SecretKind::key},      {"accountkey", SecretKind::key},
    {"account_key", SecretKind::key},       {"account-key", SecretKind::key},     {"storage_key", SecretKind::key},
    {"sharedkey", SecretKind::key},         {"privatekey", SecretKind::key},      {"private_key", SecretKind::key},
    {"private-key", SecretKind::key},       {"apikey", SecretKind::key},          {"api_key", SecretKind::key},
    {"api-key", SecretKind::key},           {"encryption_key", SecretKind::key},  {"encryptionkey", SecretKind::key},
    {"certificate-key", SecretKind::key},   {"certificatekey", SecretKind::key},  {"client_secret", SecretKind::secret},
    {"client-secret", SecretKind::secret},  {"clientsecret", SecretKind::secret}, {"encryptionsecret", SecretKind::secret},
    {"identitytoken", SecretKind::token},   {"registrytoken", SecretKind::token}, {"refresh_token", SecretKind::token},
    {"refreshtoken", SecretKind::token},    {"access_token", SecretKind::token},  {"accesstoken", SecretKind::token},
    {"session_token", SecretKind::token},   {"sessiontoken", SecretKind::token},  {"x-amz-credential", SecretKind::key},
    {"x-goog-credential", SecretKind::key}, {"signature", SecretKind::signature},
});
// The same, but errors talk about them, or objects of Kubernetes are called so.
inline constexpr auto k_talked = std::to_array<Name>({{"token", SecretKind::token}, {"secret", SecretKind::secret}});
// Whole names.
inline constexpr auto k_whole =
    std::to_array<Name>({{"pass", SecretKind::password}, {"pwd", SecretKind::password}, {"psk", SecretKind::key}});

// Headers whose whole value is secret.
inline constexpr auto k_headers = std::to_array<Name>({
    {"cookie", SecretKind::cookie},
    {"set-cookie", SecretKind::cookie},
    {"x-jfrog-art-api", SecretKind::key},
    {"private-token", SecretKind::token},
    {"x-auth-token", SecretKind::token},
    {"x-api-key", SecretKind::key},
    {"x-registry-auth", SecretKind::credentials},
    {"x-registry-config", SecretKind::credentials},
    {"x-vault-token", SecretKind::token},
    {"x-aws-ec2-metadata-token", SecretKind::token},
    {"job-token", SecretKind::token},
    {"deploy-token", SecretKind::token},
});

// In a query string alone: signatures of Azure, Cloudflare and CloudFront.
inline constexpr std::array<std::string_view, 5> k_parameters = {"sig", "verify", "policy", "key-pair-id", "x-amz-security-token"};

/// The names of options whose argument is `user:password`.
inline constexpr std::array<std::string_view, 6> k_credential_options = {"u", "user", "creds", "src-creds", "dest-creds", "proxy-user"};

// How base64 begins whose inside is worth a look: PEM, JSON over several lines, cloud-init's and systemd's user data,
// Kubernetes' objects, ECR's passwords (AWS:ey…).
inline constexpr auto k_encoded =
    std::to_array<std::string_view>({"LS0tLS1CRUdJ", "ewog", "ewoJ", "ew0K", "I2Nsb3VkLWNv", "IyEv", "Q29udGVudC1UeXBl", "TUlNRS",
                                     "YXBpVmVyc2lv", "a2luZDog", "QVdTOmV5", "H4sI", "LS0tCm"});

// Hashes of passwords, behind "$": crypt(3), htpasswd, argon2.
inline constexpr auto k_hashes = std::to_array<std::string_view>(
    {"1$", "5$", "6$", "7$", "y$", "gy$", "2a$", "2b$", "2y$", "2x$", "apr1$", "argon2", "pbkdf2", "scrypt$"});

}  // namespace unsnag::redact_tables
