#include "translation/gemini_embeddings.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "translation/translation.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;
using catalogue::Endpoint;
using testing::ElementsAre;
using testing::HasSubstr;

Result<Request> translated(Endpoint endpoint, std::string_view body) {
  return translate(endpoint, body, {.model = "m", .upstream_model = "bge"});
}

TEST(GeminiEmbeddings, AContentIsOneText) {
  auto request = translated(Endpoint::embed_content,
                            R"({"model":"models/m","content":{"parts":[{"text":"a"},{"text":"b"}]},
          "taskType":"RETRIEVAL_QUERY","output_dimensionality":3})");
  ASSERT_TRUE(request) << request.error().detail;
  EXPECT_EQ(request->body, R"({"model":"bge","dimensions":3,"input":["a\nb"]})");
  EXPECT_THAT(request->dropped, ElementsAre("taskType"));
  EXPECT_EQ(request->answer->rewrite(
                json::parse(R"({"data":[{"index":0,"embedding":[0.5,-1.0,0]}]})").as_object()),
            R"({"embedding":{"values":[0.5,-1.0,0]}})");
}

TEST(GeminiEmbeddings, ABatchKeepsTheOrderOfItsTexts) {
  auto request = translated(Endpoint::batch_embed_contents,
                            R"({"requests":[{"model":"models/m","content":{"parts":[{"text":"a"}]}},
                                 {"model":"models/m","content":{"parts":[{"text":"b"}]}}]})");
  ASSERT_TRUE(request) << request.error().detail;
  EXPECT_EQ(request->body, R"({"model":"bge","input":["a","b"]})");
  EXPECT_EQ(request->answer->rewrite(json::parse(R"({"data":[{"index":1,"embedding":[2]},
                                         {"index":0,"embedding":[1]}]})")
                                         .as_object()),
            R"({"embeddings":[{"values":[1]},{"values":[2]}]})");
}

TEST(GeminiEmbeddings, AnAnswerWithoutAVectorForEachTextHasFailed) {
  for (const char* answer : {R"({"data":[]})", R"({"data":[{"embedding":"AAAA"}]})",
                             R"({"data":[{"index":-1,"embedding":[1]}]})", "{}"}) {
    GeminiEmbeddings embeddings(1, false);
    [[maybe_unused]] const auto body = embeddings.rewrite(json::parse(answer).as_object());
    EXPECT_TRUE(embeddings.failed()) << answer;
  }
}

TEST(GeminiEmbeddings, RefusesWhatIsNoText) {
  const struct {
    Endpoint endpoint;
    const char* body;
    const char* named;
  } cases[] = {
      {Endpoint::embed_content, "{}", "`content` must be an object"},
      {Endpoint::embed_content, R"({"content":{"parts":[{"inlineData":{}}]}})", "inlineData"},
      {Endpoint::embed_content,
       R"({"content":{"parts":[{"text":"a"}]},"outputDimensionality":"x"})", "a whole number"},
      {Endpoint::batch_embed_contents, R"({"requests":[]})", "not empty"},
      {Endpoint::batch_embed_contents,
       R"({"requests":[{"content":{"parts":[{"text":"a"}]},"outputDimensionality":2},
                       {"content":{"parts":[{"text":"a"}]}}]})",
       "the same in each request"},
  };
  for (const auto& c : cases) {
    const auto request = translated(c.endpoint, c.body);
    ASSERT_FALSE(request) << c.body;
    EXPECT_THAT(request.error().detail, HasSubstr(c.named));
  }
}

}  // namespace
}  // namespace weir::translation
