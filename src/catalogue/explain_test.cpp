#include "catalogue/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const auto kChat = ModelClass::of({SubType::chat});
const auto kEmbedding = ModelClass::of({SubType::embedding});

/// The sources of the steps that decide; there must be one.
std::vector<ClassSource> deciding(const Explanation& explanation) {
  std::vector<ClassSource> sources;
  for (const auto& step : explanation.steps) {
    if (step.decides) sources.push_back(step.source);
  }
  return sources;
}

TEST(Explain, GivesEachUpstreamsWordAndTheStepThatDecides) {
  const Classifier classifier;
  const std::vector<UpstreamListing> listings{
      {.upstream = "one", .models = {{.id = "bge-m3:latest", .model_class = kChat}, {.id = "x"}}},
      {.upstream = "two", .models = {{.id = "bge-m3:latest"}}},
      {.upstream = "three", .models = {{.id = "y"}}}};

  const auto explanation = explain("bge-m3", {}, listings, classifier);

  ASSERT_TRUE(explanation.model);
  EXPECT_EQ(explanation.model->id, "bge-m3:latest");
  EXPECT_EQ(explanation.model->class_source, ClassSource::upstream);
  EXPECT_THAT(explanation.words, ElementsAre(UpstreamWord{"one", "bge-m3:latest", kChat},
                                             UpstreamWord{"two", "bge-m3:latest", {}}));
  EXPECT_THAT(deciding(explanation), ElementsAre(ClassSource::upstream));
  const auto by_rule = std::ranges::find_if(explanation.steps, [](const ExplainedStep& step) {
    return step.source == ClassSource::rule && step.model_class;
  });
  ASSERT_NE(by_rule, explanation.steps.end());
  EXPECT_EQ(by_rule->model_class, kEmbedding);
}

TEST(Explain, FollowsADeclaredRouteToTheUpstreamsOwnId) {
  const Classifier classifier;
  const std::vector<ModelSettings> settings{
      {.id = "mine", .upstreams = {{.name = "one", .model = "raw"}}}};
  const std::vector<UpstreamListing> listings{
      {.upstream = "one", .models = {{.id = "raw", .model_class = kEmbedding}}}};

  const auto explanation = explain("mine", settings, listings, classifier);

  EXPECT_THAT(explanation.words, ElementsAre(UpstreamWord{"one", "raw", kEmbedding}));
  EXPECT_EQ(explanation.model->model_class, kEmbedding);
}

TEST(Explain, SaysOfAnUnlistedIdWhatItsNameWouldMakeOfIt) {
  const auto explanation = explain("acme/bge-m9", {}, {}, Classifier());
  EXPECT_FALSE(explanation.model);
  EXPECT_THAT(explanation.words, IsEmpty());
  EXPECT_THAT(deciding(explanation), ElementsAre(ClassSource::rule));
}

}  // namespace
}  // namespace weir::catalogue
