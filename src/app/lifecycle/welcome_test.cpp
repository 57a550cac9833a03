#include "app/lifecycle/welcome.hpp"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

const Secret kKey{"sk-weir_0123456789"};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Welcome, EveryCallHasTheAddressAndTheKey) {
  const auto text = welcome_text("http://127.0.0.1:8080", kKey, true);
  for (const auto* path : {"/v1/models ", "/v1/chat/completions ", "/v1/models?view=full\" "}) {
    EXPECT_TRUE(contains(text, "http://127.0.0.1:8080" + std::string(path) +
                                   "-H \"Authorization: Bearer sk-weir_0123456789\""))
        << path << text;
  }
}

TEST(Welcome, TheChatNamesAModelThatIsThere) {
  EXPECT_TRUE(contains(welcome_text("http://h:1", kKey, true),
                       R"({"model": "demo/chat", "stream": true,)"));
}

TEST(Welcome, WithoutTheBuiltInEngineTheModelIsLeftToTheReader) {
  const auto text = welcome_text("http://h:1", kKey, false);
  EXPECT_TRUE(contains(text, R"("model": "MODEL")"));
  EXPECT_FALSE(contains(text, "demo/"));
}

}  // namespace
}  // namespace weir::app
