#include "gateway/batch_upload.hpp"

#include <string>
#include <string_view>

#include <gmock/gmock.h>

namespace weir::gateway {
namespace {

using catalogue::Endpoint;
using testing::HasSubstr;

constexpr std::string_view kOurs = R"({"custom_id":"1","body":{"model":"ours","messages":[]}})";
constexpr std::string_view kTheirs = R"({"custom_id":"1","body":{"model":"theirs","messages":[]}})";

std::string form(std::string_view file, std::string_view head = "",
                 std::string_view purpose = "batch") {
  std::string text = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n";
  text.append(head).append("\r\n").append(file);
  text.append("\r\n--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n");
  return text.append(purpose).append("\r\n--b--\r\n");
}

BatchUpload::Form usual() { return {.boundary = "b", .max_line_bytes = 200, .max_depth = 8}; }

// All that is forwarded of a form that comes in pieces of such a size; or why it is refused.
std::string passed(BatchUpload& upload, std::string_view text, std::size_t size) {
  std::string all;
  for (std::size_t at = 0; at < text.size(); at += size) {
    const auto piece = upload.pass(text.substr(at, size));
    if (!piece) return piece.error().detail;
    all += *piece;
  }
  const auto ended = upload.finish();
  return ended ? all : ended.error().detail;
}

std::string refusal(std::string_view text) {
  BatchUpload upload(usual());
  return passed(upload, text, text.size());
}

std::string of_lines(std::initializer_list<std::string_view> lines, std::string_view end = "\n") {
  std::string text;
  for (const auto line : lines) text.append(line).append(end);
  return text;
}

TEST(BatchUpload, FormsAreForwardedAsTheyAre) {
  const std::string files[] = {
      of_lines({kOurs, kOurs}),
      of_lines({kOurs, kOurs}, "\r\n"),
      of_lines({kOurs, "", "  ", kOurs}),
      std::string(kOurs),
  };
  for (const auto& file : files) {
    const auto text = form(file);
    for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{7}, text.size()}) {
      BatchUpload upload(usual());
      EXPECT_EQ(passed(upload, text, size), text) << size;
      EXPECT_EQ(upload.model(), "ours");
      EXPECT_EQ(upload.endpoint(), Endpoint::chat_completions);
    }
  }
}

TEST(BatchUpload, EachLineNamesTheModelAsTheUpstreamDoes) {
  const auto text =
      form(of_lines({kOurs, R"({ "body" : { "mod\u0065l" : "o\u0075rs" , "input":1 } })"}));
  const auto wanted =
      form(of_lines({kTheirs, R"({ "body" : { "mod\u0065l" : "theirs" , "input":1 } })"}));
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}, text.size()}) {
    BatchUpload upload(usual());
    EXPECT_EQ(passed(upload, text, size), text);
    int lines = 0;
    // Another attempt begins again.
    for (int attempt = 1; attempt <= 2; ++attempt) {
      upload.begin("theirs", [&](const BatchLine& line) {
        ++lines;
        return BatchTokens{static_cast<std::int64_t>(line.body.size()), 2};
      });
      EXPECT_EQ(passed(upload, text, size), wanted);
      EXPECT_EQ(lines, 2 * attempt);
      EXPECT_EQ(upload.tokens().answer, 4);
    }
  }
}

// Whether it would stay true is known only when an upstream is chosen, and the form has begun by
// then.
TEST(BatchUpload, TheFileStatesNoLengthOfItsOwn) {
  EXPECT_THAT(refusal(form(kOurs, "Content-Length: 55\r\n")), HasSubstr("Content-Length"));
}

TEST(BatchUpload, ALineIsOneCallOfOneModelAtOnePath) {
  const struct {
    std::string_view line;
    const char* why;
  } cases[] = {
      {R"({"body":{"model":"other"}})", "All lines must name the same model, and it is ours"},
      {R"({"body":{"model":"ours"},"url":"/v1/embeddings"})", "same url"},
      {R"({"body":{"model":"ours"},"url":"/v1/files"})", "The url must be"},
      {R"({"body":{"model":"ours"},"url":7})", "The url must be"},
      {R"({"body":{"model":"ours","model":"other"}})", "model is given twice"},
      {R"({"body":{"model":"ours"},"body":{"model":"other"}})", "body is given twice"},
      {R"({"body":{"model":"ours"},"BODY":{"model":"other"}})", "body is given twice"},
      {R"({"body":{"model":"ours","Model":"other"}})", "model"},
      {R"({"body":{"model":"ours"},"model":"other"})", "belongs into the body"},
      {R"({"body":{}})", "model is missing"},
      {R"({"body":[]})", "not a JSON object"},
      {R"({"custom_id":"1"})", "body is missing"},
      {R"([{"body":{"model":"ours"}}])", "not a JSON object"},
      {R"({"body":{"model":"ours"}} {"body":{"model":"other"}})", "not valid JSON"},
      {R"({"body":{"model":"ours"})", "not complete"},
      {"{\"body\":{\"model\":\"ours\"},\"x\":\r{\"body\":{\"model\":\"other\"}}\r}", "bare CR"},
      {"\xEF\xBB\xBF{\"body\":{\"model\":\"ours\"}}", "not a JSON object"},
      {R"({"body":{"model":"ours","a":[[[[[[[[1]]]]]]]]}})", "nested"},
      {R"({"body":{"model":"ours","input":"0123456789012345678901234567890123456789012345678901234567)"
       R"(89012345678901234567890123456789012345678901234567890123456789012345678901234567890123456)"
       R"(7890123456789012345678901234567890123456789012345678901234567890"}})",
       "longer than 200 bytes"},
  };
  for (const auto& c : cases) {
    const auto said = refusal(form(of_lines({kOurs, c.line})));
    EXPECT_THAT(said, HasSubstr("Line 2 of the file")) << c.line;
    EXPECT_THAT(said, HasSubstr(c.why)) << c.line;
  }
}

TEST(BatchUpload, ABatchContinuesNoResponse) {
  const std::string line = R"({"url":"/v1/responses","body":{"model":"ours","input":"a",)"
                           R"("previous_response_id":"resp_weir_a"}})";
  EXPECT_THAT(refusal(form(line)), HasSubstr("previous_response_id"));
}

TEST(BatchUpload, FormsThatMayBeReadOtherwiseAreRefused) {
  const auto with = [](std::string_view part) {
    return "--b\r\n" + std::string(part) + "\r\n" + form(kOurs).substr(0);
  };
  const struct {
    std::string text;
    const char* why;
  } cases[] = {
      {form(kOurs, "", "user_data"), "purpose must be batch"},
      {form(""), "The file has no line"},
      {form("\n\n"), "The file has no line"},
      {with("Content-Disposition: form-data; name=\"file\"; filename=\"g\"\r\n\r\n"),
       "given twice"},
      {with("Content-Disposition: form-data; name=\"more\"; filename=\"g\"\r\n\r\n"),
       "Name it file"},
      {with("Content-Disposition: form-data; name=\"File\"\r\n\r\nx"), "must be a file"},
      {form(kOurs).substr(0, 90), "ends before"},
      {"--b--\r\n", "purpose is missing"},
      {"--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b--\r\n",
       "file is missing"},
  };
  for (const auto& c : cases) EXPECT_THAT(refusal(c.text), HasSubstr(c.why)) << c.text;
}

}  // namespace
}  // namespace weir::gateway
