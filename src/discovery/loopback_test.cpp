#include "discovery/loopback.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace weir::discovery {
namespace {

using Script = std::map<std::string, std::string>;

std::string_view recognised(std::span<const std::string_view> slugs, const Script& script) {
  Fingerprint fingerprint(slugs);
  for (std::size_t i = 0; i < fingerprint.asks().size(); ++i) {
    const auto it = script.find(fingerprint.asks()[i].path);
    fingerprint.answer(
        i, it == script.end() ? Answer{404, "404 page not found"} : Answer{200, it->second});
  }
  const auto* kind = fingerprint.kind();
  return kind == nullptr ? "nothing" : kind->slug;
}

std::span<const std::string_view> slugs_at(std::uint16_t port) {
  return std::ranges::find(loopback_ports(), port, &LoopbackPort::port)->kinds;
}

TEST(Loopback, TableIsAscendingAndEveryKindInItCanBeRecognised) {
  EXPECT_TRUE(std::ranges::is_sorted(loopback_ports(), std::less_equal{}, &LoopbackPort::port));
  for (const auto& row : loopback_ports()) {
    for (const auto slug : row.kinds) {
      ASSERT_NE(find_kind(slug), nullptr) << slug;
      EXPECT_FALSE(Fingerprint(std::span(&slug, 1)).asks().empty()) << slug;
    }
    const auto generic = std::ranges::find(row.kinds, "openai");
    EXPECT_TRUE(generic == row.kinds.end() || generic + 1 == row.kinds.end()) << row.port;
  }
}

TEST(Loopback, TellsEnginesApartByTheirAnswers) {
  const std::string plain = R"({"object":"list","data":[{"id":"m","owned_by":"me"}]})";
  struct Case {
    std::uint16_t port;
    Script script;
    const char* kind;
  };
  const Case cases[] = {
      {11434,
       {{"/api/version", R"({"version":"0.12.0"})"}, {"/api/tags", R"({"models":null})"}},
       "ollama"},
      {8000, {{"/v1/models", R"({"data":[{"id":"m","owned_by":"vllm"}]})"}}, "vllm"},
      {8000,
       {{"/v1/models", R"({"data":[{"id":"m","owned_by":"sglang"}]})"},
        {"/get_model_info", R"({"is_generation":true})"}},
       "sglang"},
      {8000, {{"/v1/models", R"({"data":[{"id":"w","task":"text-to-speech"}]})"}}, "speaches"},
      {8000, {{"/v1/models", plain}}, "openai"},
      {30000, {{"/v1/models", plain}, {"/model_info", R"({"is_generation":false})"}}, "sglang"},
      {8080,
       {{"/v1/models", R"({"data":[{"id":"m","owned_by":"llamacpp"}]})"},
        {"/props", R"({"default_generation_settings":{"n_ctx":1}})"}},
       "llama.cpp"},
      {8080, {{"/v1/models", plain}, {"/v1/models/capabilities", plain}}, "localai"},
      {8080,
       {{"/info", R"({"model_id":"a/b","model_type":{"embedding":{}},"max_input_length":512,
                      "tokenization_workers":8})"}},
       "tei"},
      {3000,
       {{"/info", R"({"model_id":"a/b","model_pipeline_tag":"text-generation",
                      "max_total_tokens":4096})"},
        {"/v1/models", plain}},
       "tgi"},
      {8080, {{"/v1/models", plain}}, "openai"},
      {1234,
       {{"/api/v0/models", R"({"object":"list","data":[]})"}, {"/v1/models", plain}},
       "lmstudio"},
      {1234,
       {{"/api/v0/models", R"({"error":"Unexpected endpoint"})"},
        {"/sdcpp/v1/capabilities", R"({"supported_modes":["img_gen"]})"},
        {"/v1/models", plain}},
       "sd.cpp"},
      {9997,
       {{"/v1/cluster/auth", R"({"auth":false})"}, {"/v1/models", R"({"data":[]})"}},
       "xinference"},
      {80, {{"/v1/models", R"({"data":[{"id":"m","categories":["llm"]}]})"}}, "gpustack"},
      {80, {{"/v1/models", plain}}, "nothing"},
      {8000, {{"/v1/models", "<html></html>"}}, "nothing"},
      {8000, {{"/v1/models", R"({"hello":"world"})"}}, "nothing"},
      {5000, {}, "nothing"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(recognised(slugs_at(test.port), test.script), test.kind) << test.port;
  }
}

TEST(Loopback, AsksEachQuestionOnceAndOnlyWithGet) {
  for (const auto& row : loopback_ports()) {
    const Fingerprint fingerprint(row.kinds);
    std::set<std::string> paths;
    for (const auto& ask : fingerprint.asks()) {
      EXPECT_TRUE(paths.insert(ask.path).second) << ask.path;
      EXPECT_TRUE(ask.body.empty());
      EXPECT_EQ(ask.root, Root::server);
    }
    EXPECT_LE(paths.size(), 8U);
  }
}

TEST(Loopback, RecognisesNothingBeforeItIsAnswered) {
  Fingerprint fingerprint(slugs_at(8080));
  EXPECT_EQ(fingerprint.kind(), nullptr);
  fingerprint.answer(99, Answer{200, "[]"});
  fingerprint.answer(0, fail(Errc::upstream_unreachable));
  EXPECT_EQ(fingerprint.kind(), nullptr);
}

}  // namespace
}  // namespace weir::discovery
