#include "api/ollama.hpp"

#include <gtest/gtest.h>

namespace weir::api {
namespace {

TEST(Ollama, AModelIsShownByEitherName) {
  EXPECT_EQ(shown_model(R"({"model":"a/b:c","verbose":true})").value(), "a/b:c");
  EXPECT_EQ(shown_model(R"({"name":"a"})").value(), "a");
  EXPECT_EQ(shown_model(R"({"name":"a","model":"b"})").value(), "b");
  EXPECT_EQ(shown_model(R"({"model":"b","name":"a"})").value(), "b");
  for (const char* body : {"", "{}", R"({"model":""})", R"({"model":7})", R"({"model":})", "[]"}) {
    EXPECT_FALSE(shown_model(body)) << body;
  }
}

TEST(Ollama, ManagementIsNamedAsSuch) {
  for (const char* path : {"/api/pull", "/api/delete", "/api/blobs/sha256:1", "/api/create"}) {
    EXPECT_TRUE(management_text(path)) << path;
  }
  for (const char* path : {"/api/pulls", "/api/chat", "/v1/api/pull", "/"}) {
    EXPECT_FALSE(management_text(path)) << path;
  }
}

}  // namespace
}  // namespace weir::api
