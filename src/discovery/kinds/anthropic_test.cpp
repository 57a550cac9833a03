#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(AnthropicKind, FollowsPagesByTheLastId) {
  ScriptedUpstream upstream;
  upstream
      .on("/models?limit=1000", R"({"data":[
          {"type":"model","id":"claude-opus-4","display_name":"Claude Opus 4",
           "created_at":"2025-05-22T00:00:00Z","max_input_tokens":200000,"max_tokens":32000,
           "capabilities":{"image_input":{"supported":true},"thinking":{"supported":true},
                           "structured_outputs":{"supported":false},"batch":{"supported":true}}}],
          "has_more":true,"first_id":"claude-opus-4","last_id":"claude-opus-4"})")
      .on("/models?limit=1000&after_id=claude-opus-4",
          R"({"data":[{"type":"model","id":"claude-3-haiku","created_at":"1970-01-01T00:00:00Z"}],
              "has_more":false,"first_id":"x","last_id":"claude-3-haiku"})");
  EXPECT_EQ(upstream.list("anthropic"),
            (Lines{"claude-opus-4 {chat} created=1747872000 context=200000 output=32000 "
                   "in=text,image can=vision,reasoning",
                   "claude-3-haiku {chat}"}));
}

TEST(AnthropicKind, StopsWhenAServerSendsItInCircles) {
  ScriptedUpstream upstream;
  const auto* page = R"({"data":[{"id":"a"}],"has_more":true,"last_id":"a"})";
  upstream.on("/models?limit=1000", page).on("/models?limit=1000&after_id=a", page);
  EXPECT_EQ(upstream.list("anthropic"), (Lines{"a {chat}"}));
  EXPECT_EQ(upstream.asked().size(), 2U);
}

TEST(AnthropicKind, ReadsABoundedNumberOfPages) {
  ScriptedUpstream upstream;
  const auto page = [](int i) {
    return fmt::format(R"({{"data":[{{"id":"m{0}"}}],"has_more":true,"last_id":"m{0}"}})", i);
  };
  upstream.on("/models?limit=1000", page(0));
  for (int i = 1; i < 200; ++i)
    upstream.on(fmt::format("/models?limit=1000&after_id=m{}", i - 1), page(i));
  const auto listing = upstream.listing("anthropic");
  EXPECT_EQ(listing->models.size(), kMaxPages);
  EXPECT_TRUE(listing->truncated);
}

TEST(AnthropicKind, KeepsWhatWasReadWhenALaterPageFails) {
  ScriptedUpstream upstream;
  upstream.on("/models?limit=1000", R"({"data":[{"id":"a"}],"has_more":true,"last_id":"a"})");
  const auto listing = upstream.listing("anthropic");
  EXPECT_EQ(listing->models.size(), 1U);
  EXPECT_TRUE(listing->truncated);
}

TEST(AnthropicKind, AMissingFieldErasesNothing) {
  ScriptedUpstream upstream;
  upstream.on("/models?limit=1000",
              R"({"data":[{"id":"a","created":1700000000,"max_output_tokens":4096}]})");
  EXPECT_EQ(upstream.list("anthropic"), (Lines{"a {chat} created=1700000000 output=4096"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
