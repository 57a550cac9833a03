#include "migration/litellm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::migration {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

Imported read(std::string_view text) {
  const auto root = config::parse_document(text);
  EXPECT_TRUE(root.has_value());
  return from_litellm(*root);
}

MATCHER_P2(SaysOf, line, setting, "") { return arg.line == line && arg.setting == setting; }

TEST(FromLitellm, RowsOfOneNameAreOneModelAtSeveralUpstreams) {
  const auto out = read(R"(model_list:
  - model_name: gpt-4o
    litellm_params: {model: azure/my-deployment, api_base: "https://eu.example/", api_key: os.environ/EU}
  - model_name: gpt-4o
    litellm_params: {model: gpt-4o, api_key: os.environ/OPENAI_API_KEY, order: 2, weight: 3}
)");
  EXPECT_THAT(out.remarks, IsEmpty());
  ASSERT_THAT(out.upstreams, SizeIs(2));
  EXPECT_EQ(out.upstreams[0].name, "azure");
  EXPECT_EQ(out.upstreams[0].url, "https://eu.example/openai/v1");
  EXPECT_EQ(out.upstreams[0].api_key, "${EU}");
  EXPECT_EQ(out.upstreams[1].name, "openai");
  EXPECT_EQ(out.upstreams[1].url, "https://api.openai.com");
  ASSERT_THAT(out.models, SizeIs(1));
  EXPECT_EQ(out.models[0].id, "gpt-4o");
  ASSERT_THAT(out.models[0].routes, SizeIs(2));
  EXPECT_EQ(out.models[0].routes[0].model, "my-deployment");
  EXPECT_EQ(out.models[0].routes[1].model, "");
  EXPECT_THAT(out.models[0].routes[1].more,
              ElementsAre(Pair("priority", "2"), Pair("weight", "3")));
}

TEST(FromLitellm, OneAddressWithOneKeyIsOneUpstream) {
  const auto out = read(R"(model_list:
  - {model_name: a, litellm_params: {model: openai/a, api_base: "http://gpu:8000/v1", api_key: none}}
  - {model_name: b, litellm_params: {model: openai/b, api_base: "http://gpu:8000/v1", api_key: none}}
  - {model_name: c, litellm_params: {model: openai/c, api_base: "http://gpu:8000/v1", api_key: other}}
)");
  EXPECT_THAT(out.upstreams, SizeIs(2));
  EXPECT_THAT(out.models, SizeIs(3));
}

TEST(FromLitellm, TheProviderFollowsFromPrefixNameAddressOrItsOwnMember) {
  const struct {
    std::string_view params;
    std::string_view kind;
    std::string_view model;
  } rows[] = {
      {"{model: claude-sonnet-4-5}", "anthropic", ""},
      {"{model: ollama_chat/llama3.1}", "ollama", "llama3.1"},
      {"{model: together_ai/meta-llama/Llama-3-8b}", "together", "meta-llama/Llama-3-8b"},
      {"{model: Qwen/Qwen3-8B, api_base: \"http://gpu:8000\"}", "openai", "Qwen/Qwen3-8B"},
      {"{model: Qwen/Qwen3-8B, custom_llm_provider: hosted_vllm, api_base: \"http://gpu:8000\"}",
       "vllm", "Qwen/Qwen3-8B"},
      {"{model: hosted_vllm/q, custom_llm_provider: hosted_vllm, api_base: \"http://gpu:8000\"}",
       "vllm", "q"},
  };
  for (const auto& row : rows) {
    const auto out = read("model_list:\n  - model_name: claude-sonnet-4-5\n    litellm_params: " +
                          std::string(row.params) + "\n");
    ASSERT_THAT(out.upstreams, SizeIs(1)) << row.params;
    EXPECT_EQ(out.upstreams[0].kind, row.kind) << row.params;
    EXPECT_EQ(out.models[0].routes[0].model, row.model) << row.params;
  }
}

TEST(FromLitellm, WhatHasNoCounterpartIsNamedWithItsLine) {
  const auto out = read(R"(model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      rpm: 10
  - model_name: b
    litellm_params: {model: bedrock/b}
  - {model_name: c, litellm_params: {model: hosted_vllm/c}}
router_settings:
  redis_host: localhost
general_settings:
  master_key: sk-1234
)");
  EXPECT_THAT(out.models, SizeIs(1));
  EXPECT_THAT(out.keys, IsEmpty());
  EXPECT_THAT(out.remarks,
              ElementsAre(SaysOf(5, "model_list[0].litellm_params.rpm"), SaysOf(6, "model_list[1]"),
                          SaysOf(8, "model_list[2]"), SaysOf(10, "router_settings.redis_host"),
                          SaysOf(12, "general_settings.master_key")));
}

TEST(FromLitellm, SettingsOfCallsKeysAndAliasesAreTakenOver) {
  const auto out = read(R"(model_list:
  - model_name: e
    litellm_params: {model: openai/text-embedding-3-small, timeout: 30, max_parallel_requests: 4}
    model_info: {mode: embedding, max_input_tokens: 8191, id: one}
router_settings: {num_retries: 3, model_group_alias: {embed: e, other: {model: e, hidden: true}}}
litellm_settings: {request_timeout: 600}
general_settings: {master_key: sk-0123456789abcdef}
)");
  EXPECT_THAT(out.remarks, IsEmpty());
  EXPECT_THAT(out.calls, ElementsAre(Pair("retries", "3"), Pair("total_timeout", "600s")));
  EXPECT_THAT(out.upstreams[0].more,
              ElementsAre(Pair("total_timeout", "30s"), Pair("max_in_flight", "4")));
  EXPECT_EQ(out.models[0].sub_type, "embedding");
  EXPECT_THAT(out.models[0].aliases, ElementsAre("embed", "other"));
  EXPECT_THAT(out.models[0].more, ElementsAre(Pair("max_model_len", "8191")));
  EXPECT_EQ(out.keys[0].key, "sk-0123456789abcdef");
}

TEST(FromLitellm, AWildcardTakesWhatTheUpstreamLists) {
  const auto out = read(R"(model_list:
  - {model_name: "anthropic/*", litellm_params: {model: "anthropic/*"}}
)");
  EXPECT_THAT(out.models, IsEmpty());
  EXPECT_THAT(out.upstreams[0].models, ElementsAre("*"));
  EXPECT_THAT(out.remarks, ElementsAre(SaysOf(2, "model_list[0].model_name")));
}

TEST(FromLitellm, ADollarOfAValueIsNoReference) {
  const auto out = read(R"(model_list:
  - {model_name: "m", litellm_params: {model: openai/m, api_key: "a${HOME}b"}}
)");
  EXPECT_EQ(out.upstreams[0].api_key, "a$${HOME}b");
}

TEST(FromLitellm, OtherShapesTakeNothingAndDoNotFail) {
  for (const auto* text :
       {"", "[]", "model_list: x", "model_list: [x, [], {}]", "model_list: {a: b}",
        "model_list: [{model_name: [a], litellm_params: []}]"}) {
    EXPECT_THAT(read(text).upstreams, IsEmpty()) << text;
  }
}

}  // namespace
}  // namespace weir::migration
