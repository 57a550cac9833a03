#include "discovery/refresher.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "http/server_for_test.hpp"

namespace weir::discovery {
namespace {

using namespace std::chrono_literals;

// Serves the same list below /well, and errors everywhere else.
class ListHandler : public http::Handler {
 public:
  bool takes_body(const http::Request&) override { return false; }
  http::Answer handle(http::Exchange& exchange) override {
    if (!exchange.request->path.starts_with("/well/")) return http::Reply::with_body(500, "{}");
    return http::Reply::with_body(200, R"({"object":"list","data":[{"id":"m","object":"model"}]})");
  }
  http::Reply refuse(http::Exchange&, Errc code) override {
    return http::Reply::with_body(describe(code).status, {});
  }
  void finished(const http::Exchange&) override {}
};

class RefresherTest : public http::ServerFixture {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(
        serve(server_settings_, [](int) { return std::make_unique<ListHandler>(); }));
    thread_.call([this] {
      refresher_ = std::make_unique<Refresher>(
          thread_.executor(), pool_, pool_, registry_, [this] { changed(); },
          [this](const auto& upstream) { happened("listed " + upstream); });
    });
  }
  void TearDown() override {
    if (refresher_) {
      auto stopping =
          boost::asio::co_spawn(thread_.executor(), refresher_->stop(), boost::asio::use_future);
      stopping.get();
      thread_.call([this] { refresher_.reset(); });
    }
    ServerFixture::TearDown();
  }

  [[nodiscard]] UpstreamSettings upstream(const std::string& name) const {
    UpstreamSettings settings;
    settings.name = name;
    settings.kind = "openai";
    settings.url = fmt::format("http://{}/{}", net::format_endpoint(server_->endpoint()), name);
    return settings;
  }

  void changed() {
    happened("changed");
    for (const auto& listing : refresher_->listings()) {
      if (listing.reach == catalogue::Reach::up) happened(listing.upstream + " is up");
      if (listing.reach == catalogue::Reach::failing) happened(listing.upstream + " is failing");
    }
  }
  void happened(std::string event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    more_.notify_all();
  }
  [[nodiscard]] std::ptrdiff_t times(const std::string& event) {
    const std::lock_guard lock(mutex_);
    return std::ranges::count(events_, event);
  }
  [[nodiscard]] bool await(const std::string& event, std::ptrdiff_t times = 1) {
    std::unique_lock lock(mutex_);
    return more_.wait_for(lock, 30s, [&] { return std::ranges::count(events_, event) >= times; });
  }

  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<std::string> events_;
  http::Settings server_settings_;
  net::WorkerPool pool_{1};
  std::unique_ptr<Refresher> refresher_;
};

TEST_F(RefresherTest, TellsOfEachListAndOfChangesOnlyOnce) {
  thread_.call([this] { refresher_->apply(Settings{}, {upstream("well"), upstream("ill")}); });
  ASSERT_TRUE(await("well is up"));
  ASSERT_TRUE(await("ill is failing"));
  EXPECT_EQ(times("listed well"), 1);
  const auto changes = times("changed");

  for (const int time : {2, 3}) {
    thread_.call([this] { refresher_->refresh_now(); });
    ASSERT_TRUE(await("listed well", time));
  }
  thread_.run_queued();

  EXPECT_EQ(times("changed"), changes);
  EXPECT_EQ(times("listed ill"), 0);
}

}  // namespace
}  // namespace weir::discovery
