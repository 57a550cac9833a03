#include "gateway/encoded_body.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "codec/decompress.hpp"

namespace weir::gateway {
namespace {

using State = codec::Decompressor::State;

constexpr std::size_t kStepBytes = 16 << 10;
// Decoded without a change of threads, in some 0.2 ms at most.
constexpr std::size_t kSmallEncodedBytes = 16 << 10;
constexpr std::size_t kSmallDecodedBytes = 64 << 10;

std::string problem_of(State state, codec::BodyCoding coding) {
  const auto name = codec::wire_name(coding);
  switch (state) {
    case State::partial:
      return fmt::format("The request body ends before its {} data is complete.", name);
    case State::trailing:
      return fmt::format("The request body has bytes after the end of its {} data.", name);
    case State::corrupt:
      return fmt::format("The request body is not valid {}, as its Content-Encoding says.", name);
    case State::whole:
      break;
  }
  return {};
}

/// Decodes the rest without keeping it, so that the caller knows how much to wait for.
Result<> measure(codec::Decompressor& decoder, std::string_view bytes, std::size_t total,
                 const EncodedBody& body) {
  std::array<char, kStepBytes> room;
  while (const auto size = decoder.decode(bytes, room)) {
    if (body.is_over->load(std::memory_order_relaxed)) return fail(Errc::client_left);
    if (size > body.most - total) return fail(Errc::payload_too_large, "once decoded");
    total += size;
  }
  if (decoder.state() != State::whole) {
    return fail(Errc::invalid_parameter, problem_of(decoder.state(), body.coding));
  }
  if (body.needed != nullptr) *body.needed = total;
  return fail(Errc::overloaded, "calls.buffer_bytes is reached");
}

Result<> decode_onto(std::string& text, const EncodedBody& body) {
  codec::Decompressor decoder(body.coding);
  std::array<char, kStepBytes> room;
  auto bytes = body.bytes;
  while (const auto size = decoder.decode(bytes, room)) {
    if (body.is_over->load(std::memory_order_relaxed)) return fail(Errc::client_left);
    if (size > body.most - text.size()) return fail(Errc::payload_too_large, "once decoded");
    if (!body.is_held && !body.held->add(size)) {
      return measure(decoder, bytes, text.size() + size, body);
    }
    text.append(room.data(), size);
  }
  if (decoder.state() == State::whole) return {};
  return fail(Errc::invalid_parameter, problem_of(decoder.state(), body.coding));
}

Result<std::string> decode(const EncodedBody& body) {
  std::string text;
  if (auto decoded = decode_onto(text, body); !decoded) {
    if (!body.is_held) body.held->release(text.size());
    return std::unexpected(std::move(decoded.error()));
  }
  return text;
}

}  // namespace

net::Task<Result<std::string>> decode_body(net::WorkerPool& workers, EncodedBody body) {
  if (body.bytes.empty()) co_return std::string();
  if (body.bytes.size() <= kSmallEncodedBytes) {
    auto small = body;
    small.most = std::min(body.most, kSmallDecodedBytes);
    auto decoded = decode(small);
    const bool is_larger = !decoded && decoded.error().code == Errc::payload_too_large;
    if (!is_larger || small.most == body.most) co_return decoded;
  }
  auto work = [body]() -> Result<std::string> {
    if (body.is_over->load(std::memory_order_relaxed)) return fail(Errc::client_left);
    if (monotonic_now() > body.latest_start) return fail(Errc::overloaded, "no worker was free");
    return decode(body);
  };
  auto working = workers.run(std::move(work));
  co_return co_await std::move(working);
}

}  // namespace weir::gateway
