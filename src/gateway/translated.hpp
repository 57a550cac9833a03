/// A call for an upstream that does not speak the client's API, in words that it does.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "gateway/call_context.hpp"
#include "gateway/choice.hpp"
#include "gateway/held_bytes.hpp"
#include "gateway/received.hpp"
#include "gateway/refusal.hpp"
#include "translation/answer_stream.hpp"

namespace weir::gateway {

/// Lifetime: that of an attempt; the call's record outlives it.
struct Translated {
  std::string body;    ///< of the request
  bool asks_usage;     ///< and asks for the usage of a stream
  std::string fields;  ///< for the client: complete lines that say so
  translation::AnswerStream answer;
  HeldBytes held;  ///< `body`, and what the answer keeps

  /// False: the bound of all bodies is reached.
  [[nodiscard]] bool hold() { return held.resize(body.size() + answer.held_bytes()); }
  /// Releases the request, which is not needed any more.
  void release_body() {
    std::string().swap(body);
    [[maybe_unused]] const bool is_less = hold();
  }
};

/// REQUIRES: `choice` names another endpoint than the call's, and `received` is whole.
/// A large body is read by a worker. Errors: invalid_parameter, for what cannot be said there;
/// overloaded, if the bound of all
/// bodies leaves no room in time; client_left and stopping during that wait.
[[nodiscard]] net::Task<std::expected<std::unique_ptr<Translated>, Refusal>> translate_call(
    CallContext& context, const catalogue::Model& asked, Choice choice, const Received& received,
    bool asks_usage);

}  // namespace weir::gateway
