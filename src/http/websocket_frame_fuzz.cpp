#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "http/websocket_frame.hpp"

namespace {

using weir::http::is_control;
using weir::http::Opcode;
using weir::http::WebSocketReader;

constexpr std::size_t kMost = 1024;

struct Message {
  Opcode opcode;
  std::string payload;
  bool operator==(const Message&) const = default;
};

struct Read {
  std::vector<Message> messages;
  std::string_view fault;
  bool operator==(const Read&) const = default;
};

Read read(WebSocketReader::Peer peer, std::string_view text, std::size_t piece_bytes) {
  WebSocketReader reader(peer, kMost);
  Read all;
  while (!text.empty()) {
    auto piece = text.substr(0, piece_bytes);
    text.remove_prefix(piece.size());
    for (;;) {
      const auto message = reader.next(piece);
      if (!message) {
        all.fault = message.error().why;
        CHECK(!all.fault.empty());
        return all;
      }
      if (!*message) break;
      all.messages.push_back({(*message)->opcode, std::string((*message)->payload)});
    }
    CHECK(piece.empty());
  }
  return all;
}

// Messages that are written and read again are the same.
void check_round(const Read& first, WebSocketReader::Peer peer) {
  std::string written;
  constexpr std::uint32_t kMask = 0x01020304;
  const bool is_masked = peer == WebSocketReader::Peer::client;
  for (const auto& message : first.messages) {
    CHECK(message.opcode != Opcode::continuation);
    CHECK(message.payload.size() <= (is_control(message.opcode) ? 125 : kMost));
    append_frame(written, message.opcode, message.payload,
                 is_masked ? std::optional(kMask) : std::nullopt);
  }
  CHECK(read(peer, written, written.size() + 1).messages == first.messages);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto peer : {WebSocketReader::Peer::client, WebSocketReader::Peer::server}) {
    const auto whole = read(peer, text, size + 1);
    CHECK(read(peer, text, 1) == whole);
    CHECK(read(peer, text, 3) == whole);
    check_round(whole, peer);
  }
  return 0;
}
