#include "http/websocket_frame.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "codec/utf8.hpp"

namespace weir::http {
namespace {

constexpr std::size_t kMaxControlBytes = 125;
constexpr unsigned kFinalBit = 0x80;
constexpr unsigned kReservedBits = 0x70;
constexpr unsigned kOpcodeBits = 0x0F;
constexpr unsigned kMaskBit = 0x80;
constexpr unsigned kLengthBits = 0x7F;
constexpr unsigned kLength16 = 126;
constexpr unsigned kLength64 = 127;
constexpr std::size_t kMaskBytes = 4;
constexpr std::size_t kKeptBytes = 4096;  // of memory, from one message to the next

unsigned byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) number = number << 8U | byte_at(bytes, i);
  return number;
}

void append_big_endian(std::string& out, std::uint64_t number, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0;) out += static_cast<char>(number >> 8U * i & 0xFFU);
}

std::size_t length_bytes(unsigned second) {
  const auto length = second & kLengthBits;
  if (length == kLength64) return 8;
  return length == kLength16 ? 2 : 0;
}

// The length of a head with this second byte.
std::size_t head_bytes(unsigned second) {
  return 2 + length_bytes(second) + ((second & kMaskBit) != 0 ? kMaskBytes : 0);
}

bool is_known(unsigned opcode) {
  return opcode <= static_cast<unsigned>(Opcode::binary) ||
         (opcode >= static_cast<unsigned>(Opcode::close) &&
          opcode <= static_cast<unsigned>(Opcode::pong));
}

// `mask`: its first byte, in memory, is that of the first byte here. Returns it as it is behind the
// last.
std::uint32_t apply_mask(char* bytes, std::size_t size, std::uint32_t mask) {
  const std::uint64_t wide = std::uint64_t{mask} << 32U | mask;
  std::size_t at = 0;
  for (; at + sizeof(wide) <= size; at += sizeof(wide)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + at, sizeof(word));
    word ^= wide;
    std::memcpy(bytes + at, &word, sizeof(word));
  }
  for (; at < size; ++at) {
    char first = 0;
    std::memcpy(&first, &mask, 1);
    bytes[at] = static_cast<char>(bytes[at] ^ first);
    mask = std::endian::native == std::endian::little ? std::rotr(mask, 8) : std::rotl(mask, 8);
  }
  return mask;
}

}  // namespace

std::expected<std::optional<WebSocketMessage>, FrameFault> WebSocketReader::next(
    std::string_view& bytes) {
  for (;;) {
    if (!in_frame_) {
      const auto whole = take_head(bytes);
      if (!whole) return std::unexpected(whole.error());
      if (!*whole) return std::nullopt;
    }
    take_payload(bytes);
    if (frame_.left > 0) return std::nullopt;
    in_frame_ = false;
    if (is_control(frame_.opcode) || frame_.is_final) return end();
  }
}

std::expected<bool, FrameFault> WebSocketReader::take_head(std::string_view& bytes) {
  std::size_t needed = head_.size() < 2 ? 2 : head_bytes(byte_at(head_, 1));
  while (head_.size() < needed) {
    const auto taken = bytes.substr(0, needed - head_.size());
    if (taken.empty()) return false;
    head_ += taken;
    bytes.remove_prefix(taken.size());
    if (head_.size() == 2) needed = head_bytes(byte_at(head_, 1));
  }
  if (const auto fault = begin(head_)) return std::unexpected(*fault);
  head_.clear();
  in_frame_ = true;
  return true;
}

std::optional<FrameFault> WebSocketReader::begin(std::string_view head) {
  using enum CloseCode;
  const auto first = byte_at(head, 0);
  const auto second = byte_at(head, 1);
  if ((first & kReservedBits) != 0) return FrameFault{protocol_error, "A reserved bit is set."};
  if (!is_known(first & kOpcodeBits)) return FrameFault{protocol_error, "The opcode is unknown."};
  frame_.opcode = static_cast<Opcode>(first & kOpcodeBits);
  frame_.is_final = (first & kFinalBit) != 0;
  const auto size = length_bytes(second);
  frame_.left = size == 0 ? second & kLengthBits : big_endian(head.substr(2, size));
  const bool is_longer_than_needed =
      (size == 2 && frame_.left < kLength16) || (size == 8 && frame_.left <= UINT16_MAX);
  if (is_longer_than_needed) return FrameFault{protocol_error, "The length is not minimal."};
  const bool is_masked = (second & kMaskBit) != 0;
  if (is_masked) {
    std::memcpy(&frame_.mask, head.data() + head.size() - kMaskBytes, kMaskBytes);
  } else {
    frame_.mask = 0;
  }
  if (const auto fault = check(is_masked)) return fault;
  if (is_control(frame_.opcode)) {
    control_.clear();
    return std::nullopt;
  }
  if (frame_.opcode != Opcode::continuation) {
    release_buffers();
    message_.clear();
    open_ = frame_.opcode;
  }
  const auto room = max_message_bytes_ - std::min(message_.size(), max_message_bytes_);
  if (frame_.left > room) return FrameFault{too_big, "The message is too large."};
  return std::nullopt;
}

std::optional<FrameFault> WebSocketReader::check(bool is_masked) const {
  const auto fault = [](std::string_view why) {
    return FrameFault{CloseCode::protocol_error, why};
  };
  if (is_masked != (peer_ == Peer::client)) {
    return fault(is_masked ? "A frame of a server is masked."
                           : "A frame of a client is not masked.");
  }
  if (is_control(frame_.opcode)) {
    if (!frame_.is_final) return fault("A control frame is fragmented.");
    if (frame_.left > kMaxControlBytes) return fault("A control frame is too large.");
    return std::nullopt;
  }
  const bool continues = frame_.opcode == Opcode::continuation;
  if (continues && !open_) return fault("A fragment continues no message.");
  if (!continues && open_) return fault("A message begins within another.");
  return std::nullopt;
}

void WebSocketReader::take_payload(std::string_view& bytes) {
  const auto piece =
      bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(frame_.left, bytes.size())));
  auto& to = is_control(frame_.opcode) ? control_ : message_;
  const auto before = to.size();
  to += piece;
  if (peer_ == Peer::client) {
    frame_.mask = apply_mask(to.data() + before, piece.size(), frame_.mask);
  }
  frame_.left -= piece.size();
  bytes.remove_prefix(piece.size());
}

WebSocketMessage WebSocketReader::end() {
  if (is_control(frame_.opcode)) return {frame_.opcode, control_};
  const auto opcode = *open_;
  open_.reset();
  return {opcode, message_};
}

void WebSocketReader::release_buffers() {
  if (message_.capacity() > kKeptBytes && !open_) std::string().swap(message_);
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload,
                  std::optional<std::uint32_t> mask) {
  out += static_cast<char>(kFinalBit | static_cast<unsigned>(opcode));
  const unsigned mask_bit = mask ? kMaskBit : 0;
  if (payload.size() < kLength16) {
    out += static_cast<char>(mask_bit | payload.size());
  } else if (payload.size() <= UINT16_MAX) {
    out += static_cast<char>(mask_bit | kLength16);
    append_big_endian(out, payload.size(), 2);
  } else {
    out += static_cast<char>(mask_bit | kLength64);
    append_big_endian(out, payload.size(), 8);
  }
  if (mask) {
    std::array<char, kMaskBytes> key{};
    std::memcpy(key.data(), &*mask, kMaskBytes);
    out.append(key.data(), key.size());
  }
  const auto at = out.size();
  out += payload;
  if (mask) apply_mask(out.data() + at, payload.size(), *mask);
}

void empty_buffer(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeptBytes) std::string().swap(buffer);
}

std::string close_payload(CloseCode code, std::string_view reason) {
  std::string payload;
  append_big_endian(payload, static_cast<std::uint16_t>(code), 2);
  payload += codec::utf8_prefix(reason, kMaxControlBytes - payload.size());
  return payload;
}

bool is_close_payload(std::string_view payload) {
  if (payload.empty()) return true;
  if (payload.size() < 2) return false;
  const auto code = big_endian(payload.substr(0, 2));
  constexpr std::array<std::uint64_t, 3> kUnsent = {1004, 1005, 1006};
  const bool is_defined =
      code >= 1000 && code <= 1014 && std::ranges::find(kUnsent, code) == kUnsent.end();
  return (is_defined || (code >= 3000 && code <= 4999)) && codec::is_utf8(payload.substr(2));
}

}  // namespace weir::http
