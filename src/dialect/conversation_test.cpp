#include "dialect/conversation.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::dialect {
namespace {

std::optional<std::uint64_t> listed(std::string_view turns, std::string_view instructions = {}) {
  return hash_conversation({.instructions = instructions, .turns = turns}, Turns::listed);
}
std::optional<std::uint64_t> written(std::string_view turns) {
  return hash_conversation({.turns = turns}, Turns::written);
}

TEST(Conversation, LaterTurnsHashAsTheFirst) {
  const struct {
    const char* first;
    const char* later;
  } cases[] = {
      {R"([{"role":"user","content":"Hi"}])",
       R"([{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes?"},)"
       R"({"role":"user","content":"Go on"}])"},
      {R"([{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"}])",
       R"([ {"role":"system","content":"Be kind."}, {"role": "user", "content": "Hi"}, {"x":1}])"},
      {R"([{"content":"Be kind.","role":"developer"},{"content":"Hi","role":"user"}])",
       R"([{"content":"Be kind.","role":"developer"},{"content":"Hi","role":"user"},)"
       R"({"content":"Yes?","role":"assistant"}])"},
      // A turn in parts is one in a string, and marks for the cache move on.
      {R"([{"role":"user","content":[{"type":"text","text":"Hi",)"
       R"("cache_control":{"type":"ephemeral","ttl":"1h"}}]}])",
       R"([{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes?"}])"},
      {R"([{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,A",)"
       R"("detail":"high"}},{"type":"text","text":"Hi"}]}])",
       R"([{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,A"}},)"
       R"({"type":"text","text":"Hi"}]},{"role":"assistant","content":null}])"},
      // The Responses API's input.
      {R"("Hi")", R"([{"type":"message","role":"user","content":"Hi"},)"
                  R"({"type":"message","id":"msg_1","status":"completed","role":"assistant"}])"},
      {R"([{"role":"user","content":[{"type":"input_text","text":"Hi"}]}])",
       R"([{"role":"user","content":[{"type":"input_text","text":"Hi"}]},)"
       R"({"type":"reasoning","id":"rs_1"},{"type":"function_call_output","output":"3"}])"},
  };
  for (const auto& c : cases) {
    ASSERT_TRUE(listed(c.first)) << c.first;
    EXPECT_EQ(listed(c.first), listed(c.later)) << c.first;
  }
}

TEST(Conversation, OthersHashDifferently) {
  const char* const prompts[] = {
      R"([{"role":"user","content":"Hi"}])",
      R"([{"role":"user","content":"Ho"}])",
      R"([{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"}])",
      R"([{"role":"system","content":"Be rude."},{"role":"user","content":"Hi"}])",
      R"([{"role":"system","content":"Be kind."},{"role":"user","content":"Ho"}])",
      R"([{"role":"assistant","content":"Ask me."},{"role":"user","content":"One"}])",
      R"([{"role":"assistant","content":"Ask me."},{"role":"user","content":"Two"}])",
      R"([{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,A"}}]}])",
      R"([{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,B"}}]}])",
      R"([{"role":"user","content":[{"type":"text","text":"H"},{"type":"text","text":"i"}]}])",
  };
  for (const auto* one : prompts) {
    for (const auto* other : prompts) {
      if (one != other) EXPECT_NE(listed(one), listed(other)) << one << "\n" << other;
    }
  }
  EXPECT_NE(listed(prompts[0], R"("Be kind.")"), listed(prompts[0], R"("Be rude.")"));
}

TEST(Conversation, InstructionsBesideTheTurnsCountInEitherForm) {
  constexpr auto* kTurns = R"([{"role":"user","content":"Hi"}])";
  EXPECT_EQ(listed(kTurns, R"("Be kind.")"),
            listed(kTurns, R"([{"type":"text","text":"Be kind.","cache_control":{}}])"));
  EXPECT_NE(listed(kTurns, R"("Be kind.")"), listed(kTurns));
}

TEST(Conversation, ALineThatChangesFromCallToCallIsIgnored) {
  constexpr auto* kTurns = R"([{"role":"user","content":"Hi"}])";
  const std::string one = R"("x-anthropic-billing-header: cc_version=2; cch=00af1;)";
  const std::string other = R"("x-anthropic-billing-header: cc_version=2; cch=77b02;)";
  EXPECT_EQ(listed(kTurns, one + R"(\nBe kind.")"), listed(kTurns, other + R"(\nBe kind.")"));
  EXPECT_NE(listed(kTurns, one + R"(\nBe kind.")"), listed(kTurns, other + R"(\nBe rude.")"));
  const std::string block = R"([{"type":"text","text":)";
  const std::string rest = R"("},{"type":"text","text":"Be kind."}])";
  EXPECT_EQ(listed(kTurns, block + one + rest), listed(kTurns, block + other + rest));
}

TEST(Conversation, OfATextThatGrowsTheBeginningCounts) {
  const std::string long_enough(1 << 10, 'x');
  EXPECT_EQ(written('"' + long_enough + '"'), written('"' + long_enough + R"( and more")"));
  EXPECT_EQ(written(R"("one")"), written(R"(["one","two"])"));
  EXPECT_NE(written(R"("one")"), written(R"("two")"));
  std::string tokens = "[1";
  for (int i = 2; i <= 256; ++i) tokens += ',' + std::to_string(i);
  EXPECT_EQ(written(tokens + ",257]"), written(tokens + ",258,259]"));
  EXPECT_NE(written("[1,2,3]"), written("[1,2,4]"));
}

TEST(Conversation, AFirstMessageOfAnySizeIsReadUpToABound) {
  const std::string start = R"([{"role":"user","content":")" + std::string(40 << 10, 'x');
  EXPECT_EQ(listed(start + R"(one"}])"), listed(start + R"(two"},{"role":"assistant"}])"));
}

TEST(Conversation, ALongSystemPromptHidesNoMessage) {
  for (const std::size_t size : {7U << 10U, 40U << 10U, 500U << 10U}) {
    const auto start = R"([{"role":"system","content":")" + std::string(size, 'x') +
                       R"("},{"role":"user","content":")";
    EXPECT_NE(listed(start + R"(one"}])"), listed(start + R"(two"}])")) << size;
    EXPECT_EQ(listed(start + R"(one"}])"), listed(start + R"(one"},{"role":"assistant"}])"));
  }
}

TEST(Conversation, LongTextsOfDifferentSizesAreDifferent) {
  const std::string common(20 << 10, 'x');
  const auto turn = [&](std::string_view end) {
    return R"([{"role":"user","content":")" + common + std::string(end) + R"("}])";
  };
  EXPECT_NE(listed(turn("short")), listed(turn("longer")));
  EXPECT_NE(listed(R"([{"role":"user","content":"Hi"}])", '"' + common + '"'),
            listed(R"([{"role":"user","content":"Hi"}])", '"' + common + "x\""));
}

TEST(Conversation, NothingIsKnownByNothing) {
  for (const auto* value : {"", "[]", "[{}]", "null", R"("")", "{", R"([{"role":"user"}])"}) {
    EXPECT_FALSE(listed(value)) << value;
  }
  EXPECT_FALSE(hash_conversation({.turns = R"("Hi")"}, Turns::none));
}

}  // namespace
}  // namespace weir::dialect
