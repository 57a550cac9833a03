#include <gtest/gtest.h>

#include "simulator/answer_for_test.hpp"
#include "simulator/detail/form.hpp"

namespace weir::simulator::detail {
namespace {

constexpr std::string_view kPath = "/v1/audio/transcriptions";

Script transcribe(std::string_view sound, std::string_view more = {}) {
  return post_form(kPath, form_field("model", "demo/speech-to-text") + std::string(more) +
                              form_file("file", sound) + std::string(kFormEnd));
}

TEST(Transcriptions, GiveBackWhatTheSimulatorSaid) {
  const auto sound = text_of(
      post("/v1/audio/speech", R"({"model":"demo/text-to-speech","input":"Open the “gates”!"})"));
  EXPECT_EQ(text_of(transcribe(sound)), R"({"text":"Open the “gates”!"})");
  Script bare = transcribe(sound, form_field("response_format", "text"));
  EXPECT_EQ(bare.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(text_of(std::move(bare)), "Open the “gates”!\n");
}

TEST(Transcriptions, OfOtherSoundsTellNameAndSize) {
  const auto text = string_at(json_of(transcribe("12345")), "/text");
  EXPECT_TRUE(text.starts_with("You sent the file “a.bin”: 5 bytes.")) << text;
}

TEST(Transcriptions, NeedAFile) {
  EXPECT_EQ(post(kPath, R"({"model":"demo/speech-to-text"})").status, 400);
  EXPECT_EQ(post_form(kPath, form_field("model", "demo/speech-to-text") + form_field("file", "x") +
                                 std::string(kFormEnd))
                .status,
            400);
  EXPECT_EQ(transcribe("x", form_field("response_format", "srt")).status, 400);
}

TEST(Form, ThatIsBrokenIsRefused) {
  constexpr std::string_view kType = "multipart/form-data; boundary=b";
  const std::string part = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n";
  EXPECT_TRUE(parse_form(kType, part + "--b--"));
  EXPECT_TRUE(parse_form(kType, "--b--\r\n"));
  EXPECT_FALSE(parse_form("multipart/form-data", part + "--b--"));
  EXPECT_FALSE(parse_form(kType, ""));
  EXPECT_FALSE(parse_form(kType, part));
  EXPECT_FALSE(parse_form(kType, "--b\r\n\r\nx\r\n--b--"));
  EXPECT_FALSE(parse_form(kType, "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"));
}

}  // namespace
}  // namespace weir::simulator::detail
