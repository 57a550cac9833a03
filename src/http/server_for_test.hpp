/// A server on its own thread and port, for tests of handlers and clients.
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "http/server.hpp"
#include "net/io_thread.hpp"
#include "telemetry/metrics.hpp"

namespace weir::http {

/// The server ends with TearDown, so it may use members of a derived fixture.
class ServerFixture : public ::testing::Test {
 protected:
  /// REQUIRES: `settings` stay until TearDown.
  void serve(const Settings& settings, const MakeHandler& make_handler) {
    const auto most = settings.max_connections > 0 ? settings.max_connections : 4096;
    auto opened =
        Server::open("test", "127.0.0.1:0", settings, most, {&thread_}, make_handler, registry_);
    ASSERT_TRUE(opened) << opened.error().text();
    server_ = std::move(*opened);
    server_->start();
  }
  void TearDown() override {
    if (server_) server_->stop(std::chrono::seconds(1));
    server_.reset();
  }

  telemetry::Registry registry_;
  net::IoThread thread_{"test-io"};
  std::unique_ptr<Server> server_;
};

}  // namespace weir::http
