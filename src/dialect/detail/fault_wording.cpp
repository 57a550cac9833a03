// Wording of errors that have no code, or one that says nothing ("invalid_request_error").
//
// Source: recorded answers of the providers in fault_codes.cpp, 2026-11.
//
// A message may quote the request ("Invalid value: '…'"). Only its lead is read: the text before a
// quotation, and before a colon unless the words there are a mere label ("Error:").
#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "base/ascii.hpp"
#include "dialect/detail/fault_codes.hpp"

namespace weir::dialect::detail {
namespace {

using Phrases = std::span<const std::string_view>;

constexpr std::size_t kLeadBytes = 240;
/// How far behind its subject a word must be that says what is wrong with it.
constexpr std::size_t kNear = 48;

constexpr std::array<std::string_view, 12> kLabels = {
    "error",          "api error",   "upstream error",       "provider error",
    "bad request",    "forbidden",   "authentication error", "internal server error",
    "request failed", "openaierror", "permission error",     "error from provider"};
constexpr std::array<std::string_view, 8> kLabelWords = {
    "litellm", "autherror", "authenticationerror", "permissionerror",
    "openai",  "anthropic", "badrequesterror",     "apierror"};

constexpr std::array<std::string_view, 6> kKeyWhole = {
    "invalid token", "invalid key", "unauthorized", "bad key", "key expired", "invalid apikey"};
constexpr std::array<std::string_view, 15> kKeyWords = {"authentication fail",
                                                        "authentication required",
                                                        "invalid authentication",
                                                        "not authenticated",
                                                        "invalid credentials",
                                                        "could not validate credentials",
                                                        "invalid bearer token",
                                                        "invalid access token",
                                                        "invalid subscription key",
                                                        "security token included in the request",
                                                        "token is invalid",
                                                        "令牌无效",
                                                        "无效的令牌",
                                                        "认证失败",
                                                        "鉴权失败"};
constexpr std::array<std::string_view, 7> kKeys = {"api key",   "api-key",  "apikey", "api_key",
                                                   "api token", "api keys", "密钥"};
constexpr std::array<std::string_view, 15> kKeyTroubles = {
    "invalid", "incorrect", "not valid", "expired",  "revoked",   "missing", "wrong", "disabled",
    "no ",     "provide",   "not found", "required", "not exist", "无效",    "过期"};

constexpr std::array<std::string_view, 47> kCreditWords = {"insufficient balance",
                                                           "insufficient account balance",
                                                           "insufficient credit",
                                                           "insufficient fund",
                                                           "insufficient quota",
                                                           "insufficient user quota",
                                                           "insufficient_quota",
                                                           "not enough credit",
                                                           "not enough balance",
                                                           "not enough quota",
                                                           "balance is insufficient",
                                                           "balance is not enough",
                                                           "balance is too low",
                                                           "balance is negative",
                                                           "balance too low",
                                                           "credit balance",
                                                           "out of credit",
                                                           "no credit",
                                                           "requires more credits",
                                                           "used all available credits",
                                                           "credits exhausted",
                                                           "credit limit exceeded",
                                                           "monthly included credits",
                                                           "exceeded your current quota",
                                                           "exceeded current quota",
                                                           "quota exceeded",
                                                           "quota exhausted",
                                                           "quota is exhausted",
                                                           "quota has been",
                                                           "out of quota",
                                                           "budget has been exceeded",
                                                           "budget exceeded",
                                                           "spending limit",
                                                           "spend limit",
                                                           "specified api usage limits",
                                                           "billing hard limit",
                                                           "billing is not",
                                                           "billing not active",
                                                           "enable billing",
                                                           "payment required",
                                                           "overdue",
                                                           "in arrears",
                                                           "in good standing",
                                                           "余额不足",
                                                           "欠费",
                                                           "额度不足",
                                                           "额度已用"};
/// Words of a limit that is over soon.
constexpr std::array<std::string_view, 9> kRateWords = {
    "per minute",        "per second", "rate limit",   "requests per", "tokens per",
    "too many requests", "retry in",   "try again in", "concurren"};

constexpr std::array<std::string_view, 7> kAccountWords = {
    "location is not supported",
    "country, region, or territory not supported",
    "not available in your country",
    "do not have access to",
    "does not have access to",
    "account deactivated",
    "实名认证"};
constexpr std::array<std::string_view, 9> kAccounts = {"account",   "organization", "organisation",
                                                       "workspace", "project",      "subscription",
                                                       "tenant",    "账号",         "账户"};
constexpr std::array<std::string_view, 14> kAccountTroubles = {
    "deactivated", "disabled",   "suspended", "terminated",   "restricted", "locked", "frozen",
    "banned",      "not active", "inactive",  "not verified", "closed",     "封禁",   "冻结"};

constexpr std::array<std::string_view, 9> kModelWords = {
    "no such model",        "unknown model",        "no endpoints found",
    "model not found",      "no available channel", "not a valid model",
    "model does not exist", "模型不存在",           "无可用渠道"};
constexpr std::array<std::string_view, 8> kModelTroubles = {
    "not found",      "does not exist",      "doesn't exist",    "not exist",
    "decommissioned", "has been deprecated", "is not available", "disabled"};

bool has_any(std::string_view text, Phrases phrases) {
  return std::ranges::any_of(phrases, [&](auto phrase) { return text.contains(phrase); });
}

/// True if one of `troubles` stands within kNear bytes of one of `subjects`, on either side.
bool is_near(std::string_view text, Phrases subjects, Phrases troubles) {
  for (const auto subject : subjects) {
    const auto at = text.find(subject);
    if (at == text.npos) continue;
    const auto from = at - std::min(at, kNear / 2);
    if (has_any(text.substr(from, at - from + subject.size() + kNear), troubles)) return true;
  }
  return false;
}

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

/// Where the first quotation begins; an apostrophe is none.
std::size_t quotation(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '`' || c == '\n' || c == '{' || c == '[') return i;
    if (c == '\'' && (i == 0 || !is_letter(text[i - 1]))) return i;
    if (text.substr(i).starts_with("“")) return i;
  }
  return text.size();
}

bool is_label(std::string_view text) {
  if (std::ranges::find(kLabels, text) != kLabels.end()) return true;
  const bool one_word = !text.contains(' ');
  const bool number = text.find_first_not_of("0123456789") == text.npos;
  return one_word && (number || has_any(text, kLabelWords));
}

std::string_view without_labels(std::string_view text) {
  for (;;) {
    text = trim(text);
    const auto colon = std::min(text.find(": "), text.find(" - "));
    if (colon == text.npos || !is_label(trim(text.substr(0, colon)))) return text;
    text.remove_prefix(colon + 2);
  }
}

std::string lower_case(std::string_view text) {
  std::string lowered(text.substr(0, kLeadBytes));
  std::ranges::transform(lowered, lowered.begin(), lower);
  return lowered;
}

/// "The model `x` does not exist": a model's name is the only quotation that may be passed over.
bool names_absent_model(std::string_view text) {
  const auto open = quotation(text);
  const auto before = trim(text.substr(0, open));
  if (!before.ends_with("model") || open == text.size()) return false;
  const auto close = text.find(text[open], open + 1);
  if (close == text.npos) return false;
  const auto behind = text.substr(close + 1, kNear);
  return has_any(behind.substr(0, quotation(behind)), kModelTroubles);
}

}  // namespace

Fault fault_of_wording(std::string_view message) {
  const auto lowered = lower_case(trim(message));
  const auto text = without_labels(lowered);
  if (names_absent_model(text)) return Fault::model;
  auto lead = text.substr(0, quotation(text));
  lead = lead.substr(0, lead.find(": "));
  auto whole = lead;
  while (!whole.empty() && std::string_view(".!: ").contains(whole.back())) whole.remove_suffix(1);
  if (std::ranges::find(kKeyWhole, whole) != kKeyWhole.end()) return Fault::key;
  if (has_any(lead, kCreditWords)) {
    return has_any(lowered, kRateWords) ? Fault::rate : Fault::credit;
  }
  if (has_any(lead, kKeyWords) || is_near(lead, kKeys, kKeyTroubles)) return Fault::key;
  if (has_any(lead, kAccountWords) || is_near(lead, kAccounts, kAccountTroubles)) {
    return Fault::account;
  }
  const bool is_model = has_any(lead, kModelWords) || lead.starts_with("invalid model") ||
                        (lead.starts_with("the model") && has_any(lead, kModelTroubles)) ||
                        (lead.starts_with("model") && has_any(lead, kModelTroubles));
  return is_model ? Fault::model : Fault::unknown;
}

}  // namespace weir::dialect::detail
