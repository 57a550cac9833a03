#include "api/websocket.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "codec/field_list.hpp"

namespace weir::api {
namespace {

// A list of protocols, each with an optional version.
bool names_websocket(std::string_view value) {
  return !codec::for_each_element(value, [](std::string_view protocol) {
    return !equals_ignoring_case(protocol.substr(0, protocol.find_first_of(" \t/")), "websocket");
  });
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
