#include "discovery/kinds/facts.hpp"

#include <gtest/gtest.h>

namespace weir::discovery::kinds {
namespace {

using Words = std::vector<std::string_view>;

TEST(Facts, CapabilitiesAreInOurWordsAndOrder) {
  catalogue::ModelFacts facts;
  learn_capabilities(facts, Words{"thinking", "Function-Calling", "sings", "image_input", "fim"});
  EXPECT_EQ(facts.capabilities,
            (std::vector<std::string>{"tools", "vision", "reasoning", "code_completion"}));
  learn_capability(facts, "json");
  learn_capability(facts, "tools");
  EXPECT_EQ(facts.capabilities, (std::vector<std::string>{"tools", "vision", "reasoning",
                                                          "json_mode", "code_completion"}));
}

TEST(Facts, ModalitiesAreInOurWordsAndOrder) {
  std::vector<std::string> known;
  learn_modalities(known, Words{"pdf", "embeddings", "Image", "text", "speech", "image"});
  EXPECT_EQ(known, (std::vector<std::string>{"text", "image", "audio", "file"}));
}

TEST(Facts, ClassWordsTakeEitherDashAndAnyCase) {
  EXPECT_EQ(class_of_word("LLM"), class_of({catalogue::SubType::chat}));
  EXPECT_EQ(class_of_word("speech_to_text"), class_of({catalogue::SubType::speech_to_text}));
  EXPECT_EQ(class_of_word("classifier"), class_outside(catalogue::Type::text));
  EXPECT_EQ(class_of_word("image"), std::nullopt);
  EXPECT_EQ(class_of_word(""), std::nullopt);
}

TEST(Facts, ModalitiesDecideAClassOnlyWithoutDoubt) {
  using enum catalogue::SubType;
  const auto of = [](Words input, Words output) { return class_of_modalities(input, output); };
  EXPECT_EQ(of({"text"}, {"text"}), std::nullopt);
  EXPECT_EQ(of({"audio"}, {"text", "audio"}), std::nullopt);
  EXPECT_EQ(of({"text"}, {}), std::nullopt);
  EXPECT_EQ(of({"text"}, {"audio"}), class_of({text_to_speech}));
  EXPECT_EQ(of({"text"}, {"video"}), class_of({text_to_video}));
  EXPECT_EQ(of({"text", "image"}, {"video"}), class_of({text_to_video, image_to_video}));
  EXPECT_EQ(of({"text", "image"}, {"image"}), class_of({text_to_image, image_to_image}));
}

}  // namespace
}  // namespace weir::discovery::kinds
