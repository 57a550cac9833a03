#include "redis/share_client.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include <boost/asio/post.hpp>

#include "redis/share_messages.hpp"
#include "telemetry/log.hpp"

namespace weir::redis {
namespace {

constexpr std::chrono::milliseconds kRetry{200};
/// One prefix for all keys, with a tag that keeps them on one server of a cluster.
constexpr auto kPrefix = "{weir}";

std::string run_of(std::string_view info) {
  constexpr std::string_view kField = "run_id:";
  const auto at = info.find(kField);
  if (at == info.npos) return {};
  const auto rest = info.substr(at + kField.size());
  return std::string(rest.substr(0, rest.find_first_of("\r\n")));
}

}  // namespace

ShareClient::ShareClient(const Settings& settings, limit::ShareLease& lease, net::Executor executor,
                         net::WorkerPool& pool, std::function<std::string()> make_name)
    : settings_(settings),
      url_(parse_url(settings.url.reveal()).value()),
      executor_(executor),
      pool_(pool),
      agent_({.when_away = settings.when_away}, lease, std::move(make_name)),
      woken_(executor) {}

ShareClient::~ShareClient() = default;

void ShareClient::trade(std::shared_ptr<limit::KeyLimiter> limiter, Done done) {
  boost::asio::post(executor_,
                    [this, limiter = std::move(limiter), done = std::move(done)]() mutable {
                      if (is_away_) return done(true);
                      agent_.need(limiter);
                      waiting_.push_back(std::move(done));
                      woken_.cancel();
                    });
}

void ShareClient::leave() {
  agent_.leave(monotonic_now());
  woken_.cancel();
}

void ShareClient::answer(std::vector<Done>& waiting, bool is_away) {
  for (auto& done : std::exchange(waiting, {})) done(is_away);
}

void ShareClient::report(bool is_away, const std::string& why) {
  if (std::exchange(is_away_, is_away) == is_away && was_reported_) return;
  was_reported_ = true;
  if (is_away) {
    telemetry::log_error("limits are not shared: the server of limits cannot be reached",
                         {{"server", url_.host}, {"detail", why}});
  } else {
    telemetry::log_info("limits are shared", {{"server", url_.host}, {"node", agent_.name()}});
  }
}

net::Task<> ShareClient::run() {
  while (!agent_.has_left()) {
    const auto began = monotonic_now();
    const auto deadline = began + 10 * settings_.timeout;
    Connection connection(url_, settings_.ca_file, pool_, executor_);
    auto opening = connection.open(deadline);
    const auto opened = co_await std::move(opening);
    bool is_ready = opened.has_value();
    if (is_ready) {
      auto greeting = greet(connection, deadline);
      is_ready = co_await std::move(greeting);
    }
    if (is_ready) {
      report(false, {});
      auto conversing = converse(connection);
      co_await std::move(conversing);
    } else {
      report(true, opened ? "it does not know scripts" : opened.error().text());
      agent_.on_away(began);
      answer(waiting_, true);
    }
    answer(trading_, false);
    auto closing = connection.close();
    co_await std::move(closing);
    if (agent_.has_left()) break;
    if (!is_ready) {
      auto pausing = pause(began + kRetry);
      co_await std::move(pausing);
    }
  }
  answer(waiting_, true);
}

net::Task<bool> ShareClient::greet(Connection& connection, MonotonicTime deadline) {
  std::vector<std::string> ask{"INFO", "server"};
  auto asking = connection.call(std::move(ask), deadline);
  const auto info = co_await std::move(asking);
  if (!info) co_return false;
  run_id_ = run_of(info->text);
  std::vector<std::string> load{"SCRIPT", "LOAD", std::string(shares_script())};
  auto loading = connection.call(std::move(load), deadline);
  const auto loaded = co_await std::move(loading);
  if (!loaded || loaded->kind != codec::RespValue::Kind::text) co_return false;
  script_ = loaded->text;
  co_return !run_id_.empty();
}

net::Task<> ShareClient::converse(Connection& connection) {
  while (!agent_.has_left()) {
    const auto now = monotonic_now();
    const auto command = agent_.next(now);
    if (!command) {
      answer(waiting_, false);  // nothing is lacking any more
      auto pausing = pause(agent_.due());
      co_await std::move(pausing);
      continue;
    }
    if (std::holds_alternative<shares::TradeMany>(*command)) {
      std::ranges::move(waiting_, std::back_inserter(trading_));
      waiting_.clear();
    }
    auto arguments = format_command(*command, run_id_);
    arguments.insert(arguments.begin(), {"EVALSHA", script_, "1", kPrefix});
    auto calling = connection.call(std::move(arguments), now + settings_.timeout);
    const auto value = co_await std::move(calling);
    if (!value) {
      agent_.on_lost(monotonic_now());
      co_return;
    }
    auto reply = parse_reply(*command, *value);
    const auto* why = std::get_if<shares::Rejection>(&reply);
    const bool is_invalid = why != nullptr && *why == shares::Rejection::invalid;
    if (is_invalid) {
      telemetry::log_warn("the server of limits gave an answer that makes no sense",
                          {{"server", url_.host}, {"detail", value->text}});
    }
    agent_.on_reply(std::move(reply), monotonic_now());
    answer(trading_, false);
    if (is_invalid) {
      auto pausing = pause(now + kRetry);
      co_await std::move(pausing);
      co_return;
    }
  }
}

net::Task<> ShareClient::pause(MonotonicTime until) {
  woken_.expires_at(std::max(until, monotonic_now()));
  const auto [error] = co_await woken_.async_wait(net::use_task);
  (void)error;
}

}  // namespace weir::redis
