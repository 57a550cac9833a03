/// One call to an upstream and its answer. Each stage is a file, in the order they run:
/// call_receive, call_admit, call_choose, call_send, call_answer, call_settle.
///
/// Another upstream may be tried until something has been sent to the client, and never after.
#pragma once

#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/buffer.hpp>

#include "codec/multipart.hpp"
#include "gateway/answer_reader.hpp"
#include "gateway/call_request.hpp"
#include "gateway/choice.hpp"
#include "gateway/gateway.hpp"
#include "gateway/held_slot.hpp"
#include "gateway/request_token.hpp"
#include "gateway/slot_wait.hpp"
#include "http/client_stream.hpp"
#include "http/server_stream.hpp"
#include "upstream/breaker.hpp"
#include "upstream/outcome.hpp"

namespace weir::gateway {

/// Threads:      its connection's.
/// Cancellation: a client that leaves ends any wait; accounting still runs.
class Call final : private http::ClientStream::Leaver, private http::ServerStream::EarlyAnswer {
 public:
  Call(Gateway& gateway, CallInput&& input);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() = default;

  /// Completes when the client has the answer, or cannot be given it, or `refusal` says why there
  /// is none. Call once.
  [[nodiscard]] net::Task<> run();
  /// Null: the client has been answered.
  [[nodiscard]] const Refusal* refusal() const { return refusal_.get(); }

 private:
  using Outcome = upstream::Outcome;

  /// How one attempt ended.
  struct Try {
    Outcome outcome = Outcome::answered;
    /// The client's error if this is the last attempt; none: the client has been answered.
    std::optional<Errc> error;
    std::optional<std::chrono::seconds> retry_after = {};
    std::string message = {};  ///< for the client; empty: the error's own
  };

  /// The client's request, and the one made of it for the upstream.
  struct Asked {
    std::string_view body;   ///< all of it, or its start if it is forwarded as it arrives
    std::string body_store;  ///< storage of `body`, unless it arrived with the head
    std::unique_ptr<codec::MultipartScanner> fields;
    CallRequest request;
    std::vector<Edit> edits;
    std::string head;
  };

  // receive
  /// False: the call is refused.
  [[nodiscard]] bool names_one_type();
  [[nodiscard]] bool take_at_hand();
  /// False: the call is refused.
  [[nodiscard]] net::Task<bool> receive();
  [[nodiscard]] net::Task<Result<>> receive_json();
  [[nodiscard]] net::Task<Result<>> receive_fields();
  [[nodiscard]] Result<> take_fields(std::string_view piece);
  [[nodiscard]] Result<> hold(std::size_t bytes);
  [[nodiscard]] bool has_room(std::uint64_t bytes) const;
  void release_held();
  [[nodiscard]] Result<> read_json();
  [[nodiscard]] bool read_request();
  void refuse_request(const Error& error);

  // admit
  [[nodiscard]] bool admit();
  [[nodiscard]] bool find_model();
  [[nodiscard]] bool reserve();
  void put_standing(std::string& fields) const;
  [[nodiscard]] limit::CallShape shape(std::optional<std::int64_t> max_tokens) const;
  [[nodiscard]] limit::Claim claim() const;
  [[nodiscard]] std::string wrong_endpoint_message(bool none_speaks_it) const;

  // choose
  /// True if an upstream has begun to answer; false if there is none left to try.
  [[nodiscard]] net::Task<bool> find_answer();
  /// Reports the outcome of the attempt, ended_, to its upstream. True if another attempt may
  /// follow.
  [[nodiscard]] bool conclude();
  [[nodiscard]] Routes routes() const {
    return {*model_, *input_.directory, input_.endpoint, place_ ? &place_->upstream : nullptr};
  }
  void explain_no_choice(MonotonicTime now);
  [[nodiscard]] net::Task<bool> wait_for_slot(upstream::Slots& slots);

  // send
  /// True if the answer's head has arrived and may be forwarded; otherwise ended_ says why not.
  [[nodiscard]] net::Task<bool> attempt();
  [[nodiscard]] net::Task<Result<>> connect();
  [[nodiscard]] bool sends_chunks() const;
  void compose();
  [[nodiscard]] http::ServerStream::Sent send_request();
  [[nodiscard]] net::Task<Result<>> send_body_rest();
  [[nodiscard]] Try no_head(const Error& error);
  void arm(MonotonicClock::duration patience, Errc why, MonotonicTime now = monotonic_now());

  // answer
  [[nodiscard]] Try judge_status();
  void report_if_not_served() const;
  [[nodiscard]] bool accept_status();
  using Sent = http::ClientStream::Sent;

  [[nodiscard]] bool is_submission() const;
  /// Both set ended_.
  [[nodiscard]] net::Task<> answer();
  [[nodiscard]] net::Task<> answer_submission();
  void keep_fields();
  void make_reader();
  void slim_down();
  void begin_answer(std::optional<std::uint64_t> length, MonotonicTime now);
  /// Forwards a piece of the answer; sets ended_ at its end.
  [[nodiscard]] Sent take_piece(Result<std::string_view> piece, bool first);
  [[nodiscard]] Sent finish(std::string_view passed, bool whole);
  [[nodiscard]] Sent break_off(const Error& error);
  [[nodiscard]] net::Task<> send_rest();
  void await_more(bool first);
  [[nodiscard]] Try failed(const Error& error, Outcome otherwise) const;

  // settle
  void end();
  void settle(MonotonicTime now);
  /// As reported, except for a stream that was cut short.
  [[nodiscard]] TokenUsage counted_usage() const;
  [[nodiscard]] limit::Claim used() const;
  void give_back(MonotonicTime now);

  void refuse(Errc code, std::string message = {});
  void client_left() override;
  void must_end() override;
  void answered_early() override { client_.stop_body(); }
  [[nodiscard]] const upstream::Settings& settings() const { return input_.directory->settings(); }

  Gateway& gateway_;
  CallInput input_;
  http::ClientStream& client_;
  CallRecord& record_;
  std::unique_ptr<Refusal> refusal_;

  // The request.
  std::unique_ptr<Asked> asked_;  ///< null once a stream has begun
  std::int64_t answers_ = 1;
  std::size_t body_bytes_ = 0;  ///< of the request
  std::int64_t held_bytes_ = 0;
  bool wants_stream_ = false;
  std::unique_ptr<RequestPlace> place_;  ///< for a call about a video request; null for all others

  const catalogue::Model* model_ = nullptr;
  limit::Claim claim_;
  limit::Reservation reservation_;
  limit::Standing standing_;

  // The attempts.
  Choice choice_;  ///< the current attempt's
  HeldSlot slot_;
  std::optional<upstream::Breaker::Pass> pass_;  ///< the breaker's admission of the current attempt
  MonotonicTime try_began_;
  MonotonicTime slot_at_;  ///< when the current attempt got its slot
  int retries_ = 0;
  MonotonicTime total_deadline_;
  MonotonicClock::duration elsewhere_{0};  ///< time before the request was sent that was not spent
                                           ///< by this process
  MonotonicClock::duration elsewhere_before_{0};  ///< the part of it before the current attempt
  std::bitset<kMaxRoutes> tried_;
  bool force_new_connection_ = false;
  /// The next attempt retries one that may have cost the upstream something.
  bool needs_budget_ = false;
  bool replayable_ = true;  ///< the whole body is available
  bool left_ = false;
  bool slim_ = false;
  bool must_end_ = false;  ///< the server is stopping
  SlotWait* waiting_ = nullptr;
  http::ServerStream::Ptr server_;  ///< the current attempt's
  std::optional<AnswerReader> reader_;
  MonotonicTime arrived_;     ///< when the current piece of the answer arrived
  std::optional<Try> ended_;  ///< how the last attempt ended
  bool admitted_ = false;     ///< within its limits, so it must be accounted for
  bool sent_whole_ = true;    ///< no part of the request remains to be sent on its connection
  bool renamed_ = false;      ///< the upstream has another name for the model
  bool hides_usage_ = false;  ///< usage was requested on the client's behalf and is withheld
  bool succeeded_ = false;    ///< the upstream sent a complete answer with a 2xx
  bool reached_ = false;      ///< the upstream has received the request and not refused it
};

}  // namespace weir::gateway
