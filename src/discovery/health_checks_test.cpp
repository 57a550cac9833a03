#include "discovery/health_checks.hpp"

#include <condition_variable>
#include <map>
#include <mutex>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "http/server_for_test.hpp"

namespace weir::discovery {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr auto kInterval = 2'000ms;

/// Engines below /NAME, whose health paths answer with the status that is set for them.
class Engines {
 public:
  void set(const std::string& name, int status) {
    const std::lock_guard lock(mutex_);
    statuses_[name] = status;
  }
  int ask(const std::string& name) {
    const std::lock_guard lock(mutex_);
    asked_.push_back(name);
    return statuses_[name];
  }
  std::vector<std::string> take_asked() {
    const std::lock_guard lock(mutex_);
    return std::exchange(asked_, {});
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int> statuses_;
  std::vector<std::string> asked_;
};

class EngineHandler : public http::Handler {
 public:
  explicit EngineHandler(Engines& engines) : engines_(engines) {}
  bool takes_body(const http::Request&) override { return false; }
  http::Answer handle(http::Exchange& exchange) override {
    const std::string_view path = exchange.request->path;
    return http::Reply::with_body(engines_.ask(std::string(path.substr(1, path.find('/', 1) - 1))),
                                  "{}");
  }
  http::Reply refuse(http::Exchange&, Errc code) override {
    return http::Reply::with_body(describe(code).status, {});
  }
  void finished(const http::Exchange&) override {}

 private:
  Engines& engines_;
};

class HealthChecksTest : public http::ServerFixture {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(
        serve(server_settings_, [this](int) { return std::make_unique<EngineHandler>(engines_); }));
    thread_.call([this] {
      checks_ = std::make_unique<HealthChecks>(thread_.executor(), pool_,
                                               [this](const auto& upstream, const auto& finding) {
                                                 const std::lock_guard lock(mutex_);
                                                 found_.emplace_back(upstream, finding.answer);
                                                 more_.notify_all();
                                               });
    });
  }
  void TearDown() override {
    auto stopping =
        boost::asio::co_spawn(thread_.executor(), checks_->stop(), boost::asio::use_future);
    stopping.get();
    thread_.call([this] { checks_.reset(); });
    ServerFixture::TearDown();
  }

  [[nodiscard]] UpstreamSettings upstream(const std::string& name) const {
    UpstreamSettings settings;
    settings.name = name;
    settings.kind = "vllm";
    settings.url = fmt::format("http://{}/{}", net::format_endpoint(server_->endpoint()), name);
    return settings;
  }
  void apply(const std::vector<UpstreamSettings>& upstreams) {
    thread_.call([&] { checks_->apply(settings_, upstreams); });
  }
  /// An interval later, `waits`: calls wait for each of them.
  void ask_due(bool waits, std::chrono::milliseconds interval = kInterval) {
    now_ += kInterval;
    thread_.call(
        [&] { checks_->ask_due([waits](const auto&, auto) { return waits; }, interval, now_); });
  }
  using Found = std::vector<std::pair<std::string, HealthAnswer>>;
  /// As soon as there are so many.
  [[nodiscard]] Found take_found(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(more_.wait_for(lock, 30s, [&] { return found_.size() >= count; }));
    return std::exchange(found_, {});
  }

  Engines engines_;
  Settings settings_;
  std::mutex mutex_;
  std::condition_variable more_;
  Found found_;
  MonotonicTime now_ = monotonic_now();
  http::Settings server_settings_;
  net::WorkerPool pool_{1};
  std::unique_ptr<HealthChecks> checks_;
};

TEST_F(HealthChecksTest, AnEngineThatFailedIsAskedAgainAfterAReload) {
  engines_.set("one", 503);
  auto one = upstream("one");
  apply({one});
  ask_due(true);
  EXPECT_THAT(take_found(1), ElementsAre(testing::Pair("one", HealthAnswer::failing)));
  one.api_key = Secret("another");
  apply({one});
  engines_.set("one", 200);
  ask_due(false);
  EXPECT_THAT(take_found(1), ElementsAre(testing::Pair("one", HealthAnswer::alive)));
}

TEST_F(HealthChecksTest, NothingIsHeldAgainstAnEngineThatIsNotAskedAnyMore) {
  engines_.set("one", 503);
  auto one = upstream("one");
  const auto fail = [&] {
    one.kind = "vllm";
    apply({one});
    ask_due(true);
    EXPECT_THAT(take_found(1), ElementsAre(testing::Pair("one", HealthAnswer::failing)));
  };
  const auto is_forgiven = ElementsAre(testing::Pair("one", HealthAnswer::absent));
  fail();
  one.kind = "openai";
  apply({one});
  EXPECT_THAT(take_found(1), is_forgiven) << "it has no such path";
  fail();
  ask_due(true, 0ms);
  EXPECT_THAT(take_found(1), is_forgiven) << "the checks are off";
  fail();
  engines_.set("one", 404);
  ask_due(false);
  EXPECT_THAT(take_found(1), is_forgiven) << "the path is gone";
}

TEST_F(HealthChecksTest, EachIsAskedInTurn) {
  settings_.max_concurrent = 2;
  for (const char* name : {"one", "two", "three"}) engines_.set(name, 503);
  apply({upstream("one"), upstream("two"), upstream("three")});
  for (const auto& pair : {std::pair("one", "two"), std::pair("three", "one"),
                           std::pair("two", "three"), std::pair("one", "two")}) {
    ask_due(true);
    EXPECT_EQ(take_found(2).size(), 2U);
    EXPECT_THAT(engines_.take_asked(), UnorderedElementsAre(pair.first, pair.second));
  }
}

}  // namespace
}  // namespace weir::discovery
