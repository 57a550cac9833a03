/// One call on its way to an upstream and back. Each stage is a type; what one leaves for the next
/// is a value:
///
///   Received    its body, and what it asks for
///   Admitted    its model, and what was reserved for it
///   Attempt     one upstream, tried (RouteSearch); as many as are safe
///   Opening     the beginning of its answer, by which another one may be tried
///   Answering   the answer, made from the opening of one: there is no way back
///   Relay       the same of a realtime session
///   Settlement  what it is charged, however it ended
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gateway/admission.hpp"
#include "gateway/answering.hpp"
#include "gateway/call_context.hpp"
#include "gateway/gateway.hpp"
#include "gateway/opening.hpp"
#include "gateway/received.hpp"
#include "gateway/refusal.hpp"
#include "gateway/relay.hpp"
#include "gateway/session_client.hpp"
#include "gateway/settlement.hpp"
#include "gateway/waiting_comments.hpp"

namespace weir::gateway {

/// Threads:      its connection's.
/// Cancellation: a client that leaves ends whatever is waited for; accounting still runs.
class Call final {
 public:
  Call(Gateway& gateway, CallInput&& input);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() = default;

  /// Completes when the client has the answer, or cannot have it, or `refusal` says why there is
  /// none. Once.
  [[nodiscard]] net::Task<> run();
  /// Null: the client has its answer.
  [[nodiscard]] const Refusal* refusal() const { return refusal_.get(); }
  /// The tokens of the request, as they are estimated where no upstream counts them: the answer of
  /// an endpoint that does. Nothing: not the case.
  [[nodiscard]] std::optional<std::int64_t> estimated_tokens() const { return estimated_tokens_; }
  /// The fields of that answer: complete lines. Once.
  [[nodiscard]] std::string take_fields() { return std::move(context_.input.fields); }

 private:
  // False: the call is refused.

  [[nodiscard]] bool names_one_type();
  [[nodiscard]] bool can_decode();
  [[nodiscard]] net::Task<bool> receive();
  [[nodiscard]] net::Task<bool> receive_body();
  /// Accepts a realtime session whose model only its first event names.
  [[nodiscard]] net::Task<bool> receive_event();
  [[nodiscard]] bool read();
  [[nodiscard]] bool admit();
  /// Whether an upstream has begun to answer.
  [[nodiscard]] net::Task<bool> find_answer();
  /// Answers in the upstreams' place.
  void estimate();
  void begin_comments();
  /// Says in a stream that comments have begun why there is none.
  [[nodiscard]] net::Task<> tell_refusal();
  [[nodiscard]] net::Task<> refuse_session();
  void conclude();
  void end();

  void refuse(Refusal refusal) { refusal_ = std::make_unique<Refusal>(std::move(refusal)); }
  /// A request that could not be received or read.
  void refuse_request(const Error& error);

  CallContext context_;
  std::unique_ptr<Received> received_;  ///< null once a stream has begun
  std::optional<Admitted> admitted_;
  std::optional<Settlement> settlement_;
  std::unique_ptr<WaitingComments> comments_;  ///< null: none are wanted
  std::optional<Opening> opening_;
  std::optional<Answering> answering_;
  // Null: the call is not a session.
  std::unique_ptr<SessionClient> session_;
  std::unique_ptr<Relay> relay_;
  std::unique_ptr<Refusal> refusal_;
  std::optional<std::int64_t> estimated_tokens_;
};

}  // namespace weir::gateway
