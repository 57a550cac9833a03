#include <gtest/gtest.h>

#include "simulator/answer_for_test.hpp"

namespace weir::simulator::detail {
namespace {

using namespace std::chrono_literals;

constexpr Settings kPace{0ms, 0ms, 0ms, 4s};

std::string submit(std::string_view more = {}) {
  const auto body = R"({"model":"demo/text-to-video","prompt":"A river")" + std::string(more) + "}";
  return string_at(json_of(post("/v1/video/submit", body, kPace)), "/requestId");
}

boost::json::value status(std::string_view id, std::chrono::milliseconds later) {
  const auto body = R"({"requestId":")" + std::string(id) + "\"}";
  return json_of(post("/v1/video/status", body, kPace, kNow + later));
}

TEST(Videos, QueueThenProgressThenSucceed) {
  const auto id = submit();
  EXPECT_EQ(string_at(status(id, 0s), "/status"), "InQueue");
  EXPECT_EQ(string_at(status(id, 999ms), "/status"), "InQueue");
  EXPECT_EQ(string_at(status(id, 1s), "/status"), "InProgress");
  EXPECT_EQ(string_at(status(id, 3999ms), "/status"), "InProgress");
  EXPECT_TRUE(status(id, 1s).at_pointer("/results/videos").as_array().empty());
  const auto done = status(id, 4s);
  EXPECT_EQ(string_at(done, "/status"), "Succeed");
  // The start of every GIF of the simulator.
  EXPECT_TRUE(
      string_at(done, "/results/videos/0/url").starts_with("data:image/gif;base64,R0lGODlh"));
  EXPECT_EQ(done.at_pointer("/results/timings/inference").to_number<double>(), 4);
}

TEST(Videos, TheIdKnowsTheSeed) {
  EXPECT_EQ(integer_at(status(submit(R"(,"seed":77)"), 0s), "/results/seed"), 77);
}

TEST(Videos, AnImageToVideoModelNeedsAPicture) {
  const auto body = [](std::string_view more) {
    return R"({"model":"demo/image-to-video","prompt":"A river")" + std::string(more) + "}";
  };
  EXPECT_EQ(post("/v1/video/submit", body("")).status, 400);
  EXPECT_EQ(post("/v1/video/submit", body(R"(,"image":"https://example.com/a.png")")).status, 200);
}

TEST(Videos, AnIdThatWasNotGivenOutIsRefused) {
  const auto id = submit();
  auto changed = id;
  changed[8] = changed[8] == '1' ? '2' : '1';
  for (const std::string& wrong : {std::string("x"), std::string("video-"), std::string("video--"),
                                   id.substr(0, id.size() - 1), id + "0", changed}) {
    EXPECT_EQ(post("/v1/video/status", R"({"requestId":")" + wrong + "\"}").status, 400) << wrong;
  }
  EXPECT_EQ(post("/v1/video/status", "{}").status, 400);
}

TEST(Videos, OfOpenaisApiAreMadeSeenAndDeleted) {
  const auto made =
      json_of(post("/v1/videos", R"({"model":"demo/text-to-video","prompt":"a river"})"));
  const auto path = "/v1/videos/" + string_at(made, "/id");
  const auto ask = [](std::string_view method, std::string_view at) {
    return answer({method, at, "", "", "", kNow}, kAtOnce);
  };
  EXPECT_EQ(string_at(made, "/object"), "video");
  EXPECT_EQ(string_at(json_of(ask("GET", path)), "/id"), string_at(made, "/id"));
  EXPECT_EQ(json_of(ask("DELETE", path)).at("object").as_string(), "video.deleted");
  EXPECT_EQ(ask("POST", path).status, 405);
  EXPECT_EQ(ask("GET", "/v1/videos/video-1").status, 404);
  EXPECT_EQ(ask("GET", path + "/else").status, 404);
}

}  // namespace
}  // namespace weir::simulator::detail
