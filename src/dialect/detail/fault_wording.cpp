// Wording of errors that have no code, or one that says nothing ("invalid_request_error").
//
// Source: recorded answers of the providers in fault_codes.cpp, 2026-11.
//
// A message may repeat the request's texts and member names, quoted ("Invalid value: '…'") or not
// ("insufficient balance: Extra inputs are not permitted", of a member with that name). So a
// sentence is known by its beginning only, behind labels ("Error:"), and not if a colon that is not
// its own or a validator's words follow.
#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>

#include "base/ascii.hpp"
#include "dialect/detail/fault_codes.hpp"

namespace weir::dialect::detail {
namespace {

using Phrases = std::span<const std::string_view>;

/// A longer message repeats something.
constexpr std::size_t kMaxBytes = 1'000;
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

constexpr std::string_view kModel = "model";
constexpr std::array<std::string_view, 10> kModelWords = {
    "not found the model", "no such model",
    "unknown model",       "no endpoints found for",
    "model not found",     "no available channel",
    "not a valid model",   "model does not exist",
    "模型不存在",          "无可用渠道"};
constexpr std::array<std::string_view, 8> kModelTroubles = {
    "not found",      "does not exist",      "doesn't exist",    "not exist",
    "decommissioned", "has been deprecated", "is not available", "disabled"};

/// Words that may stand before the one by which a sentence is known.
constexpr auto kOpenings = std::to_array<std::string_view>(
    {"a",        "an",        "the",          "this",    "your",      "you",     "our",
     "user",     "users",     "sorry",        "please",  "make",      "sure",    "have",
     "has",      "had",       "is",           "are",     "was",       "been",    "no",
     "not",      "invalid",   "incorrect",    "missing", "expired",   "wrong",   "bad",
     "provided", "current",   "free",         "monthly", "daily",     "reached", "exceeded",
     "used",     "up",        "all",          "of",      "access",    "denied",  "due",
     "to",       "account",   "api",          "key",     "token",     "team",    "request",
     "because",  "in",        "organization", "project", "workspace", "it",      "tier",
     "error",    "failed",    "there",        "we",      "could",     "out",     "unable",
     "billing",  "remaining", "available",    "must",    "provide",   "didn't",  "did",
     "s",        "该",        "您",           "你",      "的",        "当前",    "令牌",
     "用户",     "账户",      "账号",         "抱歉",    "已",        "，"});
/// Words by which validators refuse a text or a member that they may repeat before them.
constexpr auto kValidation = std::to_array<std::string_view>(
    {"extra input",    "extra field",     "extra key",      "permitted",       "not allowed",
     "field required", "should ",         "must be",        "must not",        "must have",
     "must contain",   "must match",      "must start",     "unexpected",      "unrecognized",
     "unrecognised",   "unknown field",   "unknown param",  "unknown arg",     "unknown name",
     "unknown key",    "unknown prop",    "unsupported",    "additional prop", "propert",
     "parameter",      "argument",        "is not a valid", "not a valid",     "not one of",
     "expected",       "validation",      "parse",          "deserializ",      "schema",
     "value error",    "type error",      "input_value",    "too long",        "too short",
     "characters",     "unknown variant", "no such field",  "ignored",         "not defined",
     "is invalid for", "not recognized",  "not recognised", "invalid type",    "invalid value"});
/// Abilities that a model which is there may lack.
constexpr auto kAbilities = std::to_array<std::string_view>(
    {"that support", "not support ",  "not support:",   "doesn't support",
     "supported in", "supported for", "supported with", "supported by",
     "supported on", "v1/",           "chat model",     "completion model",
     "input is",     "available for", "available in",   "available with",
     "tool",         "image",         "vision",         "audio",
     "streaming",    "data policy",   "guardrail",      "matching your",
     "feature",      "embedding"});
/// Other things that a request may name and that are not found.
constexpr auto kOtherThings = std::to_array<std::string_view>(
    {"file",   "response", "conversation", "prompt",   "container", "vector",
     "voice",  "batch",    "adapter",      "lora",     "endpoint",  "assistant",
     "thread", "skill",    "server",       "provider", "item",      "cache",
     "video",  "upload",   "message",      "call id"});

bool has_any(std::string_view text, Phrases phrases) {
  return std::ranges::any_of(phrases, [&](auto phrase) { return text.contains(phrase); });
}

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_of_word(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'; }

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
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), lower);
  return lowered;
}

/// `text` without an opening word; all of it if there is none.
std::string_view without_opening(std::string_view text) {
  const auto from = text.find_first_not_of(" ,.!'’");
  if (from == text.npos) return text;
  if (from > 0) return text.substr(from);
  for (const auto word : kOpenings) {
    if (!text.starts_with(word)) continue;
    const auto rest = text.substr(word.size());
    if (!is_letter(word.front()) || rest.empty() || !is_of_word(rest.front())) return rest;
  }
  return text;
}

/// Where one of `phrases` begins if only opening words stand before it.
std::optional<std::size_t> find_opening(std::string_view text, Phrases phrases) {
  for (auto rest = text;;) {
    const auto begins = [&](auto phrase) { return rest.starts_with(phrase); };
    if (std::ranges::any_of(phrases, begins)) return text.size() - rest.size();
    const auto shorter = without_opening(rest);
    if (shorter.size() == rest.size()) return std::nullopt;
    rest = shorter;
  }
}

bool opens_with(std::string_view text, Phrases phrases) {
  return find_opening(text, phrases).has_value();
}

/// True if `text` opens with one of `subjects`, and one of `troubles` stands near it.
bool opens_with(std::string_view text, Phrases subjects, Phrases troubles) {
  const auto at = find_opening(text, subjects);
  return at && has_any(text.substr(0, *at + kNear), troubles);
}

/// "Incorrect API key provided: sk-…". Any other text before a colon may be a member's name.
bool is_own_colon(std::string_view before, std::string_view behind) {
  behind = trim(behind);
  if (behind.contains(": ")) return false;
  const auto word = behind.substr(0, behind.find(' '));
  if (word.starts_with("http")) return true;
  if (!before.ends_with("api key provided")) return false;
  const auto rest = trim(behind.substr(word.size()));
  return rest.starts_with("you can ") ||
         (rest.empty() && word.find_first_of("-*0123456789") != word.npos);
}

/// The text that can only be the upstream's, if there is any.
std::string_view lead_of(std::string_view text) {
  const auto colon = text.find(": ");
  const bool ends = !text.empty() && text.back() == ':';
  if (colon != text.npos || ends) {
    const auto before = text.substr(0, ends && colon == text.npos ? text.size() - 1 : colon);
    if (!is_own_colon(before, colon == text.npos ? "" : text.substr(colon + 2))) return {};
    text = before;
  }
  return text.substr(0, std::min(quotation(text), kLeadBytes));
}

/// Where `word`, or several, stand in `text` and are no part of another.
std::size_t find_word(std::string_view text, std::string_view word) {
  if (word.empty()) return text.npos;
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool begins = at == 0 || !is_of_word(text[at - 1]);
    if (begins && (end == text.size() || !is_of_word(text[end]))) return at;
  }
  return text.npos;
}

/// An id may have any word in it: "text-embedding-3".
std::string without_word(std::string text, std::string_view word) {
  for (auto at = find_word(text, word); at != text.npos; at = find_word(text, word)) {
    text.erase(at, word.size());
  }
  return text;
}

/// "Invalid model: x", "model: x".
bool labels_model(std::string_view text, std::string_view id) {
  const auto colon = text.find(": ");
  if (colon == text.npos) return false;
  const auto before = text.substr(0, colon);
  const auto behind = text.substr(colon + 2);
  return before.ends_with("model") && opens_with(before, std::array{kModel}) &&
         !behind.contains(": ") && find_word(behind, id) <= 1;
}

/// "The model `x` does not exist": a model's name is the only quotation that may be passed over.
bool names_absent_model(std::string_view text) {
  const auto open = quotation(text);
  const auto before = trim(text.substr(0, open));
  if (!before.ends_with("model") || open == text.size()) return false;
  if (!opens_with(before, std::array{kModel})) return false;
  const auto close = text.find(text[open], open + 1);
  if (close == text.npos) return false;
  const auto behind = text.substr(close + 1);
  const auto colon = behind.find(": ");
  if (colon != behind.npos && !is_own_colon({}, behind.substr(colon + 2))) return false;
  const auto near = behind.substr(0, kNear);
  return has_any(near.substr(0, quotation(near)), kModelTroubles);
}

bool is_about_model(std::string_view text, std::string_view lead, std::string_view id) {
  if (lacks_ability(text, id)) return false;
  if (labels_model(text, id) || names_absent_model(text)) return true;
  if (opens_with(lead, kModelWords) || lead.starts_with("invalid model")) return true;
  if (!id.empty() && lead.starts_with(id) && has_any(lead, kModelWords)) return true;
  const bool begins = lead.starts_with("the model") || lead.starts_with("model");
  return begins && has_any(lead, kModelTroubles);
}

Fault fault_of_account(std::string_view lead) {
  auto whole = lead;
  while (!whole.empty() && std::string_view(".!: ").contains(whole.back())) whole.remove_suffix(1);
  if (std::ranges::find(kKeyWhole, whole) != kKeyWhole.end()) return Fault::key;
  const auto of_limit = has_any(lead, kRateWords) ? Fault::rate : Fault::credit;
  if (opens_with(lead, kCreditWords)) return of_limit;
  if (opens_with(lead, kKeyWords) || opens_with(lead, kKeys, kKeyTroubles)) return Fault::key;
  if (opens_with(lead, kAccountWords)) return Fault::account;
  if (!opens_with(lead, kAccounts, kAccountTroubles)) return Fault::unknown;
  return has_any(lead, kCreditWords) ? Fault::credit : Fault::account;
}

}  // namespace

bool lacks_ability(std::string_view message, std::string_view model) {
  const auto text = without_word(lower_case(message.substr(0, kMaxBytes)), lower_case(model));
  return has_any(text, kAbilities);
}

bool names_another_thing(std::string_view message, std::string_view model) {
  const auto text = without_word(lower_case(message.substr(0, kMaxBytes)), lower_case(model));
  return has_any(text, kAbilities) || has_any(text, kOtherThings);
}

ErrorWording read_wording(std::string_view message, std::string_view model) {
  if (message.size() > kMaxBytes) return {};
  const auto lowered = lower_case(trim(message));
  const auto id = lower_case(model);
  const auto text = without_labels(lowered);
  const auto lead = lead_of(text);
  const auto others = without_word(without_word(lowered, id), "is not a valid model");
  if (has_any(others, kValidation)) return {};
  if (is_about_model(text, lead, id)) {
    return {.fault = Fault::model, .names_model = find_word(text, id) != text.npos};
  }
  return {.fault = fault_of_account(lead)};
}

}  // namespace weir::dialect::detail
