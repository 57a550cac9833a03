#include "dialect/fault.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::dialect {
namespace {

struct Case {
  int status;
  const char* body;
  Fault fault;
};

void expect_each(std::span<const Case> cases) {
  for (const auto& c : cases) {
    EXPECT_EQ(kFaultNames[find_cause(c.status, c.body, "x").fault], kFaultNames[c.fault])
        << c.status << ' ' << c.body;
  }
}

// Recorded answers, shortened.
TEST(FindCause, KnowsTheProvidersCodes) {
  static constexpr Case kCases[] = {
      // OpenAI
      {401,
       R"({"error":{"message":"Incorrect API key provided: sk-a***b.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}})",
       Fault::key},
      {429,
       R"({"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}})",
       Fault::credit},
      {400,
       R"({"error":{"code":"billing_hard_limit_reached","message":"Billing hard limit has been reached","param":null,"type":"invalid_request_error"}})",
       Fault::credit},
      {429,
       R"({"error":{"message":"Rate limit reached","type":"tokens","code":"rate_limit_exceeded"}})",
       Fault::rate},
      {401,
       R"({"error":{"message":"x","type":"invalid_request_error","code":"account_deactivated"}})",
       Fault::account},
      {404,
       R"({"error":{"message":"The model `x` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}})",
       Fault::model},
      // Anthropic
      {401,
       R"({"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}})",
       Fault::key},
      {400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."}})",
       Fault::credit},
      {400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on 2026-12-01."}})",
       Fault::credit},
      {400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"This organization has been disabled."}})",
       Fault::account},
      {529, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})",
       Fault::overloaded},
      {404, R"({"type":"error","error":{"type":"not_found_error","message":"model: x"}})",
       Fault::model},
      // Google
      {400,
       R"([{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID","domain":"googleapis.com"}]}}])",
       Fault::key},
      {403,
       R"({"error":{"code":403,"message":"x","status":"PERMISSION_DENIED","details":[{"reason":"BILLING_DISABLED"}]}})",
       Fault::credit},
      {429,
       R"({"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED"}})",
       Fault::rate},
      {400,
       R"({"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}})",
       Fault::account},
      // SiliconFlow
      {403, R"({"code":30001,"message":"Sorry, your account balance is insufficient","data":null})",
       Fault::credit},
      {400,
       R"({"code":20012,"message":"Model does not exist. Please check it carefully.","data":null})",
       Fault::model},
      {403, R"({"code":30003,"message":"Model disabled.","data":null})", Fault::model},
      {401, R"({"code":30014,"message":"Token is invalid.","data":null})", Fault::key},
      {401, R"("Invalid token")", Fault::key},
      {400, R"("Api key is invalid")", Fault::key},
      {503, R"({"code":50505,"message":"Model service overloaded.","data":null})",
       Fault::overloaded},
      // DashScope
      {400,
       R"({"code":"Arrearage","message":"Access denied, please make sure your account is in good standing.","request_id":"x"})",
       Fault::credit},
      {400, R"({"error":{"code":"Arrearage","param":null,"message":"x","type":"Arrearage"}})",
       Fault::credit},
      {403, R"({"code":"AccessDenied.Unpurchased","message":"x"})", Fault::account},
      {429, R"({"code":"Throttling.RateQuota","message":"Requests rate limit exceeded"})",
       Fault::rate},
      {401, R"({"code":"InvalidApiKey","message":"Invalid API-key provided."})", Fault::key},
      // DeepSeek
      {402,
       R"({"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}})",
       Fault::credit},
      {401,
       R"({"error":{"message":"Authentication Fails, Your api key: ****x is invalid","type":"authentication_error","code":"invalid_request_error"}})",
       Fault::key},
      // Mistral
      {401, R"({"message":"Unauthorized","request_id":"x"})", Fault::key},
      {400,
       R"({"object":"error","message":"Invalid model: x","type":"invalid_model","param":null,"code":"1500"})",
       Fault::model},
      {429, R"({"object":"error","type":"service_tier_capacity_exceeded","code":"3505"})",
       Fault::overloaded},
      // OpenRouter
      {402, R"({"error":{"code":402,"message":"Insufficient credits. Add more using https://x"}})",
       Fault::credit},
      {500, R"({"error":{"code":401,"message":"User not found."}})", Fault::key},
      {404, R"({"error":{"message":"No endpoints found for a/b.","code":404}})", Fault::model},
      {400, R"({"error":{"message":"x is not a valid model ID","code":400}})", Fault::model},
      // Azure
      {401,
       R"({"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}})",
       Fault::key},
      {404,
       R"({"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}})",
       Fault::model},
      // Bedrock
      {403,
       R"({"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"The security token included in the request is invalid."})",
       Fault::key},
      {400, R"({"__type":"ThrottlingException","message":"Too many requests"})", Fault::rate},
      {400, R"({"__type":"ServiceQuotaExceededException","message":"x"})", Fault::credit},
      {403, R"({"__type":"AccessDeniedException","message":"You don't have access to the model"})",
       Fault::account},
      // Others
      {429, R"({"error":{"code":"1113","message":"余额不足或无可用资源包,请充值。"}})",
       Fault::credit},
      {429,
       R"({"error":{"type":"exceeded_current_quota_error","message":"Your account x is suspended"}})",
       Fault::credit},
      {400,
       R"({"code":"Client specified an invalid argument","error":"Incorrect API key provided: xx. You can obtain an API key from https://console.x.ai."})",
       Fault::key},
      {400,
       R"({"error":{"message":"Organization has been restricted.","type":"invalid_request_error","code":"organization_restricted"}})",
       Fault::account},
      {400,
       R"({"error":{"message":"Budget has been exceeded! Current cost: 1, Max budget: 1","type":"budget_exceeded","param":null,"code":"400"}})",
       Fault::credit},
      {403, R"({"error":{"code":"AccountOverdueError","message":"x","type":"Forbidden"}})",
       Fault::credit},
      {404,
       R"({"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404})",
       Fault::model},
      {404, R"({"error":"model 'x' not found"})", Fault::model},
      {412,
       R"({"error":{"code":"PRECONDITION_FAILED","message":"Account a-b is suspended, possibly due to reaching the monthly spending limit"}})",
       Fault::credit},
  };
  expect_each(kCases);
}

TEST(FindCause, KnowsTheWordingWhereThereIsNoCode) {
  static constexpr Case kCases[] = {
      {400, R"({"error":{"message":"Invalid API key","type":"invalid_request_error"}})",
       Fault::key},
      {400, R"({"error":{"message":"The API key has expired.","code":null}})", Fault::key},
      {400, R"({"error":"invalid api key"})", Fault::key},
      {500, R"({"message":"No API key provided"})", Fault::key},
      {500, R"({"error":{"message":"OpenAI: Incorrect API key provided: sk-1"}})", Fault::key},
      {400, R"({"error":{"message":"litellm.AuthenticationError: Invalid API key"}})", Fault::key},
      {400, R"({"detail":"Could not validate credentials"})", Fault::key},
      {400, R"({"error":{"message":"Error: Insufficient credits"}})", Fault::credit},
      {500, "insufficient balance", Fault::credit},
      {429, R"({"message":"Quota exceeded, please upgrade your plan"})", Fault::credit},
      {429, R"({"message":"Quota exceeded for requests per minute"})", Fault::rate},
      {400, R"({"message":"Your account has no credit left"})", Fault::credit},
      {500, R"({"error":{"message":"该令牌额度已用尽"}})", Fault::credit},
      {400, R"({"error":{"message":"Your account has been deactivated"}})", Fault::account},
      {400, R"({"message":"This project has been suspended."})", Fault::account},
      {400,
       R"({"error":{"message":"The model `x` has been decommissioned and is no longer supported"}})",
       Fault::model},
      {404, R"({"error":{"message":"x","param":"model"}})", Fault::model},
  };
  expect_each(kCases);
}

TEST(FindCause, LeavesARequestsOwnErrorToIt) {
  static constexpr Case kCases[] = {
      {400,
       R"({"error":{"message":"This model's maximum context length is 8192 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}})",
       Fault::request},
      {400,
       R"({"error":{"message":"Invalid value: 'insufficient_quota'. Supported values are: 'a'.","type":"invalid_request_error","param":"messages[0].role","code":"invalid_value"}})",
       Fault::request},
      {400,
       R"({"error":{"message":"Insufficient balance","type":"invalid_request_error","param":"messages"}})",
       Fault::request},
      {400, R"({"error":{"message":"Invalid value: insufficient balance, invalid api key"}})",
       Fault::unknown},
      {400, R"({"error":{"message":"Unexpected token in \"invalid api key\""}})", Fault::unknown},
      {400, R"({"error":{"message":"Could not parse 'my quota exceeded'"}})", Fault::unknown},
      {400, R"({"error":{"message":"Failed: {\"content\":\"invalid api key\"}"}})", Fault::unknown},
      {400,
       R"({"error":{"message":"Your request was rejected as a result of our safety system.","code":"content_policy_violation"}})",
       Fault::request},
      {400, R"({"error":{"code":"1301","message":"敏感内容"}})", Fault::request},
      {400,
       R"({"code":"DataInspectionFailed","message":"Input data may contain inappropriate content."})",
       Fault::request},
      {400, R"({"code":20015,"message":"The parameter is invalid.","data":null})", Fault::unknown},
      {400, R"({"error":{"message":"Invalid token id 50000 in logit_bias"}})", Fault::unknown},
      {400, R"({"error":{"message":"Invalid key in tools[0]"}})", Fault::unknown},
      {400, R"({"error":{"message":"The model does not support tools"}})", Fault::unknown},
      {400, R"({"error":{"message":"max_tokens is too large: 99999."}})", Fault::unknown},
      {400, R"({"error":{"message":"Unrecognized request argument supplied: api_key"}})",
       Fault::unknown},
      {422, R"({"detail":[{"loc":["body","messages"],"msg":"insufficient balance"}]})",
       Fault::unknown},
      {404, R"({"error":{"code":"previous_response_not_found","message":"x"}})", Fault::request},
  };
  expect_each(kCases);
}

// Texts and member names that a client may choose, and what services say about them.
TEST(FindCause, ARequestsTextsDecideNothing) {
  const std::string words[] = {"insufficient balance",
                               "unauthorized",
                               "api key invalid",
                               "Invalid API key",
                               "quota exceeded",
                               "Incorrect API key provided",
                               "Incorrect API key provided: sk-1",
                               "Your account is suspended",
                               "Error: Insufficient credits",
                               "openai: insufficient balance",
                               "model x does not exist",
                               "The model `x` does not exist",
                               "Payment required",
                               "余额不足",
                               "no such model",
                               "invalid model",
                               "my model: x",
                               "x is not a valid model ID",
                               "You exceeded your current quota. Read",
                               "Token is invalid",
                               "insufficient balance[0]",
                               "insufficient balance" + std::string(300, 'x'),
                               "insufficient balance " + std::string(2000, 'x')};
  const struct {
    const char* before;
    const char* behind;
  } messages[] = {
      {"", ": Extra inputs are not permitted"},
      {"metadata.", ": Extra inputs are not permitted"},
      {"messages.0.", ".name: Field required"},
      {"body.", ": extra fields not permitted"},
      {"", ": Input should be a valid string"},
      {"", "\\n  Extra inputs are not permitted"},
      {"1 validation error: ", ""},
      {"property ", " should not exist"},
      {"", " is not allowed"},
      {"", " is not a valid role"},
      {"", ": Required"},
      {"", ": some words that no list has"},
      {"Unknown parameter: ", ""},
      {"Unknown parameter ", ""},
      {"Tool ", " was not declared"},
      {"Invalid role ", ""},
      {"Unrecognized request argument supplied: ", ""},
      {"tools.0.custom.", ": String should match pattern"},
  };
  for (const auto& word : words) {
    for (const auto& [before, behind] : messages) {
      for (const int status : {400, 422, 500}) {
        const auto body = R"({"error":{"type":"invalid_request_error","message":")" +
                          (before + word + behind) + R"("}})";
        EXPECT_EQ(kFaultNames[find_cause(status, body, "x").fault], "unknown") << body;
      }
    }
  }
}

TEST(FindCause, AModelThatIsThereIsNotAbsent) {
  static constexpr const char* kMessages[] = {
      "No endpoints found that support tool use. To learn more, visit: https://x",
      "No endpoints found that support image input",
      "No endpoints found that support the provided 'tool_choice' value",
      "No endpoints found for x that support tool use",
      "No endpoints found matching your data policy",
      "This is a chat model and not supported in the v1/completions endpoint. Did you mean x?",
      "File not found: file_nope",
      "File not found: x",
      "Response with id 'resp_x' not found.",
      "Model does not support images; vision input is disabled",
      "The model `x` does not support image input: vision is disabled",
      "The model `x` is not available in the v1/responses endpoint",
      "Conversation 'x' does not exist",
      "Voice x not found",
  };
  for (const std::string message : kMessages) {
    for (const char* more : {"", R"(,"param":"model")", R"(,"type":"not_found_error")",
                             R"(,"type":"NotFoundError","code":404)"}) {
      for (const int status : {400, 404}) {
        const auto body = R"({"error":{"message":")" + message + '"' + more + "}}";
        const auto cause = find_cause(status, body, "x");
        EXPECT_EQ(kFaultNames[cause.fault], "unknown") << status << ' ' << body;
        EXPECT_FALSE(cause.names_model) << body;
      }
    }
  }
}

TEST(FindCause, SaysWhetherTheModelIsNamed) {
  const struct {
    int status;
    const char* body;
    bool named;
  } rows[] = {
      {404, R"({"error":{"code":"model_not_found","message":"no"}})", true},
      {404, R"({"error":"model 'lab/a' not found"})", true},
      {404, R"({"error":"model 'lab/a-b' not found"})", false},
      {404, R"({"error":{"type":"not_found_error","message":"model: lab/a"}})", true},
      {404, R"({"error":{"type":"not_found_error","message":"model: other"}})", false},
      {400, R"({"error":{"message":"Invalid model: lab/a"}})", true},
      {400, R"({"error":{"message":"lab/a is not a valid model ID","code":400}})", true},
      {404, R"({"error":{"message":"No endpoints found for lab/a.","code":404}})", true},
      {404, R"({"error":{"message":"Not found the model lab/a or Permission denied"}})", true},
      {404, R"({"detail":"Not Found"})", false},
      {404, "404 page not found", false},
      {404, "", false},
      {404, R"({"error":{"message":"x","param":"model"}})", false},
      {400, R"({"error":{"message":"Model not found"}})", false},
  };
  for (const auto& row : rows) {
    const auto cause = find_cause(row.status, row.body, "lab/a");
    EXPECT_EQ(kFaultNames[cause.fault], "model") << row.body;
    EXPECT_EQ(cause.names_model, row.named) << row.body;
  }
}

TEST(FindCause, WordsInAModelsIdSayNothing) {
  for (const std::string id : {"text-embedding-3", "gpt-image-1", "doc-parser", "x/vision:v1"}) {
    for (const auto& message : {"The model `" + id + "` does not exist", "model: " + id,
                                id + " is not a valid model ID"}) {
      const auto cause = find_cause(404, R"({"error":{"message":")" + message + R"("}})", id);
      EXPECT_EQ(cause.fault, Fault::model) << message;
      EXPECT_TRUE(cause.names_model) << message;
    }
  }
}

TEST(BlamesRequest, OnlyIfTheErrorSaysSo) {
  const struct {
    const char* body;
    bool blames;
  } cases[] = {
      {R"({"error":{"message":"The input (9000 tokens) is longer than the model's context length",)"
       R"("type":"BadRequestError","code":400}})",
       true},
      {R"({"error":{"message":"too long","code":"context_length_exceeded"}})", true},
      {R"({"error":{"message":"no","code":"422"}})", true},
      {R"({"error":{"message":"no","param":"messages"}})", true},
      {R"({"type":"error","error":{"type":"invalid_request_error","message":"messages: no"}})",
       true},
      {R"({"type":"error","error":{"type":"invalid_request_error",)"
       R"("message":"Your credit balance is too low"}})",
       false},
      {R"({"error":{"message":"no","code":"insufficient_quota","param":"messages"}})", false},
      {R"({"type":"error","error":{"type":"overloaded_error","message":"no"}})", false},
      {R"({"error":{"message":"no","code":500}})", false},
      {R"({"error":{"message":"no"}})", false},
      {R"({"error":"no"})", false},
      {R"({"type":"response.failed","response":{"error":{"code":"server_error"}}})", false},
      {"", false},
  };
  for (const auto& c : cases) EXPECT_EQ(blames_request(c.body), c.blames) << c.body;
}

TEST(ReadStatedError, HasTheStatusThatItNamesIfThatTellsWhoseFaultItIs) {
  const struct {
    const char* body;
    int status;
    Fault fault;
  } cases[] = {
      {R"({"error":{"message":"no"}})", 500, Fault::unknown},
      {R"({"error":{"message":"no","code":503}})", 503, Fault::unknown},
      {R"({"error":{"message":"no","code":"401"}})", 401, Fault::key},
      {R"({"error":{"message":"no","code":409}})", 500, Fault::unknown},
      {R"({"error":{"message":"no","code":501}})", 500, Fault::unknown},
      {R"({"error":{"message":"no","status":"404"}})", 404, Fault::model},
      {R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})", 500,
       Fault::overloaded},
      {R"({"type":"error","code":"rate_limit_exceeded","message":"no","sequence_number":3})", 500,
       Fault::rate},
      {R"({"type":"response.failed","response":{"id":"r","status":"failed",)"
       R"("error":{"code":"rate_limit_exceeded","message":"slow down"}}})",
       500, Fault::rate},
      {R"({"type":"response.failed","response":{"error":{"code":"server_error","message":"no"}}})",
       500, Fault::unknown},
      {R"({"code":50505,"message":"Model service overloaded.","data":null})", 500,
       Fault::overloaded},
      {R"({"code":30001,"message":"Sorry, your account balance is insufficient","data":null})", 500,
       Fault::credit},
      {"\"Invalid token\"", 500, Fault::key},
      {"<html>", 500, Fault::unknown},
  };
  for (const auto& c : cases) {
    const auto error = read_stated_error(c.body, "m");
    EXPECT_EQ(error.status, c.status) << c.body;
    EXPECT_EQ(error.cause.fault, c.fault) << c.body;
  }
}

TEST(MayBlameUsage, IfTheRequestIsRefusedAndTheOptionsAreMentioned) {
  EXPECT_TRUE(may_blame_usage(400, R"({"error":{"param":"stream_options"}})"));
  EXPECT_TRUE(may_blame_usage(422, R"({"detail":"include_usage: not permitted"})"));
  EXPECT_TRUE(may_blame_usage(200, R"({"error":"unknown field stream_options"})"));
  EXPECT_FALSE(may_blame_usage(500, R"({"error":"stream_options"})"));
  EXPECT_FALSE(may_blame_usage(400, R"({"error":"stream"})"));
  EXPECT_TRUE(may_blame_usage(400, R"({"stream_options":["unknown field"]})"));
  EXPECT_TRUE(may_blame_usage(400, R"({"message":"stream_options: extra inputs"})"));
  EXPECT_TRUE(may_blame_usage(400, "stream_options"));
}

// Validators repeat the request.
TEST(MayBlameUsage, ButNotIfTheyAreOnlyRepeated) {
  const char* const repeated[] = {
      R"({"detail":[{"loc":["body","n"],"msg":"no","input":{"n":0,"stream_options":{"include_usage":true}}}]})",
      R"({"detail":[{"loc":["body"],"input":{"stream_options" : { "include_usage" : true }}}]})",
      R"({"error":{"message":"[{'loc': ('n',), 'input': {'stream_options': {'include_usage': True}}}]"}})",
      R"({"error":{"message":"bad: {\"n\":0,\"stream_options\":{\"include_usage\":true}}"}})",
  };
  for (const auto* body : repeated) EXPECT_FALSE(may_blame_usage(400, body)) << body;
  const char* const blamed[] = {
      R"({"detail":[{"loc":["body","stream_options"],"input":{"include_usage":true}}]})",
      R"({"error":{"message":"[{'loc': ('body', 'stream_options'), 'input': {'include_usage': True}}]"}})",
  };
  for (const auto* body : blamed) EXPECT_TRUE(may_blame_usage(400, body)) << body;
}

TEST(FindCause, NothingIsToldFromNothing) {
  for (const char* body : {"", " ", "{}", "[]", "null", "{\"error\":", "<html>insufficient balance",
                           "404 page not found", "\"", "{\"error\":{\"message\":7}}",
                           "{\"code\":null,\"message\":null}", "\xff\xfe"}) {
    EXPECT_EQ(find_cause(500, body, "x").fault, Fault::unknown) << body;
  }
}

TEST(FindCause, NamesTheCodeThatDecided) {
  EXPECT_EQ(find_cause(400, R"({"code":"Arrearage"})", "x").code, "Arrearage");
  EXPECT_EQ(find_cause(400, R"({"message":"insufficient balance"})", "x").code, "");
}

TEST(FindCause, ReadsTheBeginningOfALongBody) {
  const auto body = R"({"error":{"code":"insufficient_quota","message":")" + std::string(9000, 'x');
  EXPECT_EQ(find_cause(429, body, "x").fault, Fault::credit);
}

}  // namespace
}  // namespace weir::dialect
