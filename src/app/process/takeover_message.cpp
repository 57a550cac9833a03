#include "app/process/takeover_message.hpp"

#include <optional>

#include <fmt/format.h>

#include "app/command_line/number.hpp"
#include "base/ascii.hpp"

namespace weir::app {
namespace {

constexpr std::string_view kProtocol = "weir-takeover/1";
constexpr std::int64_t kMaxSockets = 1024;

std::optional<std::size_t> parse_count(std::string_view text) {
  const auto count = parse_number(text);
  if (!count || *count < 0 || *count > kMaxSockets) return std::nullopt;
  return static_cast<std::size_t>(*count);
}

std::unexpected<Error> malformed(std::string_view packet) {
  return fail(Errc::malformed_request,
              fmt::format("not a {} message: \"{}\"", kProtocol, packet.substr(0, 100)));
}

struct Format {
  std::string operator()(const Hello& m) const { return fmt::format("hello {}", m.version); }
  std::string operator()(const PassedListener& m) const {
    return fmt::format("listener {} {}", m.name, m.sockets);
  }
  std::string operator()(const Complete& m) const { return fmt::format("complete {}", m.sockets); }
  std::string operator()(const Refused& m) const { return fmt::format("refused {}", m.why); }
  std::string operator()(const Ready&) const { return "ready"; }
  std::string operator()(const Leaving&) const { return "leaving"; }
};

}  // namespace

std::string format_takeover(const TakeoverMessage& message) {
  return fmt::format("{} {}", kProtocol, std::visit(Format{}, message));
}

Result<TakeoverMessage> parse_takeover(std::string_view packet) {
  auto rest = packet;
  const auto protocol = take_word(rest);
  if (protocol != kProtocol) {
    if (!protocol.starts_with("weir-takeover/")) return malformed(packet);
    return fail(Errc::malformed_request,
                fmt::format("the other server uses {}, this one {}; stop it and start this one",
                            protocol, kProtocol));
  }
  const auto word = take_word(rest);
  if (word == "hello" && !rest.empty()) return Hello{std::string(rest)};
  if (word == "refused" && !rest.empty()) return Refused{std::string(rest)};
  if (word == "ready" && rest.empty()) return Ready{};
  if (word == "leaving" && rest.empty()) return Leaving{};
  if (word == "complete") {
    if (const auto count = parse_count(rest)) return Complete{*count};
  }
  if (word == "listener") {
    const auto name = take_word(rest);
    const auto count = parse_count(rest);
    if (!name.empty() && count) return PassedListener{std::string(name), *count};
  }
  return malformed(packet);
}

}  // namespace weir::app
