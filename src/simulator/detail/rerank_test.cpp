#include <gtest/gtest.h>

#include "simulator/answer_for_test.hpp"

namespace weir::simulator::detail {
namespace {

constexpr std::string_view kPath = "/v1/rerank";

std::string request(std::string_view more = {}) {
  return R"({"model":"demo/reranker","query":"Apple pie",)"
         R"("documents":["Bread.","A pie with apples.",{"text":"Apple pie, warm."}])" +
         std::string(more) + "}";
}

TEST(Rerank, PutsTheBestDocumentFirst) {
  const auto body = json_of(post(kPath, request()));
  const auto& results = body.at("results").as_array();
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(integer_at(body, "/results/0/index"), 2);
  EXPECT_EQ(integer_at(body, "/results/1/index"), 1);
  EXPECT_EQ(integer_at(body, "/results/2/index"), 0);
  double last = 1;
  for (const auto& result : results) {
    const auto score = result.at("relevance_score").to_number<double>();
    EXPECT_LE(score, last);
    EXPECT_GE(score, 0);
    EXPECT_FALSE(result.as_object().contains("document"));
    last = score;
  }
  EXPECT_EQ(integer_at(body, "/meta/tokens/input_tokens"), 10);
  EXPECT_EQ(integer_at(body, "/meta/tokens/output_tokens"), 0);
}

TEST(Rerank, GivesBackTheTopDocumentsWhenAsked) {
  const auto body = json_of(post(kPath, request(R"(,"top_n":1,"return_documents":true)")));
  EXPECT_EQ(body.at("results").as_array().size(), 1U);
  EXPECT_EQ(string_at(body, "/results/0/document/text"), "Apple pie, warm.");
  EXPECT_EQ(json_of(post(kPath, request(R"(,"top_n":9)"))).at("results").as_array().size(), 3U);
}

TEST(Rerank, EqualDocumentsKeepTheirOrder) {
  const auto body = json_of(
      post(kPath, R"({"model":"demo/reranker","query":"a","documents":["b","b","b","b"]})"));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(integer_at(body.at("results").at(i), "/index"), static_cast<std::int64_t>(i));
  }
}

TEST(Rerank, NeedsAQueryAndDocuments) {
  for (const auto* body :
       {R"({"model":"demo/reranker","documents":["a"]})",
        R"({"model":"demo/reranker","query":"a"})",
        R"({"model":"demo/reranker","query":"a","documents":[]})",
        R"({"model":"demo/reranker","query":"a","documents":[1]})",
        R"({"model":"demo/reranker","query":"a","documents":["a"],"top_n":0})"}) {
    EXPECT_EQ(post(kPath, body).status, 400) << body;
  }
}

TEST(Score, HasOneScoreForEachPair) {
  const auto body = json_of(post(
      "/v1/score",
      R"({"model":"demo/reranker","text_1":"apple pie","text_2":["Bread.","A warm apple pie."]})"));
  const auto& data = body.at("data").as_array();
  ASSERT_EQ(data.size(), 2U);
  EXPECT_GT(data[1].at("score").to_number<double>(), data[0].at("score").to_number<double>());
  EXPECT_GT(integer_at(body, "/usage/prompt_tokens"), 0);
  const auto pairs = json_of(
      post("/v1/score", R"({"model":"demo/embedding","text_1":["a","b"],"text_2":["a","b"]})"));
  EXPECT_EQ(pairs.at("data").as_array().size(), 2U);
}

TEST(Score, NeedsTextsThatFitEachOther) {
  for (const auto* body :
       {R"({"model":"demo/reranker","text_1":"a"})", R"({"model":"demo/reranker","text_2":"a"})",
        R"({"model":"demo/reranker","text_1":["a","b"],"text_2":["a"]})",
        R"({"model":"demo/reranker","text_1":"a","text_2":[7]})"}) {
    EXPECT_EQ(post("/v1/score", body).status, 400) << body;
  }
}

}  // namespace
}  // namespace weir::simulator::detail
