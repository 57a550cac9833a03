// Calls that are sent to two upstreams, on real sockets.
#include "gateway/hedge.hpp"

#include <future>
#include <string>
#include <string_view>

#include <gmock/gmock.h>

#include "gateway/call_for_test.hpp"

namespace weir::gateway {
namespace {

using catalogue::Endpoint;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string answer(int status, std::string_view body, std::size_t missing = 0) {
  return fmt::format(
      "HTTP/1.1 {} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", status,
      body.size() + missing, body);
}

const std::string kUsage = R"({"data":[],"usage":{"prompt_tokens":7,"total_tokens":7}})";
const std::string kGood = answer(200, kUsage);
const std::string kSilent;
constexpr std::string_view kBody = R"({"model":"m","input":"one"})";

class HedgeTest : public CallFixture {
 protected:
  HedgeTest() {
    calls_.hedge_after = std::chrono::milliseconds(50);
    calls_.error_body_timeout = std::chrono::minutes(10);
  }

  void start_embeddings() {
    start(Endpoint::embeddings);
    for (const auto& to : destinations_) EXPECT_EQ(to.upstream->slots().in_flight(), 0);
  }
  /// The upstream has an address that is not found before the test ends.
  void hide(std::size_t index) {
    auto& to = destinations_[index];
    auto address = to.upstream->address();
    address.origin.host = "localhost";
    to.upstream = std::make_shared<upstream::Upstream>(address, calls_, 0);
    to.connect_timeout = std::chrono::minutes(10);
    resolvers_.post([held = release_.get_future().share()] { held.wait(); });
  }
  int in_flight(std::size_t index) { return destinations_[index].upstream->slots().in_flight(); }
  void expect_free() {
    for (std::size_t i = 0; i < destinations_.size(); ++i) EXPECT_EQ(in_flight(i), 0) << i;
  }

  std::promise<void> release_;
};

TEST_F(HedgeTest, TheSecondAnswersIfTheFirstDoesNot) {
  add({{kSilent}});
  add({{kGood}});
  start_embeddings();
  EXPECT_THAT(post(kBody), EndsWith(kUsage));
  EXPECT_EQ(last().upstream, "u1");
  EXPECT_EQ(last().attempts, 2);
  EXPECT_EQ(last().phase, Phase::done);
  EXPECT_EQ(last().charged_tokens, 7);
  EXPECT_GT(last().first_byte, last().sent);
  EXPECT_EQ(last_reason(), std::nullopt);
  expect_free();
}

TEST_F(HedgeTest, TheFirstAnswersIfTheSecondDoesNot) {
  std::promise<void> hold;
  add({{.text = kGood, .hold = hold.get_future().share()}});
  auto& other = add({{kSilent}});
  start_embeddings();
  auto posting = std::async([&] { return post(kBody); });
  while (other.requests().empty()) thread_.run_queued();
  hold.set_value();
  EXPECT_THAT(posting.get(), EndsWith(kUsage));
  EXPECT_EQ(last().upstream, "u0");
  EXPECT_EQ(last().attempts, 2);
  EXPECT_EQ(last().charged_tokens, 7);
  expect_free();
}

TEST_F(HedgeTest, AnErrorThatIsStillBeingReadIsNoAnswer) {
  for (const int status : {400, 404, 422, 500, 503}) {
    SCOPED_TRACE(status);
    const auto held = answer(status, R"({"error":)", 100);
    destinations_.clear();
    model_.routes.clear();
    add({{held}});
    add({{kGood}});
    start_embeddings();
    EXPECT_THAT(post(kBody), EndsWith(kUsage));
    EXPECT_EQ(last().upstream, "u1");
    EXPECT_EQ(last_reason(), std::nullopt);
    expect_free();
    TearDown();
    gateway_ = std::make_unique<Gateway>(shared_, recorder_.add_cell(), registry_);
  }
}

TEST_F(HedgeTest, AnAnswerThatHasBegunIsNotHedged) {
  calls_.idle_timeout = std::chrono::milliseconds(300);
  add({{answer(200, "{", 100)}});
  auto& other = add({{kGood}});
  start_embeddings();
  EXPECT_THAT(post(kBody), StartsWith("HTTP/1.1 504"));
  EXPECT_EQ(last().attempts, 1);
  EXPECT_EQ(other.requests().size(), 0U);
  expect_free();
}

TEST_F(HedgeTest, AnAttemptThatWasGivenUpMayBeMadeAgain) {
  std::promise<void> hold;
  const std::string page =
      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>";
  add({{.text = page, .hold = hold.get_future().share()}});
  auto& other = add({{kSilent}, {kGood}});
  start_embeddings();
  auto posting = std::async([&] { return post(kBody); });
  while (other.requests().empty()) thread_.run_queued();
  hold.set_value();
  EXPECT_THAT(posting.get(), EndsWith(kUsage));
  EXPECT_EQ(last().upstream, "u1");
  EXPECT_EQ(other.requests().size(), 2U);
  expect_free();
}

TEST_F(HedgeTest, AnAnswerDoesNotWaitForTheOthersName) {
  add({});
  add({{kGood}});
  hide(0);
  start_embeddings();
  EXPECT_THAT(post(kBody), EndsWith(kUsage));
  EXPECT_EQ(last().upstream, "u1");
  expect_free();
}

TEST_F(HedgeTest, TheFirstAnswerDoesNotWaitForTheSecondsName) {
  std::promise<void> hold;
  add({{.text = kGood, .hold = hold.get_future().share()}});
  add({});
  hide(1);
  start_embeddings();
  auto posting = std::async([&] { return post(kBody); });
  while (in_flight(1) == 0) thread_.run_queued();
  hold.set_value();
  EXPECT_THAT(posting.get(), EndsWith(kUsage));
  EXPECT_EQ(last().upstream, "u0");
  expect_free();
}

TEST_F(HedgeTest, AFirstThatFailsWaitsForTheSecond) {
  for (const int status : {404, 500, 503}) {
    SCOPED_TRACE(status);
    std::promise<void> fail;
    std::promise<void> hold;
    destinations_.clear();
    model_.routes.clear();
    add({{.text = answer(status, "{}"), .hold = fail.get_future().share()}});
    auto& other = add({{.text = kGood, .hold = hold.get_future().share()}});
    start_embeddings();
    auto posting = std::async([&] { return post(kBody); });
    while (other.requests().empty()) thread_.run_queued();
    fail.set_value();
    while (in_flight(0) != 0) thread_.run_queued();
    hold.set_value();
    EXPECT_THAT(posting.get(), EndsWith(kUsage));
    EXPECT_EQ(last().upstream, "u1");
    expect_free();
    TearDown();
    gateway_ = std::make_unique<Gateway>(shared_, recorder_.add_cell(), registry_);
  }
}

TEST_F(HedgeTest, TheClientsOwnErrorIsItsAnswerIfNeitherHasAnother) {
  std::promise<void> hold;
  const auto refusal = answer(404, R"({"error":"no such thing"})");
  add({{.text = refusal, .hold = hold.get_future().share()}});
  auto& other = add({{answer(503, "{}")}});
  start_embeddings();
  auto posting = std::async([&] { return post(kBody); });
  while (other.requests().empty() || in_flight(1) != 0) thread_.run_queued();
  hold.set_value();
  EXPECT_THAT(posting.get(), EndsWith(R"({"error":"no such thing"})"));
  EXPECT_EQ(last().attempts, 2);
  expect_free();
}

TEST_F(HedgeTest, AClientThatLeavesEndsBoth) {
  auto& one = add({{kSilent}, {kGood}});
  auto& two = add({{kSilent}});
  start_embeddings();
  {
    boost::asio::io_context context;
    net::Tcp::socket socket(context);
    socket.connect(server_->endpoint());
    const auto request = fmt::format(
        "POST /v1/x HTTP/1.1\r\nHost: w\r\nContent-Length: {}\r\n\r\n{}", kBody.size(), kBody);
    boost::asio::write(socket, boost::asio::buffer(request));
    while (one.requests().empty() || two.requests().empty()) thread_.run_queued();
  }
  while (thread_.call([this] { return seen_.records.empty(); })) {
  }
  EXPECT_EQ(last_reason(), Errc::client_left);
  expect_free();
  EXPECT_THAT(post(kBody), EndsWith(kUsage));
}

// The upstream that was waited for is not tried again.
TEST_F(HedgeTest, AnErrorWithAGoodStatusOfTheSecondGoesOnElsewhere) {
  add({{kSilent}, {kGood}});
  add({{answer(200, R"({"error":{"message":"Overloaded","type":"overloaded_error"}})")}});
  add({{kGood}});
  start_embeddings();
  EXPECT_THAT(post(kBody), EndsWith(kUsage));
  EXPECT_EQ(last().upstream, "u2");
  EXPECT_EQ(last().attempts, 3);
  EXPECT_LT(last().overhead, last().first_byte - last().received);
  expect_free();
}

TEST_F(HedgeTest, NothingElseIsSentTwice) {
  const struct {
    const char* what;
    Endpoint endpoint;
    std::chrono::milliseconds hedge_after;
    int retries;
    int budget;
  } rows[] = {
      {"it generates", Endpoint::chat_completions, std::chrono::milliseconds(50), 2, 3},
      {"not wanted", Endpoint::embeddings, std::chrono::milliseconds(0), 2, 3},
      {"no retries", Endpoint::embeddings, std::chrono::milliseconds(50), 0, 3},
      {"no budget", Endpoint::embeddings, std::chrono::milliseconds(50), 2, 0},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    calls_.hedge_after = row.hedge_after;
    calls_.retries = row.retries;
    calls_.retry_budget_min = row.budget;
    calls_.retry_budget_percent = 0;
    destinations_.clear();
    model_.routes.clear();
    add({{kSilent}});
    auto& other = add({{kGood}});
    destinations_[0].first_byte_timeout = std::chrono::milliseconds(200);
    start(row.endpoint);
    EXPECT_THAT(post(kBody), HasSubstr("upstream_first_byte_timeout"));
    EXPECT_TRUE(other.requests().empty());
    TearDown();
    gateway_ = std::make_unique<Gateway>(shared_, recorder_.add_cell(), registry_);
  }
}

}  // namespace
}  // namespace weir::gateway
