#include <cmath>
#include <cstring>

#include <gtest/gtest.h>

#include "simulator/answer_for_test.hpp"
#include "synthetic/vector_of.hpp"

namespace weir::simulator::detail {
namespace {

constexpr std::string_view kPath = "/v1/embeddings";

std::string request(std::string_view input, std::string_view more = {}) {
  return R"({"model":"demo/embedding","input":)" + std::string(input) + std::string(more) + "}";
}

synthetic::Vector vector_at(const boost::json::value& body, std::size_t index) {
  synthetic::Vector vector;
  for (const auto& value : body.at("data").at(index).at("embedding").as_array()) {
    vector.push_back(static_cast<float>(value.to_number<double>()));
  }
  return vector;
}

synthetic::Vector from_base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text.substr(0, text.find('='))) {
    bits = bits << 6U | static_cast<std::uint32_t>(kDigits.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> count));
  }
  synthetic::Vector vector(bytes.size() / sizeof(float));
  std::memcpy(vector.data(), bytes.data(), bytes.size());
  return vector;
}

TEST(Embeddings, EachInputHasAVectorOfLengthOne) {
  const auto body = json_of(post(kPath, request(R"(["one two","three"])")));
  EXPECT_EQ(string_at(body, "/object"), "list");
  EXPECT_EQ(string_at(body, "/model"), "demo/embedding");
  EXPECT_EQ(integer_at(body, "/usage/prompt_tokens"), 3);
  EXPECT_EQ(integer_at(body, "/usage/total_tokens"), 3);
  ASSERT_EQ(body.at("data").as_array().size(), 2U);
  EXPECT_EQ(integer_at(body, "/data/1/index"), 1);
  for (const std::size_t i : {0U, 1U}) {
    const auto vector = vector_at(body, i);
    EXPECT_EQ(vector.size(), 256U);
    EXPECT_NEAR(synthetic::likeness(vector, vector), 1, 1e-5);
  }
}

TEST(Embeddings, BothEncodingsAreTheSameVector) {
  const auto floats = json_of(post(kPath, request(R"("A weir.")", R"(,"dimensions":64)")));
  const auto base64 = json_of(
      post(kPath, request(R"("A weir.")", R"(,"dimensions":64,"encoding_format":"base64")")));
  const auto vector = from_base64(string_at(base64, "/data/0/embedding"));
  EXPECT_EQ(vector.size(), 64U);
  EXPECT_EQ(vector, vector_at(floats, 0));
}

TEST(Embeddings, InputMayBeTokenNumbersOrObjects) {
  const auto numbers = json_of(post(kPath, request("[1,2,3]")));
  EXPECT_EQ(numbers.at("data").as_array().size(), 1U);
  EXPECT_EQ(integer_at(numbers, "/usage/prompt_tokens"), 3);
  const auto lists = json_of(post(kPath, request("[[1,2,3],[4]]")));
  EXPECT_EQ(vector_at(lists, 0), vector_at(numbers, 0));
  EXPECT_EQ(json_of(post(kPath, request(R"([{"text":"a"}])"))).at("data").as_array().size(), 1U);
}

TEST(Embeddings, WrongInputsAreRefused) {
  std::string many = "[\"a\"";
  for (int i = 0; i < 32; ++i) many += ",\"a\"";
  for (const std::string& input :
       {many + "]", std::string("[]"), std::string(R"("")"), std::string("null"),
        std::string(R"([""])"), std::string("5"), std::string("[[]]"), std::string(R"([1,"a"])")}) {
    EXPECT_EQ(post(kPath, request(input)).status, 400) << input;
  }
  EXPECT_EQ(post(kPath, request(R"("a")", R"(,"dimensions":0)")).status, 400);
  EXPECT_EQ(post(kPath, request(R"("a")", R"(,"encoding_format":"hex")")).status, 400);
}

TEST(VectorOf, TextsThatShareWordsAreNearer) {
  const auto like = [](std::string_view a, std::string_view b) {
    return synthetic::likeness(synthetic::vector_of(a, 256), synthetic::vector_of(b, 256));
  };
  const std::string_view question = "How do I open the river gates?";
  EXPECT_GT(like(question, "Open the gates of the river slowly."),
            like(question, "Our bakery sells fresh bread every morning."));
  EXPECT_GT(like("gate", "gates"), like("gate", "bread"));
  EXPECT_GT(like("如何打开水闸", "水闸的打开方法"), like("如何打开水闸", "今天天气很好"));
}

TEST(VectorOf, EveryTextHasAPoint) {
  for (const auto* text : {"", " ", "...", "\xff\xfe", "a"}) {
    const auto vector = synthetic::vector_of(text, 3);
    EXPECT_NEAR(synthetic::likeness(vector, vector), 1, 1e-5) << text;
  }
}

}  // namespace
}  // namespace weir::simulator::detail
