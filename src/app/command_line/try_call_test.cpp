#include "app/command_line/try_call.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/base64.hpp"

namespace weir::app {
namespace {

using catalogue::SubType;
using testing::HasSubstr;

TEST(TryCall, EachSubTypeIsCalledAtItsPath) {
  struct Case {
    SubType sub_type;
    std::string_view path;
    std::string_view body;
  };
  const Case cases[] = {
      {SubType::chat, "/v1/chat/completions",
       R"({"model":"a\"b","stream":true,"messages":[{"role":"user","content":"hi"}]})"},
      {SubType::embedding, "/v1/embeddings", R"({"model":"a\"b","input":"hi"})"},
      {SubType::text_to_image, "/v1/images/generations", R"({"model":"a\"b","prompt":"hi"})"},
      {SubType::text_to_speech, "/v1/audio/speech",
       R"({"model":"a\"b","input":"hi","response_format":"wav"})"},
  };
  for (const auto& c : cases) {
    const auto call = make_call(c.sub_type, "a\"b", "hi");
    ASSERT_TRUE(call);
    EXPECT_EQ(call->path, c.path);
    EXPECT_EQ(call->body, c.body);
    EXPECT_EQ(call->is_stream, c.sub_type == SubType::chat);
  }
  EXPECT_THAT(make_call(SubType::reranker, "m", "")->body, HasSubstr(R"("documents":["A weir)"));
}

TEST(TryCall, ASubTypeThatNeedsAFileSaysSo) {
  for (const auto sub_type : {SubType::image_to_image, SubType::speech_to_text}) {
    const auto call = make_call(sub_type, "m", "");
    ASSERT_FALSE(call);
    EXPECT_THAT(call.error().detail, HasSubstr("/docs"));
  }
}

TEST(TryCall, AnswersAreReadForPeople) {
  EXPECT_EQ(read_answer(SubType::embedding, R"({"data":[{"embedding":[1,2.5]}]})")->text,
            "2 numbers: 1 2.5\n");
  EXPECT_THAT(
      read_answer(SubType::reranker, R"({"results":[{"index":0,"relevance_score":0.75}]})")->text,
      HasSubstr("0.750  A weir"));
  const auto png = codec::format_base64("\x89PNG...");
  const auto image =
      read_answer(SubType::text_to_image, R"({"data":[{"b64_json":")" + png + "\"}]}");
  ASSERT_TRUE(image && image->file);
  EXPECT_EQ(image->file->bytes, "\x89PNG...");
  EXPECT_EQ(image->file->suffix, ".png");
  EXPECT_EQ(read_answer(SubType::text_to_image, R"({"images":[{"url":"https://x/y.png"}]})")->text,
            "https://x/y.png\n");
  const auto data = read_answer(SubType::text_to_image,
                                R"({"images":[{"url":"data:image/png;base64,)" + png + "\"}]}");
  ASSERT_TRUE(data && data->file);
  EXPECT_EQ(data->file->bytes, "\x89PNG...");
  EXPECT_EQ(read_answer(SubType::text_to_speech, "RIFFxxxxWAVE")->file->suffix, ".wav");
  EXPECT_EQ(read_answer(SubType::text_to_speech, "RIFFxxxxWEBP")->file->suffix, ".webp");
}

TEST(TryCall, AnAnswerOfAnotherShapeIsAnError) {
  for (const auto* body : {"", "{", "[]", "{}", R"({"data":[]})", R"({"data":[{"embedding":1}]})",
                           R"({"results":[{"index":7,"relevance_score":1}]})", "null"}) {
    for (const auto sub_type : {SubType::embedding, SubType::reranker, SubType::text_to_image}) {
      EXPECT_FALSE(read_answer(sub_type, body)) << body;
    }
  }
}

TEST(TryCall, ErrorsHaveMessages) {
  EXPECT_EQ(message_of(R"({"error":{"message":"no"}})"), "no");
  EXPECT_EQ(message_of(R"({"code":1,"message":"no"})"), "no");
  EXPECT_EQ(message_of(R"("Invalid token")"), "Invalid token");
  EXPECT_EQ(message_of(R"({"error":"no"})"), "no");
  EXPECT_EQ(message_of("<html>"), "<html>");
}

TEST(TryCall, ImagesAreShownWhereTheTerminalCan) {
  EXPECT_EQ(image_protocol("xterm-kitty", ""), ImageProtocol::kitty);
  EXPECT_EQ(image_protocol("xterm", "iTerm.app"), ImageProtocol::iterm);
  EXPECT_EQ(image_protocol("xterm-256color", ""), ImageProtocol::none);
  EXPECT_EQ(image_sequence(ImageProtocol::none, "x"), "");
  const auto long_one = image_sequence(ImageProtocol::kitty, std::string(6000, 'x'));
  EXPECT_TRUE(long_one.starts_with("\x1b_Ga=T,f=100,m=1;"));
  EXPECT_THAT(long_one, HasSubstr("\x1b_Gm=0;"));
}

}  // namespace
}  // namespace weir::app
