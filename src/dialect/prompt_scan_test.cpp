#include "dialect/prompt_scan.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::dialect {
namespace {

std::int64_t weight_of(std::string_view raw) {
  codec::TextMeter meter;
  meter.feed(raw);
  return meter.weight().total();
}

TEST(WeighPrompt, FindsTheTextOfEveryKindOfCall) {
  const struct {
    const char* body;
    const char* text;
    std::int64_t messages;
    std::int64_t ids;
  } cases[] = {
      {R"({"model":"m","messages":[{"role":"user","content":"one two"}]})", "one two", 1, 0},
      {R"({"messages":[{"role":"user","content":[{"type":"text","text":"one two"},)"
       R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]})",
       "one two", 1, 0},
      {R"({"system":"one","messages":[{"role":"user","content":[{"type":"image","source":)"
       R"({"type":"base64","data":"AAAA","text":"x"}},{"type":"text","text":"two"}]}]})",
       "one two", 1, 0},
      {R"({"model":"m","prompt":"one two","suffix":"three"})", "one two three", 0, 0},
      {R"({"prompt":["one two","three"]})", "one two three", 0, 0},
      {R"({"prompt":[1, 22,333]})", "", 0, 3},
      {R"({"input":[[1,22],[333]],"dimensions":4})", "", 0, 3},
      {R"({"input":["one","two"],"model":"m"})", "one two", 0, 0},
      {R"({"input":[{"role":"user","content":"one"}],"instructions":"two"})", "one two", 1, 0},
      {R"({"query":"one","documents":["two",{"text":"three"}],"top_n":3})", "one two three", 0, 0},
      {R"({"temperature":0.5,"stop":["x"]})", "", 0, 0},
      {"{", "", 0, 0},
  };
  for (const auto& c : cases) {
    const auto weight = weigh_prompt(c.body);
    EXPECT_EQ(weight.text.total(), weight_of(c.text)) << c.body;
    EXPECT_EQ(weight.messages, c.messages) << c.body;
    EXPECT_EQ(weight.token_ids, c.ids) << c.body;
  }
}

TEST(WeighPrompt, OfALongPromptAPartIsWeighed) {
  std::string words;
  for (int i = 0; i < 20'000; ++i) words += "word ";
  const auto weight = weigh_prompt(R"({"prompt":")" + words + R"("})");
  EXPECT_NEAR(static_cast<double>(weight.text.total()), static_cast<double>(weight_of(words)),
              static_cast<double>(weight_of(words)) * 0.01);
}

}  // namespace
}  // namespace weir::dialect
