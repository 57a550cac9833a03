// Codes, types and status words of errors, by provider.
//
// A word that a provider uses for several causes ("invalid_request_error", "INVALID_ARGUMENT",
// "FAILED_PRECONDITION", "api_error", "not_found_error") has no row: the wording or the status
// decides.
#include "dialect/detail/fault_codes.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"

namespace weir::dialect::detail {
namespace {

struct Row {
  std::string_view code;  ///< in lower case
  Fault fault;
};

// Source: OpenAI, guides, error codes, and recorded answers; Azure OpenAI, REST reference; 2026-11.
constexpr Row kOpenai[] = {
    {"invalid_api_key", Fault::key},
    {"invalid_issuer", Fault::key},
    {"authentication_error", Fault::key},  // Anthropic's too
    {"invalid_authentication", Fault::key},
    {"insufficient_quota", Fault::credit},
    {"billing_hard_limit_reached", Fault::credit},
    {"billing_limit_user_error", Fault::credit},
    {"billing_not_active", Fault::credit},
    {"quota_exceeded", Fault::credit},
    {"access_terminated", Fault::account},
    {"account_deactivated", Fault::account},
    {"account_suspended", Fault::account},
    {"invalid_organization", Fault::account},
    {"mismatched_organization", Fault::account},
    {"mismatched_project", Fault::account},
    {"organization_deactivated", Fault::account},
    {"project_archived", Fault::account},
    {"ip_not_authorized", Fault::account},
    {"unsupported_country_region_territory", Fault::account},
    {"model_not_found", Fault::model},
    {"model_not_available", Fault::model},
    {"deploymentnotfound", Fault::model},  // Azure's from here
    {"unknown_model", Fault::model},
    {"unavailable_model", Fault::model},
    {"rate_limit_exceeded", Fault::rate},
    {"rate_limit_error", Fault::rate},
    {"engine_overloaded", Fault::overloaded},
    {"context_length_exceeded", Fault::request},
    {"string_above_max_length", Fault::request},
    {"content_policy_violation", Fault::request},
    {"content_filter", Fault::request},
    {"responsibleaipolicyviolation", Fault::request},
    {"moderation_blocked", Fault::request},
    {"invalid_prompt", Fault::request},
    {"invalid_value", Fault::request},
    {"invalid_type", Fault::request},
    {"invalid_image_url", Fault::request},
    {"invalid_image_format", Fault::request},
    {"image_parse_error", Fault::request},
    {"unsupported_value", Fault::request},
    {"unsupported_parameter", Fault::request},
    {"unknown_parameter", Fault::request},
    {"missing_required_parameter", Fault::request},
    {"integer_above_max_value", Fault::request},
    {"integer_below_min_value", Fault::request},
    {"decimal_above_max_value", Fault::request},
    {"decimal_below_min_value", Fault::request},
    {"array_above_max_length", Fault::request},
    {"previous_response_not_found", Fault::request},
    {"voice_not_found", Fault::request},
    {"invalid_voice", Fault::request},
    {"file_not_found", Fault::request},
};

// Source: Anthropic, API, errors, 2026-11. Its `not_found_error` may be of a file too. llama.cpp
// and Moonshot have types of the same form.
constexpr Row kAnthropic[] = {
    {"billing_error", Fault::credit},
    {"permission_error", Fault::account},
    {"permission_denied_error", Fault::account},
    {"overloaded_error", Fault::overloaded},
    {"unavailable_error", Fault::overloaded},
    {"request_too_large", Fault::request},
    {"exceed_context_size_error", Fault::request},
    {"exceeded_current_quota_error", Fault::credit},
    {"invalid_authentication_error", Fault::key},
    {"engine_overloaded_error", Fault::overloaded},
    {"rate_limit_reached_error", Fault::rate},
    {"content_filter_error", Fault::request},
};

// Source: google.rpc.Code, google.api.ErrorReason; Gemini API, troubleshooting, 2026-11.
constexpr Row kGoogle[] = {
    {"api_key_invalid", Fault::key},
    {"api_key_expired", Fault::key},
    {"api_key_service_blocked", Fault::key},
    {"api_key_http_referrer_blocked", Fault::key},
    {"api_key_ip_address_blocked", Fault::key},
    {"access_token_expired", Fault::key},
    {"credentials_missing", Fault::key},
    {"unauthenticated", Fault::key},
    {"billing_disabled", Fault::credit},
    {"permission_denied", Fault::account},
    {"permissiondenied", Fault::account},  // Azure's
    {"service_disabled", Fault::account},
    {"consumer_invalid", Fault::account},
    {"consumer_suspended", Fault::account},
    {"account_state_invalid", Fault::account},
    {"user_project_denied", Fault::account},
    {"location_policy_violated", Fault::account},
    {"resource_exhausted", Fault::rate},
    {"unavailable", Fault::overloaded},
};

// Source: Alibaba Cloud Model Studio, error codes, 2026-11, and recorded answers.
constexpr Row kDashscope[] = {
    {"invalidapikey", Fault::key},
    {"notauthorized", Fault::key},
    {"arrearage", Fault::credit},
    {"commoditynotpurchased", Fault::credit},
    {"prepaidbilloverdue", Fault::credit},
    {"postpaidbilloverdue", Fault::credit},
    {"allocationquota.freetieronly", Fault::credit},
    {"accessdenied", Fault::account},
    {"accessdenied.unpurchased", Fault::account},
    {"model.accessdenied", Fault::account},
    {"workspace.accessdenied", Fault::account},
    {"app.accessdenied", Fault::account},
    {"modelnotfound", Fault::model},
    {"model_not_supported", Fault::model},
    {"throttling", Fault::rate},
    {"throttling.ratequota", Fault::rate},
    {"throttling.burstrate", Fault::rate},
    {"throttling.allocationquota", Fault::rate},
    {"limitrequests", Fault::rate},
    {"datainspectionfailed", Fault::request},
    {"data_inspection_failed", Fault::request},
    {"invalidparameter", Fault::request},
    {"invalidparameter.datainspection", Fault::request},
};

// Source: Volcengine Ark, error codes, 2026-11; Zhipu (BigModel), error codes, 2026-11, whose codes
// are numbers in strings within `error`.
constexpr Row kArkAndZhipu[] = {
    {"authenticationerror", Fault::key},
    {"accountoverdueerror", Fault::credit},
    {"invalidaccountstatus", Fault::account},
    {"operationdenied.serviceoverdue", Fault::credit},
    {"operationdenied.servicenotopen", Fault::account},
    {"setlimitexceeded", Fault::credit},
    {"quotaexceeded", Fault::credit},
    {"modelnotopen", Fault::account},
    {"invalidendpointormodel.notfound", Fault::model},
    {"invalidendpointormodel.modelidaccessdisabled", Fault::account},
    {"unsupportedmodel", Fault::model},
    {"requestbursttoofast", Fault::rate},
    {"serveroverloaded", Fault::overloaded},
    {"sensitivecontentdetected", Fault::request},
    {"1000", Fault::key},
    {"1001", Fault::key},
    {"1002", Fault::key},
    {"1003", Fault::key},
    {"1004", Fault::key},
    {"1110", Fault::account},
    {"1111", Fault::account},
    {"1112", Fault::account},
    {"1113", Fault::credit},
    {"1120", Fault::account},
    {"1121", Fault::account},
    {"1211", Fault::model},
    {"1220", Fault::account},
    {"1301", Fault::request},
    {"1302", Fault::rate},
    {"1303", Fault::rate},
    {"1304", Fault::credit},
    {"1305", Fault::overloaded},
    {"1308", Fault::credit},
    {"1309", Fault::credit},
};

// Source: Amazon Bedrock Runtime, InvokeModel and Converse, and common errors, 2026-11.
constexpr Row kBedrock[] = {
    {"unrecognizedclientexception", Fault::key},
    {"invalidclienttokenid", Fault::key},
    {"invalidsignatureexception", Fault::key},
    {"incompletesignature", Fault::key},
    {"incompletesignatureexception", Fault::key},
    {"expiredtokenexception", Fault::key},
    {"expiredtoken", Fault::key},
    {"missingauthenticationtoken", Fault::key},
    {"missingauthenticationtokenexception", Fault::key},
    {"accessdeniedexception", Fault::account},
    {"optinrequired", Fault::account},
    {"subscriptionrequiredexception", Fault::account},
    {"servicequotaexceededexception", Fault::credit},
    {"throttlingexception", Fault::rate},
    {"toomanyrequestsexception", Fault::rate},
    {"modelnotreadyexception", Fault::overloaded},
    {"serviceunavailableexception", Fault::overloaded},
};

// Source: documentation and recorded answers, 2026-11, of Mistral, OpenRouter, Groq, Together,
// Cerebras, Venice, Tencent, LiteLLM, one-api and new-api.
constexpr Row kOthers[] = {
    {"invalid_model", Fault::model},  // Mistral
    {"service_tier_capacity_exceeded", Fault::overloaded},
    {"insufficient_credits", Fault::credit},
    {"insufficient_balance", Fault::credit},
    {"insufficient_funds", Fault::credit},
    {"credit_limit", Fault::credit},
    {"payment_required", Fault::credit},
    {"organization_restricted", Fault::account},
    {"blocked_api_access", Fault::credit},
    {"spend_limit_reached", Fault::credit},
    {"model_decommissioned", Fault::model},
    {"model_permission_blocked_org", Fault::account},
    {"model_permission_blocked_project", Fault::account},
    {"wrong_api_key", Fault::key},
    {"authentication_failed", Fault::key},
    {"unauthorized", Fault::key},
    {"failedoperation.resourcepackexhausted", Fault::credit},
    {"resourceinsufficient.chargeresourceexhausted", Fault::credit},
    {"failedoperation.servicestoparrears", Fault::credit},
    {"budget_exceeded", Fault::credit},  // LiteLLM
    {"token_not_found_in_db", Fault::key},
    {"expired_key", Fault::key},
    {"auth_error", Fault::key},
    {"key_model_access_denied", Fault::account},
    {"team_model_access_denied", Fault::account},
    {"insufficient_user_quota", Fault::credit},  // one-api and new-api
    {"pre_consume_token_quota_failed", Fault::credit},
    {"token_quota_exhausted", Fault::credit},
    {"channel:no_available_key", Fault::account},
    {"channel:invalid_key", Fault::key},
    {"no_available_channel", Fault::model},
};

// Source: SiliconFlow, FAQ, error codes, 2026-11, and recorded answers. 20015 is of a parameter,
// but also "System is really busy" with status 429.
constexpr Row kSiliconflow[] = {
    {"20012", Fault::model},      {"30001", Fault::credit},     {"30002", Fault::credit},
    {"30011", Fault::credit},     {"30003", Fault::model},      {"30014", Fault::key},
    {"50505", Fault::overloaded}, {"50603", Fault::overloaded},
};

template <std::size_t kSize>
Fault find(const Row (&rows)[kSize], std::string_view code) {
  const auto row = std::ranges::find_if(
      rows, [&](const Row& known) { return equals_ignoring_case(code, known.code); });
  return row == std::end(rows) ? Fault::unknown : row->fault;
}

}  // namespace

Fault fault_of_code(std::string_view code) {
  for (const auto fault :
       {find(kOpenai, code), find(kAnthropic, code), find(kGoogle, code), find(kDashscope, code),
        find(kArkAndZhipu, code), find(kBedrock, code), find(kOthers, code)}) {
    if (fault != Fault::unknown) return fault;
  }
  return Fault::unknown;
}

Fault fault_of_siliconflow(std::string_view number) { return find(kSiliconflow, number); }

}  // namespace weir::dialect::detail
