#include <gtest/gtest.h>

#include "simulator/answer_for_test.hpp"
#include "synthetic/data_uri.hpp"

namespace weir::simulator::detail {
namespace {

constexpr std::string_view kPath = "/v1/images/generations";
// The start of every PNG: its signature and, in a chunk of 13 bytes, its size.
constexpr std::string_view kPngStart = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg";

std::string request(std::string_view more = {}, std::string_view model = "demo/text-to-image") {
  return R"({"model":")" + std::string(model) + R"(","prompt":"A river")" + std::string(more) + "}";
}

TEST(Images, ComeInBothShapes) {
  const auto body = json_of(post(kPath, request(R"(,"batch_size":2)")));
  ASSERT_EQ(body.at("images").as_array().size(), 2U);
  ASSERT_EQ(body.at("data").as_array().size(), 2U);
  const auto url = string_at(body, "/images/0/url");
  EXPECT_TRUE(url.starts_with(kPngStart)) << url.substr(0, 60);
  EXPECT_EQ(string_at(body, "/data/0/url"), url);
  EXPECT_NE(string_at(body, "/images/1/url"), url);
  EXPECT_EQ(body.at_pointer("/timings/inference").to_number<double>(), 0);
  EXPECT_GE(integer_at(body, "/seed"), 0);
}

TEST(Images, MayBeBase64ForOpenAiClients) {
  const auto body = json_of(post(kPath, request(R"(,"response_format":"b64_json","n":1)")));
  EXPECT_EQ("data:image/png;base64," + string_at(body, "/data/0/b64_json"),
            string_at(body, "/images/0/url"));
}

TEST(Images, FollowPromptAndSeedAlone) {
  EXPECT_EQ(text_of(post(kPath, request())), text_of(post(kPath, request())));
  EXPECT_NE(string_at(json_of(post(kPath, request(R"(,"seed":1)"))), "/images/0/url"),
            string_at(json_of(post(kPath, request(R"(,"seed":2)"))), "/images/0/url"));
  EXPECT_EQ(integer_at(json_of(post(kPath, request(R"(,"seed":41)"))), "/seed"), 41);
}

struct SizeCase {
  std::string_view asked;
  std::uint32_t width;
  std::uint32_t height;
};

TEST(Images, KeepTheProportionsAskedFor) {
  for (const auto& [asked, width, height] :
       {SizeCase{R"("image_size":"1024x512")", 256, 128},
        SizeCase{R"("size":"720x1280")", 144, 256}, SizeCase{R"("size":"auto")", 256, 256},
        SizeCase{R"("image_size":"10x20")", 10, 20},
        SizeCase{R"("image_size":"8192x1")", 256, 1}}) {
    const auto body = json_of(post(kPath, request("," + std::string(asked))));
    std::string head("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0", 18);
    head += static_cast<char>(width >> 8U);
    head += static_cast<char>(width);
    head += std::string(2, '\0');
    head += static_cast<char>(height >> 8U);
    head += static_cast<char>(height);
    EXPECT_TRUE(
        string_at(body, "/images/0/url").starts_with(synthetic::data_uri("image/png", head)))
        << asked;
  }
  for (const auto* size : {"1024", "0x5", "axb", "9000x10", "10x", "-1x5", "5x5x5"}) {
    EXPECT_EQ(post(kPath, request(R"(,"image_size":")" + std::string(size) + "\"")).status, 400)
        << size;
  }
}

TEST(Images, AnEditNeedsAPictureInJsonOrAForm) {
  EXPECT_EQ(post(kPath, request("", "demo/image-to-image")).status, 400);
  EXPECT_EQ(post(kPath, request(R"(,"image":"data:x")", "demo/image-to-image")).status, 200);
  const auto form = form_field("model", "demo/image-to-image") + form_field("prompt", "A river") +
                    form_field("n", "2");
  const auto with = [&](std::string_view picture) {
    return post_form("/v1/images/edits",
                     form + form_file("image", picture) + std::string(kFormEnd));
  };
  const auto one = json_of(with("one"));
  EXPECT_EQ(one.at("data").as_array().size(), 2U);
  EXPECT_NE(string_at(one, "/data/0/url"), string_at(json_of(with("two")), "/data/0/url"));
  EXPECT_EQ(post_form("/v1/images/edits", form + std::string(kFormEnd)).status, 400);
}

TEST(Images, AVariationNeedsAPictureAndNoPrompt) {
  const auto form = form_field("model", "demo/image-to-image");
  const auto body = json_of(
      post_form("/v1/images/variations", form + form_file("image", "one") + std::string(kFormEnd)));
  EXPECT_EQ(body.at("data").as_array().size(), 1U);
  EXPECT_EQ(post_form("/v1/images/variations", form + std::string(kFormEnd)).status, 400);
}

}  // namespace
}  // namespace weir::simulator::detail
