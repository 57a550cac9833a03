#include "catalogue/scope.hpp"

#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

using Texts = std::vector<std::string>;

Model model(std::string id, SubTypes sub_types) {
  return {.id = std::move(id), .model_class = ModelClass::of(sub_types)};
}

Scope scope_of(const Texts& globs, const Texts& sub_types = {}) {
  return Scope::parse(globs, sub_types).value();
}

TEST(Scope, AdmitsAsTheTableSays) {
  const auto chat = model("Qwen/Qwen3-8B", {SubType::chat});
  const auto image = model("gemini-flash-image", {SubType::text_to_image, SubType::image_to_image});
  const auto moderation = model("omni-moderation", {});
  struct Case {
    Texts globs;
    Texts sub_types;
    bool chat, image, moderation;
  };
  const Case cases[] = {
      {{"*"}, {}, true, true, true},
      {{}, {}, false, false, false},
      {{"Qwen/*"}, {}, true, false, false},
      {{"qwen/*"}, {}, false, false, false},
      {{"x", "gemini-*", "omni-moderation"}, {}, false, true, true},
      {{"*"}, {"chat"}, true, false, false},
      {{"*"}, {"image-to-image", "reranker"}, false, true, false},
      {{"Qwen/*"}, {"embedding"}, false, false, false},
  };
  for (const auto& c : cases) {
    const auto scope = scope_of(c.globs, c.sub_types);
    EXPECT_EQ(scope.admits(chat), c.chat) << scope.canonical_text();
    EXPECT_EQ(scope.admits(image), c.image) << scope.canonical_text();
    EXPECT_EQ(scope.admits(moderation), c.moderation) << scope.canonical_text();
  }
}

TEST(Scope, SayingTheSameIsBeingTheSame) {
  EXPECT_EQ(Scope(), scope_of({"*"}));
  EXPECT_EQ(scope_of({"a", "*", "b"}), Scope());
  EXPECT_EQ(scope_of({"b", "a", "b"}, {"reranker", "chat"}),
            scope_of({"a", "b"}, {"chat", "reranker"}));
  EXPECT_EQ(scope_of({"b", "a"}, {"chat"}).canonical_text(), "a\nb\n/chat");

  EXPECT_NE(scope_of({"a"}), scope_of({"b"}));
  EXPECT_NE(scope_of({}), Scope());
  EXPECT_NE(scope_of({"*"}, {"chat"}), Scope());
  EXPECT_NE(scope_of({"a", "b"}).id(), scope_of({"a\u2028b"}).id());
}

TEST(Scope, RefusesWhatItCannotMean) {
  for (const auto& [globs, sub_types] :
       {std::pair<Texts, Texts>{{""}, {}}, {{"a\nb"}, {}}, {{"*"}, {"Chat"}}, {{"*"}, {""}}}) {
    const auto scope = Scope::parse(globs, sub_types);
    ASSERT_FALSE(scope);
    EXPECT_EQ(scope.error().code, Errc::invalid_parameter);
  }
}

}  // namespace
}  // namespace weir::catalogue
