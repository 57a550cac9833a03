/// For tests: whole calls over real sockets. A server whose handler makes calls, a client, and
/// upstreams.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "gateway/call.hpp"
#include "gateway/fake_upstream_for_test.hpp"
#include "http/server_for_test.hpp"

namespace weir::gateway {

/// The calls that have ended, in order.
struct Seen {
  std::vector<CallRecord> records;
  std::vector<std::optional<Errc>> reasons;
};

class CallHandler final : public http::Handler {
 public:
  using MakeInput = std::function<CallInput(http::Exchange&, CallRecord&)>;
  CallHandler(Gateway& gateway, MakeInput make_input, Seen& seen)
      : gateway_(gateway), make_input_(std::move(make_input)), seen_(seen) {}

  bool takes_body(const http::Request&) override { return true; }
  http::Answer handle(http::Exchange& exchange) override {
    record_.reset();
    return call(exchange, std::make_unique<Call>(gateway_, make_input_(exchange, record_)));
  }
  http::Reply refuse(http::Exchange& exchange, Errc code) override {
    exchange.reason = code;
    return http::Reply::with_body(describe(code).status, std::string(describe(code).slug));
  }
  void finished(const http::Exchange& exchange) override {
    seen_.records.push_back(record_);
    seen_.reasons.push_back(exchange.reason);
  }

 private:
  net::Task<http::Outcome> call(http::Exchange& exchange, std::unique_ptr<Call> call) {
    auto running = call->run();
    co_await std::move(running);
    const auto* refusal = call->refusal();
    const bool is_gone = refusal != nullptr && refusal->code == Errc::client_left;
    if (refusal == nullptr || exchange.client->begun() || is_gone) co_return nullptr;
    const auto& why = refusal->plain.empty() ? refusal->message : refusal->plain;
    auto text = std::string(describe(refusal->code).slug) + ": " + why;
    auto reply = http::Reply::with_body(describe(refusal->code).status, std::move(text));
    reply.fields = refusal->fields;
    co_return std::make_unique<http::Reply>(std::move(reply));
  }

  Gateway& gateway_;
  MakeInput make_input_;
  Seen& seen_;
  CallRecord record_;
};

class CallFixture : public http::ServerFixture {
 protected:
  CallFixture() {
    calls_.retries = 2;
    calls_.idle_timeout = std::chrono::seconds(10);
    exchange_settings_.max_body_bytes = 1 << 20;
  }

  /// An upstream that knows the model as `theirs`. Before start().
  FakeUpstream& add(std::vector<FakeUpstream::Turn> turns, std::string model = "m") {
    auto& upstream = *upstreams_.emplace_back(std::make_unique<FakeUpstream>(std::move(turns)));
    add_at(upstream.port(), std::move(model));
    return upstream;
  }
  void add_at(std::uint16_t port, std::string model = "m") {
    Destination to;
    const auto name = fmt::format("u{}", destinations_.size());
    to.upstream = std::make_shared<upstream::Upstream>(
        upstream::Address{.name = name, .origin = {.host = "127.0.0.1", .port = port}, .tls = {}},
        calls_, 0);
    for (const auto endpoint : catalogue::all_endpoints()) {
      to.heads[static_cast<std::size_t>(endpoint)] =
          Secret(fmt::format("POST /v1{} HTTP/1.1\r\nHost: u\r\n", describe(endpoint).path));
    }
    to.priority = static_cast<int>(destinations_.size());
    to.connect_timeout = to.first_byte_timeout = to.total_timeout = std::chrono::seconds(10);
    destinations_.push_back(std::move(to));
    model_.routes.push_back({.upstream = name, .model = std::move(model), .listed = true});
  }

  void start(catalogue::Endpoint endpoint = catalogue::Endpoint::chat_completions) {
    model_.id = "m";
    model_.model_class.sub_types = describe(endpoint).sub_types;
    endpoint_ = endpoint;
    catalogue_ = std::make_shared<catalogue::Catalogue>(std::vector{model_}, 1);
    directory_ = std::make_shared<Directory>(destinations_, calls_, catalogue_->models());
    serve(exchange_settings_, [this](int) {
      return std::make_unique<CallHandler>(
          *gateway_, [this](auto& exchange, auto& record) { return input(exchange, record); },
          seen_);
    });
  }
  void TearDown() override {
    ServerFixture::TearDown();
    thread_.call([this] { gateway_.reset(); });
    thread_.run_queued();  // its connections are gone once their last events were handled
    upstreams_.clear();
  }

  CallInput input(http::Exchange& exchange, CallRecord& record) {
    return {.exchange = exchange,
            .record = record,
            .endpoint = endpoint_,
            .catalogue = catalogue_,
            .directory = directory_,
            .scope = std::make_shared<catalogue::Scope>(),
            .limiter = limiter_,
            .key_identity = "key_1",
            .fields = {}};
  }

  /// A request and all of its answer. The connection is closed after it.
  std::string post(std::string_view body, std::string_view fields = {}) {
    boost::asio::io_context context;
    net::Tcp::socket socket(context);
    socket.connect(server_->endpoint());
    const auto request = fmt::format(
        "POST /v1/x HTTP/1.1\r\nHost: w\r\nConnection: close\r\n{}Content-Length: {}\r\n\r\n{}",
        fields, body.size(), body);
    boost::asio::write(socket, boost::asio::buffer(request));
    std::string received;
    boost::system::error_code ignored;
    boost::asio::read(socket, boost::asio::dynamic_buffer(received), ignored);
    return received;
  }

  // State that later calls read is changed on their thread.

  void call_at(catalogue::Endpoint endpoint) {
    thread_.call([&] { endpoint_ = endpoint; });
  }
  void replace_directory() {
    thread_.call([&] {
      directory_ = std::make_shared<Directory>(destinations_, calls_, catalogue_->models());
    });
  }

  /// How the last call ended, as its handler was told.
  CallRecord last() {
    return thread_.call([this] { return seen_.records.back(); });
  }
  std::optional<Errc> last_reason() {
    return thread_.call([this] { return seen_.reasons.back(); });
  }

  upstream::Settings calls_;
  http::Settings exchange_settings_;
  std::vector<std::unique_ptr<FakeUpstream>> upstreams_;
  std::vector<Destination> destinations_;
  catalogue::Model model_;
  catalogue::Endpoint endpoint_ = catalogue::Endpoint::chat_completions;
  std::shared_ptr<const catalogue::Catalogue> catalogue_;
  std::shared_ptr<const Directory> directory_;
  std::shared_ptr<limit::KeyLimiter> limiter_ =
      std::make_shared<limit::KeyLimiter>(limit::Limits{});
  net::WorkerPool resolvers_{1};
  net::WorkerPool workers_{1};
  Shared shared_{RequestSeal(Secret("a pepper of some length, for tests")), resolvers_, workers_};
  usage::Recorder recorder_{64, registry_};
  std::unique_ptr<Gateway> gateway_ =
      std::make_unique<Gateway>(shared_, recorder_.add_cell(), registry_);
  Seen seen_;
};

}  // namespace weir::gateway
