#include "catalogue/registry.hpp"

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

using testing::ElementsAre;

constexpr std::string_view kRows =
    "id,type,sub_types,context,output,inputs,outputs,capabilities,source\n"
    "acme/Bolt-7B,text,chat,8192,2048,text;image,,tools;vision,one\n"
    "cloud/acme/bolt-7b,text,chat,4096,2048,,,tools;vision,two\n"
    "acme/Nut-2,text,embedding,512,,,,,one\n"
    "cloud/nut-2,text,chat,,,,,,two\n"
    "cloud/fast,image,image-to-image,,,,,,two\n"
    "cloud/v1.2,image,text-to-image,,,,,,two\n"
    "acme.claude-9-v1:0,text,chat,100,,,,,one\n";

const auto kChat = ModelClass::of({SubType::chat});

TEST(ParseRegistryRow, ReadsEveryCell) {
  const auto row = parse_registry_row(
      "a/b,image,text-to-image;image-to-image,10,20,text;image,image,tools;vision,somewhere");
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->id, "a/b");
  EXPECT_EQ(row->model_class, ModelClass::of({SubType::text_to_image, SubType::image_to_image}));
  EXPECT_EQ(row->source, "somewhere");
  const ModelFacts facts = parse_registry_facts(row->facts);
  EXPECT_EQ(facts.context_length, 10);
  EXPECT_EQ(facts.max_output_tokens, 20);
  EXPECT_THAT(facts.input_modalities, ElementsAre("text", "image"));
  EXPECT_THAT(facts.output_modalities, ElementsAre("image"));
  EXPECT_THAT(facts.capabilities, ElementsAre("tools", "vision"));
}

TEST(ParseRegistryRow, LeavesUnstatedFactsUnknown) {
  const auto row = parse_registry_row("a,text,,,,,,,x");
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->model_class, (ModelClass{.sub_types = {}, .types = {Type::text}}));
  EXPECT_EQ(parse_registry_facts(row->facts), ModelFacts{});
}

TEST(ParseRegistryRow, RefusesALineThatIsNoRow) {
  for (std::string_view line :
       {"", "a", ",text,chat,,,,,,x", "a,words,chat,,,,,,x", "a,text,talk"}) {
    EXPECT_FALSE(parse_registry_row(line).has_value()) << line;
  }
}

TEST(Registry, FindsAnIdWhateverItsLetterCase) {
  const Registry registry(kRows);
  const auto row = registry.find("ACME/bolt-7b");
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->id, "acme/Bolt-7B");
  EXPECT_EQ(row->facts.context_length, 8192);
}

TEST(Registry, TakesATierOrTheDefaultTagForTheSameWeights) {
  const Registry registry(kRows);
  for (std::string_view id : {"Pro/acme/Bolt-7B", "models/acme/bolt-7b", "acme/bolt-7b:latest"}) {
    ASSERT_TRUE(registry.find(id).has_value()) << id;
    EXPECT_EQ(registry.find(id)->facts.context_length, 8192) << id;
  }
}

TEST(Registry, FindsTheNameUnderAnotherPath) {
  const Registry registry(kRows);
  for (std::string_view id : {"Bolt-7B", "hub/Bolt-7B", "bolt_7b", "other/cloud/acme/bolt-7b/"}) {
    ASSERT_TRUE(registry.find(id).has_value()) << id;
    EXPECT_EQ(registry.find(id)->model_class, kChat) << id;
  }
}

TEST(Registry, FindsANameThroughItsPackaging) {
  const Registry registry(kRows);
  for (std::string_view id :
       {"hf.co/acme/Bolt-7B-GGUF:Q4_K_M", "Bolt-7B.Q8_0.gguf", "bolt-7b-awq", "Bolt-7B-FP8-vLLM",
        "mlx-community/Bolt-7B-4bit", "bolt-7b-UD-IQ2_XXS", "bolt-7b-2026-01-31", "bolt-7b-latest",
        "bolt-7b:free", "Bolt-7B-w4a16", "acme/bolt-7b-mxfp4"}) {
    const auto row = registry.find(id);
    ASSERT_TRUE(row.has_value()) << id;
    EXPECT_EQ(row->model_class, kChat) << id;
    EXPECT_EQ(row->facts, ModelFacts{}) << id << ": other weights may differ";
  }
}

TEST(Registry, FindsAnIdInAnyRegionOfACloud) {
  const Registry registry(kRows);
  for (std::string_view id : {"us.acme.claude-9-v1:0", "bedrock/eu.acme.claude-9-v1:0"}) {
    EXPECT_TRUE(registry.find(id).has_value()) << id;
  }
}

TEST(Registry, KeepsOtherModelsApart) {
  const Registry registry(kRows);
  for (std::string_view id : {"", "/", "bolt", "bolt-70b", "bolt-7b-instruct", "acme", "7b"}) {
    EXPECT_FALSE(registry.find(id).has_value()) << id;
  }
}

TEST(Registry, SaysNothingWhereRowsDisagree) {
  const Registry registry(kRows);
  EXPECT_FALSE(registry.find("nut-2").has_value());
  EXPECT_EQ(registry.find("cloud/nut-2")->model_class, kChat) << "the id itself is stated";
}

TEST(Registry, TakesAnyonesWordAsAnExactIdOnly) {
  const Registry registry(kRows);
  EXPECT_TRUE(registry.find("cloud/fast").has_value());
  for (std::string_view id : {"fast", "acme/fast", "v1.2", "acme/v1.2"}) {
    EXPECT_FALSE(registry.find(id).has_value()) << id;
  }
}

TEST(Registry, GivesFactsThatMostRowsOfTheSameWeightsState) {
  const Registry registry(kRows);
  const auto match = registry.find("bolt-7b");
  ASSERT_TRUE(match.has_value());
  EXPECT_EQ(match->facts.context_length, std::nullopt) << "8192 or 4096";
  EXPECT_EQ(match->facts.max_output_tokens, 2048);
  EXPECT_THAT(match->facts.input_modalities, ElementsAre("text", "image"));
  EXPECT_THAT(match->facts.capabilities, ElementsAre("tools", "vision"));

  const std::string three = std::string(kRows) + "second/acme/Bolt-7B,text,chat,8192,,,,,one\n";
  EXPECT_EQ(Registry(three).find("bolt-7b")->facts.context_length, 8192);
}

TEST(Registry, GivesNoFactsForAnotherOwnersModelOfTheName) {
  const Registry registry(kRows);
  EXPECT_EQ(registry.find("someone/bolt-7b")->facts, ModelFacts{});
}

TEST(BuiltInRegistry, HoldsRowsThatCanBeReadAndFound) {
  std::ifstream file("registry.csv");
  std::string line;
  std::getline(file, line);
  std::set<std::string> sources;
  std::size_t rows = 0;
  for (; std::getline(file, line); ++rows) {
    const auto row = parse_registry_row(line);
    ASSERT_TRUE(row.has_value()) << line;
    sources.emplace(row->source);
    const auto found = Registry::built_in().find(row->id);
    ASSERT_TRUE(found.has_value()) << line;
    EXPECT_EQ(found->id, row->id);
    EXPECT_EQ(found->model_class, row->model_class) << line;
  }
  EXPECT_GE(rows, 5000U);
  EXPECT_THAT(sources, ElementsAre("huggingface-tasks", "litellm", "mteb", "xinference"));
}

}  // namespace
}  // namespace weir::catalogue
