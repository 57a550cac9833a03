#include "http/websocket_frame.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weir::http {
namespace {

using namespace std::string_literals;
using Peer = WebSocketReader::Peer;

constexpr std::size_t kMost = 70'000;

struct Read {
  std::vector<std::string> messages;  ///< each with its opcode as a digit in front
  std::string fault;
};

// In pieces of `piece` bytes.
Read read_all(Peer peer, std::string_view bytes, std::size_t piece, std::size_t most = kMost) {
  WebSocketReader reader(peer, most);
  Read read;
  while (!bytes.empty()) {
    auto some = bytes.substr(0, piece);
    bytes.remove_prefix(some.size());
    while (!some.empty()) {
      const auto message = reader.next(some);
      if (!message) {
        read.fault = message.error().why;
        return read;
      }
      if (!*message) break;
      read.messages.push_back(std::to_string(static_cast<int>((*message)->opcode)) +
                              std::string((*message)->payload));
    }
  }
  return read;
}

std::string frame(Opcode opcode, std::string_view payload, std::optional<std::uint32_t> mask = {}) {
  std::string bytes;
  append_frame(bytes, opcode, payload, mask);
  return bytes;
}

constexpr std::size_t kPieces[] = {1, 2, 3, 5, 7, 64, 1'000'000};

// Source: the examples of RFC 6455 §5.7.
TEST(WebSocketReader, ReadsTheExamplesOfTheRfc) {
  struct Case {
    Peer peer;
    std::string bytes;
    std::vector<std::string> messages;
  };
  const Case cases[] = {
      {Peer::server, "\x81\x05Hello", {"1Hello"}},
      {Peer::client, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", {"1Hello"}},
      {Peer::server, "\x01\x03Hel\x80\x02lo", {"1Hello"}},
      {Peer::server, "\x89\x05Hello", {"9Hello"}},
      {Peer::client, "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", {"10Hello"}},
      {Peer::server, "\x82\x7e\x01\x00"s + std::string(256, 'x'), {"2" + std::string(256, 'x')}},
      {Peer::server,
       "\x82\x7f\0\0\0\0\0\x01\0\0"s + std::string(65536, 'x'),
       {"2" + std::string(65536, 'x')}},
  };
  for (const auto& test : cases) {
    for (const auto piece : kPieces) {
      const auto read = read_all(test.peer, test.bytes, piece);
      EXPECT_EQ(read.messages, test.messages) << piece;
      EXPECT_EQ(read.fault, "");
    }
  }
}

TEST(WebSocketReader, ReadsWhatIsWritten) {
  constexpr std::uint32_t kMask = 0xA1B2C3D4;
  for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 125U, 126U, 127U, 1000U, 65535U, 65536U}) {
    const std::string payload(size, 'a');
    const std::vector<std::string> expected{"1" + payload, "8bye"};
    for (const auto piece : kPieces) {
      if (piece < 7 && size > 1000) continue;
      const auto from_server = frame(Opcode::text, payload) + frame(Opcode::close, "bye");
      EXPECT_EQ(read_all(Peer::server, from_server, piece).messages, expected);
      const auto from_client =
          frame(Opcode::text, payload, kMask) + frame(Opcode::close, "bye", kMask);
      EXPECT_EQ(read_all(Peer::client, from_client, piece).messages, expected);
    }
  }
}

TEST(WebSocketReader, ControlFramesMayComeBetweenFragments) {
  const auto bytes = "\x01\x02He"s + frame(Opcode::ping, "?") + "\x00\x01l"s +
                     frame(Opcode::pong, "!") + "\x80\x02lo"s;
  const std::vector<std::string> expected{"9?", "10!", "1Hello"};
  for (const auto piece : kPieces) {
    EXPECT_EQ(read_all(Peer::server, bytes, piece).messages, expected);
  }
}

TEST(WebSocketReader, RefusesWhatTheRfcForbids) {
  struct Case {
    Peer peer;
    std::string bytes;
    const char* fault;
  };
  const Case cases[] = {
      {Peer::client, "\x81\x05Hello", "A frame of a client is not masked."},
      {Peer::server, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
       "A frame of a server is masked."},
      {Peer::server, "\xc1\x05Hello", "A reserved bit is set."},
      {Peer::server, "\xa1\x05Hello", "A reserved bit is set."},
      {Peer::server, "\x91\x05Hello", "A reserved bit is set."},
      {Peer::server, "\x83\x05Hello", "The opcode is unknown."},
      {Peer::server, "\x8b\x05Hello", "The opcode is unknown."},
      {Peer::server, "\x09\x05Hello", "A control frame is fragmented."},
      {Peer::server, "\x89\x7e\x00\x7e"s, "A control frame is too large."},
      {Peer::server, "\x80\x05Hello", "A fragment continues no message."},
      {Peer::server, "\x01\x01H\x81\x01i", "A message begins within another."},
      {Peer::server, "\x81\x7e\x00\x05Hello"s, "The length is not minimal."},
      {Peer::server, "\x81\x7f\0\0\0\0\0\0\x01\0"s, "The length is not minimal."},
      {Peer::server, "\x81\x7f\x80\0\0\0\0\0\0\0"s, "The message is too large."},
      {Peer::server, "\x81\x7f\0\0\0\0\0\x01\x11\x71"s, "The message is too large."},
  };
  for (const auto& test : cases) {
    for (const auto piece : kPieces) {
      EXPECT_EQ(read_all(test.peer, test.bytes, piece).fault, test.fault);
    }
  }
}

TEST(WebSocketReader, TheBoundIsOfAWholeMessage) {
  const auto bytes = "\x01\x03Hel\x80\x03lo!"s;
  EXPECT_EQ(read_all(Peer::server, bytes, 1, 6).messages, (std::vector<std::string>{"1Hello!"}));
  EXPECT_EQ(read_all(Peer::server, bytes, 1, 5).fault, "The message is too large.");
}

TEST(WebSocketReader, ReleasesTheMemoryOfALargeMessage) {
  WebSocketReader reader(Peer::server, kMost);
  const auto bytes = frame(Opcode::text, std::string(60'000, 'x'));
  std::string_view left = bytes;
  ASSERT_TRUE(reader.next(left).has_value());
  reader.release_buffers();
  EXPECT_LT(reader.held_bytes(), 100U);
}

TEST(ClosePayload, HasACodeAndAReasonThatFits) {
  EXPECT_EQ(close_payload(CloseCode::going_away, "bye"),
            "\x03\xe9"
            "bye"s);
  EXPECT_EQ(close_payload(CloseCode::normal, std::string(200, 'x')).size(), 125U);
  for (const auto& payload : {""s, "\x03\xe8"s, "\x0b\xb8 own"s}) {
    EXPECT_TRUE(is_close_payload(payload));
  }
  for (const auto& payload : {"\x03"s, "\x03\xed"s, "\x00\x01"s, "\x03\xe8\xff"s, "\x13\x88"s}) {
    EXPECT_FALSE(is_close_payload(payload));
  }
}

}  // namespace
}  // namespace weir::http
