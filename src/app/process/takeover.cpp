#include "app/process/takeover.hpp"

#include <algorithm>
#include <span>
#include <unistd.h>

#include <fmt/format.h>

#include "app/command_line/version.hpp"
#include "net/socket.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

using std::chrono::milliseconds;

// Time from receiving the sockets to being ready: opening the store, and requesting the upstreams'
// lists.
constexpr milliseconds kStartTime{60'000};
constexpr milliseconds kPoll{10};

std::unexpected<Error> no_takeover(std::string_view why) {
  return fail(Errc::config_invalid, fmt::format("cannot take over: {}", why));
}

std::unexpected<Error> out_of_order(std::string_view packet) {
  return fail(Errc::malformed_request, fmt::format("unexpected message: \"{}\"", packet));
}

Result<> pass_listener(const net::LocalSocket& to, const char* name, std::span<const int> sockets) {
  while (!sockets.empty()) {
    const auto part = sockets.first(std::min(sockets.size(), net::kMaxPassedDescriptors));
    auto sent = to.send(format_takeover(PassedListener{name, part.size()}), part);
    if (!sent) return sent;
    sockets = sockets.subspan(part.size());
  }
  return {};
}

}  // namespace

// ---- the new server

Result<std::optional<Successor>> Successor::ask(const std::string& path) {
  auto socket = net::LocalSocket::connect(path);
  if (!socket && socket.error().code == Errc::not_found) return std::optional<Successor>();
  if (!socket) return std::unexpected(std::move(socket.error()));
  if (socket->peer().uid != ::geteuid())
    return no_takeover("the running server belongs to another user");
  Successor successor(std::move(*socket));
  if (auto said = successor.socket_.send(format_takeover(Hello{std::string(version())})); !said) {
    return no_takeover(said.error().detail);
  }
  if (auto ok = successor.receive_sockets(); !ok) return no_takeover(ok.error().detail);
  return successor;
}

Result<TakeoverMessage> Successor::receive(std::vector<net::Descriptor>& beside,
                                           milliseconds patience) {
  auto packet = socket_.receive_within(patience);
  if (!packet) return std::unexpected(std::move(packet.error()));
  beside = std::move(packet->descriptors);
  return parse_takeover(packet->text);
}

Result<> Successor::receive_sockets() {
  for (std::size_t received = 0;;) {
    std::vector<net::Descriptor> beside;
    const auto message = receive(beside);
    if (!message) return std::unexpected(message.error());
    if (const auto* refused = std::get_if<Refused>(&*message)) {
      return fail(Errc::config_invalid, refused->why);
    }
    if (const auto* complete = std::get_if<Complete>(&*message)) {
      if (complete->sockets == received) return {};
      return fail(Errc::malformed_request,
                  fmt::format("received {} of {} sockets", received, complete->sockets));
    }
    const auto* passed = std::get_if<PassedListener>(&*message);
    if (passed == nullptr || passed->sockets != beside.size()) {
      return out_of_order(format_takeover(*message));
    }
    received += beside.size();
    // An unknown name is of a later version: closed here, the socket stays with the old server.
    auto* to = passed->name == kApiListener     ? &inherited_.api
               : passed->name == kAdminListener ? &inherited_.admin
                                                : nullptr;
    if (to != nullptr) std::ranges::move(beside, std::back_inserter(*to));
  }
}

Result<> Successor::announce(milliseconds patience) {
  // Errors show in the answer.
  [[maybe_unused]] const auto said = socket_.send(format_takeover(Ready{}));
  std::vector<net::Descriptor> beside;
  auto answer = receive(beside, patience);
  if (!answer && answer.error().code == Errc::deadline_exceeded) {
    // It may be answering right now: either the answer has arrived, or it can no longer be sent.
    socket_.hang_up();
    if (auto late = receive(beside)) answer = std::move(late);
  }
  if (!answer && answer.error().code == Errc::connection_lost) return {};
  if (!answer) return no_takeover(answer.error().detail);
  if (std::holds_alternative<Leaving>(*answer)) return {};
  if (const auto* refused = std::get_if<Refused>(&*answer)) return no_takeover(refused->why);
  return no_takeover(out_of_order(format_takeover(*answer)).error().detail);
}

// ---- the old server

net::Task<> Predecessor::run() {
  for (;;) {
    co_await listener_.readable();
    const auto asker = listener_.try_accept();
    if (!asker) {
      co_await net::wait_for(kPoll);  // without descriptors it cannot be accepted, and stays queued
      continue;
    }
    const auto peer = asker->peer();
    // The path's mode says the same, but a file system need not enforce it.
    if (peer.uid != ::geteuid()) {
      telemetry::log_warn("refused a takeover by another user", {{"uid", peer.uid}});
      continue;
    }
    const auto handed = co_await hand_over(*asker);
    if (handed) {
      leave_(peer.pid);
      co_return;
    }
    [[maybe_unused]] const auto told = asker->send(format_takeover(Refused{handed.error().detail}));
    telemetry::log_warn("takeover failed; this server continues",
                        {{"pid", peer.pid}, {"detail", handed.error().detail}});
  }
}

net::Task<Result<>> Predecessor::hand_over(const net::LocalSocket& to) {
  const auto hello = co_await receive(to, kAnswerTime);
  if (!hello) co_return std::unexpected(hello.error());
  if (!std::holds_alternative<Hello>(*hello)) co_return out_of_order(format_takeover(*hello));
  telemetry::log_info("takeover requested",
                      {{"pid", to.peer().pid}, {"version", std::get<Hello>(*hello).version}});
  if (auto passed = pass(to); !passed) co_return passed;
  const auto ready = co_await receive(to, kStartTime);
  if (!ready) co_return std::unexpected(ready.error());
  if (!std::holds_alternative<Ready>(*ready)) {
    co_return out_of_order(format_takeover(*ready));
  }
  // A successor that does not receive this does not serve either.
  co_return to.send(format_takeover(Leaving{}));
}

net::Task<Result<TakeoverMessage>> Predecessor::receive(const net::LocalSocket& from,
                                                        milliseconds time) {
  const auto deadline = monotonic_now() + time;
  for (;;) {
    const auto packet = from.try_receive();
    if (!packet) co_return std::unexpected(packet.error());
    if (*packet) co_return parse_takeover((*packet)->text);
    if (monotonic_now() >= deadline) {
      co_return fail(Errc::deadline_exceeded, fmt::format("no message within {} ms", time.count()));
    }
    co_await net::wait_for(kPoll);
  }
}

Result<> Predecessor::pass(const net::LocalSocket& to) const {
  if (auto sent = pass_listener(to, kApiListener, sockets_.api); !sent) return sent;
  if (auto sent = pass_listener(to, kAdminListener, sockets_.admin); !sent) return sent;
  return to.send(format_takeover(Complete{sockets_.api.size() + sockets_.admin.size()}));
}

}  // namespace weir::app
