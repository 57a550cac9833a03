/// One attempt to have a call answered by one upstream.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "dialect/fault.hpp"
#include "gateway/attempt_end.hpp"
#include "gateway/call_context.hpp"
#include "gateway/choice.hpp"
#include "gateway/held_slot.hpp"
#include "gateway/outbound.hpp"
#include "gateway/received.hpp"
#include "gateway/request_token.hpp"
#include "gateway/translated.hpp"
#include "http/server_stream.hpp"
#include "upstream/upstream.hpp"

namespace weir::gateway {

/// The request of an attempt. All of it outlives the attempt's run().
struct AttemptRequest {
  const catalogue::Model& model;
  const RequestPlace* place;  ///< of the earlier request that this is about; null: there is none
  Received& received;
  Outbound& outbound;                                ///< composed anew
  bool on_new_connection;                            ///< no idle connection may be used
  bool may_ask_usage;                                ///< else a stream is not asked for it
  std::unique_ptr<Translated> translated = nullptr;  ///< null: as the client said it
};

/// Whether the upstream is asked to report the usage of a stream that `received` asks for.
[[nodiscard]] bool asks_usage(const Choice& choice, const Received& received, MonotonicTime now);

/// Owns its slot, its breaker pass and its connection.
///
/// Threads:  the client's.
/// Lifetime: `context` and `record` outlive it.
class Attempt {
 public:
  /// The slot and the breaker pass that it was granted; `began`: when its upstream was chosen.
  struct Grant {
    HeldSlot slot;
    upstream::Passes passes;
    MonotonicTime began;
    MonotonicTime granted_at;  ///< the slot
  };

  /// `record`: the context's, or one of its own. `elsewhere`: the time that attempts before it
  /// took.
  Attempt(CallContext& context, CallRecord& record, const Choice& choice, Grant grant,
          MonotonicClock::duration elsewhere)
      : context_(&context),
        record_(&record),
        choice_(choice),
        grant_(std::move(grant)),
        elsewhere_(elsewhere + (grant_.granted_at - grant_.began)) {}
  Attempt(Attempt&&) = default;
  Attempt& operator=(Attempt&&) = delete;
  ~Attempt() = default;

  /// Connects, sends the request and waits for the answer's head. Nothing: the head is here, and
  /// the client may see it; upstream() has the rest. Else how the attempt ended. Once.
  [[nodiscard]] net::Task<std::optional<AttemptEnd>> run(AttemptRequest request);

  /// The answer, whose status is good, is this error. Nothing: the client may see it, for the
  /// request is at fault. Else how the attempt ended. Once.
  [[nodiscard]] std::optional<AttemptEnd> judge_error(std::string_view body,
                                                      const Received& received);
  /// The answer is none, and no upstream's work.
  void note_unreached() { has_reached_ = false; }
  /// Whether an answer that was judged as `outcome` says that the upstream does not have the
  /// endpoint, which is then estimated. See not_offered().
  [[nodiscard]] bool lacks_endpoint(upstream::Outcome outcome) const;
  /// How an attempt ended that lacks_endpoint() is true for. It is no evidence about the model, nor
  /// about the request.
  [[nodiscard]] AttemptEnd not_offered();

  /// How the attempt ended if an error with `status` is about the usage that Weir asked for, as far
  /// as can be told; nothing: it is not.
  [[nodiscard]] std::optional<AttemptEnd> judge_usage(int status, std::string_view body);
  /// Whether the answer, which has begun, shows that the upstream refuses to be asked for usage.
  void note_usage_refused(MonotonicTime now) { choice_.health->refused_usage(now); }

  /// Reports how it ended, releases the slot, and keeps the connection if it can be used again.
  /// Once, at its end.
  void conclude(const AttemptEnd& end, MonotonicTime now);

  [[nodiscard]] const Choice& choice() const { return choice_; }
  [[nodiscard]] http::ServerStream& upstream() { return *stream_; }
  /// Ends the attempt if upstream() has not been disarmed by then, or when the call's whole time is
  /// over.
  void arm(MonotonicClock::duration patience, Errc why, MonotonicTime now = monotonic_now());
  /// The answer has begun: it is what a probe was to show.
  void note_progress() { destination().upstream->began(*choice_.health, grant_.passes); }
  /// The upstream goes on with the answer: it is not silent.
  void note_heard(MonotonicTime now) { destination().upstream->heard(now); }
  /// Another attempt has the answer: run() ends as cancelled.
  void abandon() {
    if (stream_) stream_->abort(Errc::stopping);
  }
  /// Keeps what was read of the answer, which is else valid until the next suspension. After run().
  void hold_answer();
  /// `record` is of this attempt from now on, instead of its own.
  void move_to(CallRecord& record);
  /// The upstream has done its part.
  void release_slot() { grant_.slot.release(); }
  [[nodiscard]] MonotonicTime began() const { return grant_.began; }
  /// The call's time until the request was sent that others took: earlier attempts, queue,
  /// connection, client.
  [[nodiscard]] MonotonicClock::duration elsewhere() const { return elsewhere_; }
  /// Whether the upstream has the request, and has not refused it.
  [[nodiscard]] bool has_reached() const { return has_reached_; }
  /// The beginning of the body: as much as was read to judge an error, else what came with the
  /// head. Valid until the next suspension. Once.
  [[nodiscard]] Result<std::string_view> take_first_piece();
  /// The outcome of the answer that the client may see, if it is forwarded to its end.
  [[nodiscard]] upstream::Outcome outcome() const { return outcome_; }
  /// Whether the upstream knows the model by another name.
  [[nodiscard]] bool renamed() const { return sent_as_.renamed; }
  /// Whether the client did not ask for the usage that the answer will report.
  [[nodiscard]] bool hides_usage() const { return sent_as_.hides_usage; }
  /// Null: the client gets the answer as it is.
  [[nodiscard]] Translated* translated() { return sent_as_.translated.get(); }
  [[nodiscard]] bool is_translated() const { return sent_as_.translated != nullptr; }
  /// The upstream's id of the earlier request that this one is about; null: there is none.
  [[nodiscard]] const std::string* named_id() const {
    return place_ != nullptr ? &place_->request_id : nullptr;
  }
  /// Whether the request can be sent again.
  [[nodiscard]] bool can_replay() const { return can_replay_; }
  [[nodiscard]] AttemptEnd classify(const Error& error, upstream::Outcome otherwise) const;

 private:
  using Sent = http::ServerStream::Sent;

  /// How the request that was sent differs from the client's.
  struct SentAs {
    bool renamed = false;
    bool hides_usage = false;
    bool adds_options = false;  ///< stream_options, which the client did not send
    bool is_chunked = false;
    std::unique_ptr<Translated> translated = nullptr;
  };

  [[nodiscard]] const Destination& destination() const { return *choice_.destination; }
  void set_stream(http::ServerStream::Ptr stream);
  [[nodiscard]] net::Task<Result<>> connect();
  [[nodiscard]] Sent send_received(const AttemptRequest& request);
  [[nodiscard]] Sent send_handshake(Outbound& outbound);
  /// Why an answer that is no error does not complete the handshake that was sent.
  [[nodiscard]] std::optional<AttemptEnd> judge_handshake();
  // `received` outlives both tasks.
  [[nodiscard]] net::Task<Result<>> send_rest(Sent sent, Received& received);
  [[nodiscard]] net::Task<Result<>> send_upload(Received& received);
  [[nodiscard]] Sent send_piece(std::string_view piece, bool chunked, bool last);
  /// Says for how long was waited, if a time limit passed.
  [[nodiscard]] AttemptEnd explain(AttemptEnd end) const;
  void begin_waiting(bool streamed);
  [[nodiscard]] AttemptEnd no_head(const Error& error, bool went_silent);
  [[nodiscard]] net::Task<> read_error();
  [[nodiscard]] std::optional<AttemptEnd> judge_answer(const AttemptRequest& request);
  [[nodiscard]] std::optional<AttemptEnd> judge(AttemptEnd end, int status,
                                                dialect::ErrorCause cause,
                                                const Received& received);
  void note_fault(const dialect::ErrorCause& cause);
  [[nodiscard]] bool names_account() const;
  /// Whether the request failed elsewhere as it fails here.
  [[nodiscard]] bool is_requests_fault(const Received& received);

  CallContext* context_;
  CallRecord* record_;
  Choice choice_;
  Grant grant_;
  http::ServerStream::Ptr stream_;
  MonotonicClock::duration elsewhere_;
  MonotonicClock::duration patience_{0};  ///< the time limit that was set last
  std::string held_;  ///< the beginning of the body, if it was read before take_first_piece()
  upstream::Outcome outcome_ = upstream::Outcome::answered;
  bool is_held_ = false;
  const RequestPlace* place_ = nullptr;  ///< null: it is not about an earlier request
  bool sent_whole_ = true;  ///< nothing of the request is still to come on its connection
  bool has_reached_ = false;
  bool can_replay_ = true;
  SentAs sent_as_;
};

}  // namespace weir::gateway
