#include <gtest/gtest.h>

#include "simulator/answer_for_test.hpp"

namespace weir::simulator {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=b";

std::string upload(std::string_view purpose) {
  std::string body = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n";
  body.append(purpose).append("\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; ");
  return body.append("filename=\"in.jsonl\"\r\n\r\n{}\n\r\n--b--\r\n");
}

Script ask(std::string_view method, std::string_view path, std::string_view body = {}) {
  const auto type = body.starts_with("--") ? kType : std::string_view("application/json");
  return answer({method, path, "", type, body, kNow}, kAtOnce);
}

TEST(Batches, AFileIsUploadedReadAndDeleted) {
  const auto file = json_of(ask("POST", "/v1/files", upload("batch")));
  const auto path = "/v1/files/" + string_at(file, "/id");
  EXPECT_EQ(string_at(file, "/filename"), "in.jsonl");
  EXPECT_EQ(json_of(ask("GET", path)).at("object").as_string(), "file");
  EXPECT_EQ(text_of(ask("GET", path + "/content")).back(), '\n');
  EXPECT_TRUE(json_of(ask("DELETE", path)).at("deleted").as_bool());
  EXPECT_EQ(ask("POST", path).status, 405);
  EXPECT_EQ(ask("GET", "/v1/files/file-1").status, 404);
  EXPECT_EQ(ask("GET", path + "/else").status, 404);
  EXPECT_EQ(ask("POST", "/v1/files", upload("vision")).status, 400);
}

TEST(Batches, ABatchOfAFileGoesOnWithTime) {
  const auto made = json_of(ask("POST", "/v1/batches",
                                R"({"input_file_id":"file-0123456789abcdef",)"
                                R"("endpoint":"/v1/embeddings","completion_window":"24h"})"));
  const auto path = "/v1/batches/" + string_at(made, "/id");
  EXPECT_EQ(string_at(made, "/input_file_id"), "file-0123456789abcdef");
  EXPECT_EQ(string_at(made, "/endpoint"), "/v1/embeddings");
  EXPECT_EQ(string_at(json_of(ask("GET", path)), "/id"), string_at(made, "/id"));
  EXPECT_EQ(string_at(json_of(ask("POST", path + "/cancel")), "/status"), "cancelled");
  EXPECT_EQ(ask("DELETE", path).status, 405);
  EXPECT_EQ(ask("GET", path + "/cancel").status, 405);
  EXPECT_EQ(ask("GET", "/v1/batches/batch_x").status, 404);
  EXPECT_EQ(ask("POST", "/v1/batches", R"({"input_file_id":"x"})").status, 400);
}

TEST(Voices, AVoiceIsUploadedAndDeleted) {
  const auto made = json_of(ask("POST", "/v1/uploads/audio/voice",
                                R"({"model":"demo/text-to-speech","customName":"me",)"
                                R"("text":"hello","audio":"data:audio/mpeg;base64,AAAA"})"));
  const auto uri = string_at(made, "/uri");
  EXPECT_TRUE(uri.starts_with("speech:me:"));
  EXPECT_EQ(ask("POST", "/v1/audio/voice/deletions", R"({"uri":")" + uri + "\"}").status, 200);
  EXPECT_EQ(ask("POST", "/v1/audio/voice/deletions", R"({"uri":"x"})").status, 400);
  EXPECT_EQ(ask("POST", "/v1/uploads/audio/voice", R"({"model":"demo/chat"})").status, 400);
}

}  // namespace
}  // namespace weir::simulator
