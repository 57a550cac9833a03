#include "http/websocket_handshake.hpp"

#include <algorithm>
#include <array>

#include <openssl/sha.h>

#include "base/ascii.hpp"
#include "codec/base64.hpp"
#include "codec/field_list.hpp"
#include "http/reply.hpp"

namespace weir::http {
namespace {

constexpr std::string_view kUpgrade = "upgrade";
constexpr std::string_view kWebSocket = "websocket";
constexpr std::string_view kKey = "sec-websocket-key";
constexpr std::string_view kVersion = "sec-websocket-version";
constexpr std::string_view kProtocol = "sec-websocket-protocol";
constexpr std::string_view kAccept = "sec-websocket-accept";
constexpr std::string_view kExtensions = "sec-websocket-extensions";
constexpr std::size_t kKeyBytes = 16;

// A list of protocols, each with an optional version.
bool names_websocket(std::string_view value) {
  return !codec::for_each_element(value, [](std::string_view protocol) {
    return !equals_ignoring_case(protocol.substr(0, protocol.find_first_of(" \t/")), kWebSocket);
  });
}

bool lists(std::string_view value, std::string_view option) {
  return !codec::for_each_element(
      value, [&](std::string_view element) { return !equals_ignoring_case(element, option); });
}

bool has_option(const std::vector<Field>& fields, std::string_view name, std::string_view option) {
  return std::ranges::any_of(fields, [&](const Field& field) {
    return equals_ignoring_case(field.name, name) && lists(field.value, option);
  });
}

// Empty unless there is exactly one.
std::string_view only(const std::vector<Field>& fields, std::string_view name) {
  std::string_view value;
  int count = 0;
  for (const Field& field : fields) {
    if (!equals_ignoring_case(field.name, name)) continue;
    value = field.value;
    ++count;
  }
  return count == 1 ? value : std::string_view{};
}

template <class Wanted>
std::string_view first_subprotocol(const Request& request, const Wanted& is_wanted) {
  std::string_view found;
  for (const Field& field : request.fields) {
    if (!equals_ignoring_case(field.name, kProtocol)) continue;
    const bool is_absent = codec::for_each_element(field.value, [&](std::string_view name) {
      if (is_wanted(name)) found = name;
      return found.empty();
    });
    if (!is_absent) break;
  }
  return found;
}

}  // namespace

bool asks_for_websocket(const Request& request) {
  if (request.method != Method::get) return false;
  return std::ranges::any_of(request.fields, [](const Field& field) {
    return equals_ignoring_case(field.name, kUpgrade) && names_websocket(field.value);
  });
}

std::string_view handshake_problem(const Request& request) {
  if (request.minor_version == 0) return "A WebSocket needs HTTP/1.1.";
  if (!has_option(request.fields, "connection", kUpgrade)) {
    return "A WebSocket needs the field Connection: Upgrade.";
  }
  if (only(request.fields, kVersion) != "13") {
    return "A WebSocket needs the field Sec-WebSocket-Version: 13.";
  }
  const auto key = codec::parse_base64(only(request.fields, kKey));
  if (!key || key->size() != kKeyBytes) {
    return "A WebSocket needs the field Sec-WebSocket-Key with 16 bytes in base64.";
  }
  return request.has_body ? "A WebSocket's handshake has no body." : std::string_view{};
}

std::string_view websocket_key(const Request& request) { return only(request.fields, kKey); }

std::string_view find_subprotocol(const Request& request, std::string_view prefix) {
  return first_subprotocol(request, [&](auto name) { return name.starts_with(prefix); });
}

bool offers_subprotocol(const Request& request, std::string_view name) {
  return !first_subprotocol(request, [&](auto offered) { return offered == name; }).empty();
}

std::string accept_of(std::string_view key) {
  constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const auto text = std::string(key).append(kGuid);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return codec::format_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string request_fields(std::string_view key, std::string_view subprotocol) {
  std::string fields =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: ";
  fields.append(key).append("\r\n");
  if (!subprotocol.empty()) {
    fields.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
  }
  return fields;
}

std::string accept_fields(std::string_view key, std::string_view subprotocol) {
  std::string fields = "Upgrade: websocket\r\nSec-WebSocket-Accept: ";
  fields.append(accept_of(key)).append("\r\n");
  if (!subprotocol.empty()) {
    fields.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
  }
  return fields;
}

const char* accept_problem(const ResponseHead& head, std::string_view key,
                           std::string_view subprotocol) {
  if (head.status != kSwitchingProtocols) return "no WebSocket: the status is not 101";
  if (!equals_ignoring_case(only(head.fields, kUpgrade), kWebSocket)) {
    return "no WebSocket: Upgrade does not name it";
  }
  if (!has_option(head.fields, "connection", kUpgrade)) {
    return "no WebSocket: Connection does not name Upgrade";
  }
  if (only(head.fields, kAccept) != accept_of(key)) {
    return "no WebSocket: Sec-WebSocket-Accept is wrong";
  }
  if (!head.header(kExtensions).empty()) return "a WebSocket extension that was not offered";
  const auto chosen = head.header(kProtocol);
  if (!chosen.empty() && chosen != subprotocol) {
    return "a WebSocket subprotocol that was not offered";
  }
  return nullptr;
}

}  // namespace weir::http
