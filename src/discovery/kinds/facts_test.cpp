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

TEST(Facts, AFlagMayCarryAVerb) {
  catalogue::ModelFacts facts;
  learn_capabilities(facts,
                     Words{"supportsVision", "supports_function_calling", "response-schema"});
  EXPECT_EQ(facts.capabilities, (std::vector<std::string>{"tools", "vision", "structured_output"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
