#include "dialect/answer_scan.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "dialect/family.hpp"

namespace weir::dialect {
namespace {

std::int64_t weight_of(std::string_view raw) {
  codec::TextMeter meter;
  meter.feed(raw);
  return meter.weight().total();
}

TEST(AnswerScan, FindsTheTextOfEveryFamilysEvents) {
  using enum Family;
  const struct {
    Family family;
    const char* event;
    const char* text;
  } cases[] = {
      {openai, R"({"choices":[{"delta":{"role":"assistant","content":"one two"}}]})", "one two"},
      {openai, R"({"choices":[{"delta":{"reasoning_content":"one two"}}]})", "one two"},
      {openai, R"({"choices":[{"delta":{"reasoning":"a b","reasoning_content":"a b"}}]})", "a b"},
      {openai,
       R"({"choices":[{"delta":{"reasoning":"a b","reasoning_details":[{"text":"a b"}]}}]})",
       "a b"},
      {openai, R"({"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{\"a\":1"}}]}}]})",
       R"({\"a\":1)"},
      {openai, R"({"choices":[{"text":"one two"}]})", "one two"},
      {openai, R"({"choices":[{"delta":{"content":[{"type":"text","text":"one two"}]}}]})",
       "one two"},
      {openai,
       R"({"choices":[{"delta":{"content":"a"},"logprobs":{"content":[{"token":"a",)"
       R"("text":"b"}]}}]})",
       "a"},
      {anthropic, R"({"type":"content_block_delta","delta":{"type":"text_delta","text":"a b"}})",
       "a b"},
      {anthropic, R"({"type":"content_block_delta","delta":{"thinking":"a b"}})", "a b"},
      {anthropic, R"({"type":"content_block_delta","delta":{"partial_json":"{\"a\""}})",
       R"({\"a\")"},
      {responses, R"({"type":"response.output_text.delta","delta":"a b"})", "a b"},
      {responses, R"({"type":"response.function_call_arguments.delta","delta":"a b"})", "a b"},
      {responses, R"({"type":"response.output_text.done","text":"a b"})", ""},
      {openai, R"({"error":{"message":"a b"}})", ""},
  };
  for (const auto& c : cases) {
    AnswerScan scan(of(c.family).stream.text, true);
    static_cast<void>(scan.read_event(c.event));
    EXPECT_EQ(scan.text().total(), weight_of(c.text)) << c.event;
  }
}

// Each piece is gone when the next one comes.
TEST(AnswerScan, KeepsNothingOfAPiece) {
  const std::string answer =
      R"({"choices":[{"message":{"reasoning":"a long thought","reasoning_content":"a long thought"}}]})";
  for (std::size_t cut = 0; cut < answer.size(); ++cut) {
    AnswerScan scan(of(Family::openai).text, false);
    for (const auto& part : {answer.substr(0, cut), answer.substr(cut)}) {
      const auto piece = std::make_unique<std::string>(part);
      scan.feed(*piece);
    }
    EXPECT_GE(scan.text().total(), weight_of("a long thought")) << cut;
  }
}

TEST(AnswerScan, KnowsAnEventByItsMembers) {
  AnswerScan scan({}, true);
  EXPECT_TRUE(scan.read_event(R"({"choices":[ ],"usage":{"prompt_tokens":1}})").no_choices);
  EXPECT_TRUE(scan.facts().has_usage);
  EXPECT_FALSE(scan.read_event(R"({"choices":[{"usage":null}]})").no_choices);
  EXPECT_FALSE(scan.facts().has_usage);
  EXPECT_FALSE(scan.read_event(R"({"x":[]})").no_choices);
  EXPECT_EQ(scan.read_event(R"({"delta":{"type":"x"},"type":"message_stop"})").type,
            "message_stop");
  EXPECT_EQ(scan.read_event(R"({"type":"t","response":{"id":"r","x":{"id":"s"}}})").id, "r");
  const std::string event = R"({"x":{"model":"a"},"message":{"model":"up\"x"}})";
  const auto model = scan.read_event(event).model;
  ASSERT_TRUE(model);
  EXPECT_EQ(event.substr(model->begin, model->end - model->begin), R"("up\"x")");
}

TEST(AnswerScan, KnowsAnErrorInWhateverShape) {
  const struct {
    const char* data;
    bool is_error;
  } cases[] = {
      {R"({"error":{"message":"no"}})", true},
      {R"({"error":"no"})", true},
      {R"({"error":true})", true},
      {R"({"response":{"error":{"code":"server_error"}}})", true},
      {R"({"choices":[{"finish_reason":"error"}]})", true},
      {R"({"code":50505,"message":"Model service overloaded.","data":null})", true},
      {R"({"code":"InvalidApiKey","message":"no","request_id":"r"})", true},
      {R"({"object":"error","message":"no","code":400})", true},
      {R"({"code":20000,"message":"OK","data":null})", false},
      {R"({"code":"Success","message":"fine"})", false},
      {R"({"code":7,"message":""})", false},
      {R"({"code":7,"data":{"message":"no"}})", false},
      {R"({"code":7,"message":"a","choices":[{"index":0}]})", false},
      {R"({"code":7,"message":"a","usage":{"prompt_tokens":3}})", false},
      {R"({"error":null})", false},
      {R"({"error":""})", false},
      {R"({"error":false})", false},
      {R"({"choices":[{"delta":{"content":"error"},"error":{}}]})", false},
      {R"({"choices":[{"finish_reason":"stop"}]})", false},
  };
  AnswerScan scan({}, true);
  for (const auto& c : cases) EXPECT_EQ(scan.read_event(c.data).is_error(), c.is_error) << c.data;
}

TEST(AnswerScan, ReadsHowLongTheAudioWas) {
  const struct {
    const char* answer;
    std::int64_t seconds;
  } cases[] = {
      {R"({"text":"a","usage":{"type":"duration","seconds":9}})", 9},
      {R"({"task":"transcribe","duration":8.470000267028809,"text":"a"})", 9},
      {R"({"duration":"8.47","text":"a","usage":{"type":"duration","seconds":9}})", 9},
      {R"({"text":"a","usage":{"type":"tokens","input_tokens":14,"output_tokens":3}})", 0},
      {R"({"duration":3,"usage":{"type":"tokens","input_tokens":14,"output_tokens":3}})", 3},
      {R"({"segments":[{"duration":7}],"words":{"duration":5},"text":"a"})", 0},
      {R"({"duration":-4,"text":"a"})", 0},
      {R"({"duration":null,"text":"a"})", 0},
      {R"({"duration":"8.47","text":"a"})", 9},
      {R"({"duration":"long","text":"a"})", 0},
      {R"({"duration":1e300})", 1'000'000'000},
      {R"({"text":"a"})", 0},
  };
  for (const auto& c : cases) {
    const std::string_view answer = c.answer;
    for (std::size_t size = 1; size <= answer.size(); ++size) {
      AnswerScan scan(of(Family::openai).text, false);
      for (std::size_t at = 0; at < answer.size(); at += size) scan.feed(answer.substr(at, size));
      EXPECT_EQ(scan.usage().audio_seconds, c.seconds) << c.answer << " in pieces of " << size;
    }
  }
}

TEST(AnswerScan, CountsTheImagesOfAnAnswer) {
  const struct {
    const char* answer;
    std::optional<std::int64_t> images;
  } cases[] = {
      {R"({"created":1,"data":[{"url":"x"},{"b64_json":"y"}]})", 2},
      {R"({"images":[{"url":"x","size":{"w":1}}],"timings":{"inference":0.1}})", 1},
      {R"({"images":["x","y","z"]})", 3},
      {R"({"images":["","z"]})", 1},
      {R"({"images":[{"url":"x"},{"url":"y"}],"data":[{"url":"x"},{"url":"y"}]})", 2},
      {R"({"images":[],"data":[{"b64_json":"x"}]})", 1},
      {R"({"data":[{"b64_json":null,"url":"x"},{"url":"x","b64_json":"y"}]})", 2},
      {R"({"data":[{"error":{"code":"moderated","message":"m"}},{"url":"x","size":"1x1"}]})", 1},
      {R"({"data":[{"url":""},{"url":null},{},null,7,{"revised_prompt":"p"}]})", 0},
      {R"({"data":[{"url":"x","more":{"a":[{"url":"y"}]}}]})", 1},
      {R"({"data":[["x"],[{"url":"y"}]]})", {}},
      // Shapes that are not known.
      {R"({"images":[{"image_url":"x"},{"image_url":"y"}]})", {}},
      {R"({"data":[{"image":{"url":"x"}}]})", {}},
      {R"({"data":[{"b64":"x"}]})", {}},
      {R"({"data":[{"asset_id":"x","error":null,"code":0},{"asset_id":"y","error":""}]})", {}},
      {R"({"data":[{"asset_id":"x","error":{"message":"m"}},{"asset_id":"y","code":"c"}]})", 0},
      {R"({"data":[{"asset_id":"x"},{"url":"y"}]})", 1},
      {R"({"data":[]})", 0},
      {R"({"data":{"a":{}}})", {}},
      {R"({"data":{"a":{"url":"x"}}})", {}},
      {R"({"url":"x","error":{"message":"m"}})", {}},
      {R"({"created":1})", {}},
  };
  for (const auto& c : cases) {
    const std::string_view answer = c.answer;
    for (std::size_t size = 1; size <= answer.size(); ++size) {
      AnswerScan scan({}, false);
      for (std::size_t at = 0; at < answer.size(); at += size) scan.feed(answer.substr(at, size));
      EXPECT_EQ(scan.image_count(), c.images) << c.answer << " in pieces of " << size;
      EXPECT_TRUE(scan.is_complete());
    }
  }
}

TEST(AnswerScan, CountsAnImageThatIsCutAsNone) {
  AnswerScan scan({}, false);
  scan.feed(R"({"data":[{"b64_json":"abc"},{"b64_json":"ab)");
  EXPECT_EQ(scan.image_count(), 1);
}

TEST(AnswerScan, CountsTheImagesOfAStreamWithoutPreviews) {
  const struct {
    const char* event;
    std::optional<std::int64_t> images;
  } cases[] = {
      {R"({"type":"image_generation.partial_image","b64_json":"x","partial_image_index":0})", {}},
      {R"({"b64_json":"x","type":"image_edit.partial_image"})", {}},
      {R"({"b64_json":"x","partial_image_index":1})", {}},
      {R"({"image_url":"x"})", {}},
      {R"({"data":{"url":"x"}})", {}},
      {R"({"type":"image_generation.completed","b64_json":"x","usage":{"input_tokens":5}})", 1},
      {R"({"b64_json":"x","type":"image_edit.completed"})", 1},
      // Volcano Ark: an event for each image, and one without any at the end.
      {R"({"type":"image_generation.partial_succeeded","image_index":0,"url":"x"})", 1},
      {R"({"type":"image_generation.partial_failed","error":{"code":"c","message":"m"}})", 0},
      {R"({"type":"image_generation.completed","usage":{"generated_images":2}})", {}},
      {R"({"created":1,"data":[{"url":"x"},{"url":"y"}]})", 2},
      {R"({"error":{"message":"m"}})", 0},
  };
  AnswerScan all({}, true);
  EXPECT_EQ(all.image_count(), std::nullopt);
  std::int64_t sum = 0;
  for (const auto& c : cases) {
    AnswerScan scan({}, true);
    scan.read_event(c.event);
    EXPECT_EQ(scan.image_count(), c.images) << c.event;
    all.read_event(c.event);
    sum += c.images.value_or(0);
  }
  EXPECT_EQ(all.image_count(), sum);
}

TEST(AnswerScan, ABrokenTextIsNoMoreThanNonsense) {
  for (const char* text :
       {"}}}]]", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "\"", "{\"usage\":{", "<html>",
        R"({"usage":{"a":"}"}})", R"({"model)", "\\", R"({"error":)"}) {
    AnswerScan scan(of(Family::openai).text, false);
    scan.feed(text);
    scan.feed(text);
    EXPECT_FALSE(scan.usage().known()) << text;
  }
}

}  // namespace
}  // namespace weir::dialect
