/// A realtime session after both handshakes: whole messages, forwarded either way. There is no way
/// back to another upstream.
///
/// Two coroutines, one for each direction. A message waits until the last one of its direction is
/// sent, so that a slow side slows the other.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/admission.hpp"
#include "gateway/attempt.hpp"
#include "gateway/call_context.hpp"
#include "gateway/held_bytes.hpp"
#include "gateway/session_client.hpp"
#include "gateway/session_event.hpp"
#include "gateway/settlement.hpp"
#include "gateway/stored_ids.hpp"
#include "net/task_group.hpp"

namespace weir::gateway {

/// All of it outlives the relay.
struct RelayInput {
  CallContext& context;
  Admitted& admitted;
  Settlement& settlement;
  SessionClient& client;
  /// Null once the session has begun.
  std::unique_ptr<Received>& received;
};

/// Threads: the client's.
class Relay {
 public:
  /// `attempt`: its upstream has switched protocols. Outlives the relay.
  /// REQUIRES: no suspension since then.
  Relay(Attempt& attempt, const RelayInput& input);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay() = default;

  /// Completes when the session has ended. Once.
  [[nodiscard]] net::Task<> run();
  /// Concludes the attempt, after run(). Returns how it ended.
  [[nodiscard]] AttemptEnd conclude(MonotonicTime now);

 private:
  using ClientSent = http::ClientStream::Sent;
  using UpstreamSent = http::ServerStream::Sent;

  /// The last words to the client.
  struct Farewell {
    http::CloseCode code = http::CloseCode::normal;
    std::string reason = {};
    std::string event = {};
  };

  [[nodiscard]] http::ServerStream& upstream() { return attempt_.upstream(); }
  [[nodiscard]] http::ClientStream& client() { return input_.client.stream(); }
  [[nodiscard]] CallRecord& record() { return input_.context.record(); }

  void begin();
  [[nodiscard]] net::Task<> from_client();
  [[nodiscard]] net::Task<> from_upstream();
  // False: the session ends.

  [[nodiscard]] net::Task<bool> forward_to_upstream(http::WebSocketMessage message);
  [[nodiscard]] net::Task<bool> forward_to_client(http::WebSocketMessage message);

  /// The event as the upstream gets it. Nothing: the session ends.
  [[nodiscard]] std::optional<std::string_view> read_client_text(std::string_view text);
  [[nodiscard]] std::string_view read_upstream_text(std::string_view text);
  /// Appends the edit that names a response as the upstream does. False: the session ends.
  [[nodiscard]] bool open_id(const NamedModel& response, std::vector<Edit>& edits);
  void forget_ids();
  void count(const dialect::TokenUsage& usage);
  [[nodiscard]] bool hold_bytes();

  [[nodiscard]] UpstreamSent send_upstream(http::Opcode opcode, std::string_view payload);
  /// A message has passed.
  void touch();
  [[nodiscard]] bool is_over() const { return ended_.has_value(); }
  /// Keeps the first end. The upstream's connection is closed.
  void end(AttemptEnd how, Farewell farewell);
  /// Weir ends the session, and says why.
  void end_with(upstream::Outcome outcome, Errc code, http::CloseCode close, std::string message);
  void end_by(const Error& error);
  /// The client cannot be told why.
  void lose_client(Errc code);
  void end_by_limit(const limit::Refusal& refusal);

  Attempt& attempt_;
  RelayInput input_;
  MessageSource source_;  ///< of the upstream
  HeldBytes held_;
  std::string frame_;
  std::string text_;              ///< an event with other names
  std::optional<StoredIds> ids_;  ///< of responses; null: events have none
  std::optional<AttemptEnd> ended_;
  Farewell farewell_;
  std::int64_t reserved_ = input_.admitted.claim.tokens;  ///< until a response reports its tokens
  std::optional<limit::Refusal> limited_;
  MonotonicTime until_;  ///< the session's end
  bool client_closes_ = false;
  bool client_is_lost_ = false;
  // Copies of what a slow side has not taken yet.
  std::size_t unsent_to_client_ = 0;
  std::size_t unsent_to_upstream_ = 0;
  bool is_sending_ = false;  ///< a part of a frame to the upstream is unsent
  net::TaskGroup tasks_;
};

}  // namespace weir::gateway
