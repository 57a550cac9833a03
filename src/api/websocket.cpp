#include "api/websocket.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"

namespace weir::api {
namespace {

// A list of protocols, each with an optional version.
bool names_websocket(std::string_view value) {
  while (!value.empty()) {
    const auto comma = std::min(value.find(','), value.size());
    auto protocol = value.substr(0, comma);
    protocol.remove_prefix(std::min(protocol.find_first_not_of(" \t"), protocol.size()));
    protocol = protocol.substr(0, std::min(protocol.find_first_of(" \t/"), protocol.size()));
    if (equals_ignoring_case(protocol, "websocket")) return true;
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return false;
}

}  // namespace

bool asks_for_websocket(const http::Request& request) {
  if (request.method != http::Method::get) return false;
  return std::ranges::any_of(request.fields, [](const http::Field& field) {
    return equals_ignoring_case(field.name, "upgrade") && names_websocket(field.value);
  });
}

http::Reply as_upgrade_required(http::Reply reply) {
  constexpr int kUpgradeRequired = 426;
  reply.status = kUpgradeRequired;
  reply.fields += "Connection: Upgrade\r\nUpgrade: HTTP/1.1\r\n";
  return reply;
}

bool is_websocket_path(std::string_view path) {
  constexpr std::array<std::string_view, 2> kPaths = {"/v1/realtime", "/realtime"};
  return std::ranges::find(kPaths, path) != kPaths.end();
}

}  // namespace weir::api
