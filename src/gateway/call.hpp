/// One call on its way to an upstream and back. Each stage is a file, in the order they run:
/// call_receive, call_admit, call_choose, call_send, call_answer, call_settle.
///
/// Another upstream can be tried until something has gone to the client, and never after.
#pragma once

#include <array>
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
#include "gateway/gateway.hpp"
#include "gateway/request_token.hpp"
#include "gateway/slot_wait.hpp"
#include "http/client_stream.hpp"
#include "http/server_stream.hpp"
#include "upstream/outcome.hpp"

namespace weir::gateway {

/// Threads:      its connection's.
/// Cancellation: a client that leaves ends whatever is waited for; accounting still runs.
class Call final : private http::ClientStream::Leaver, private http::ServerStream::EarlyAnswer {
 public:
  Call(Gateway& gateway, CallInput&& input);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() = default;

  /// Ends when the client has the answer, or cannot have it; else with why there is none.
  /// Once.
  [[nodiscard]] net::Task<std::optional<Refusal>> run();

 private:
  using Outcome = upstream::Outcome;

  static constexpr std::size_t kMaxRoutes = 32;

  /// How one try ended.
  struct Try {
    Outcome outcome = Outcome::answered;
    /// What the client is told if it is the last; none: it has its answer.
    std::optional<Errc> error;
    std::optional<std::chrono::seconds> retry_after = {};
    std::string message = {};  ///< for the client; empty: the error's own
  };

  struct Choice {
    const catalogue::Route* route;
    const Destination* destination;
    std::size_t index;
  };

  // receive
  [[nodiscard]] bool take_at_hand();
  [[nodiscard]] net::Task<Result<>> receive();
  [[nodiscard]] net::Task<Result<>> receive_json();
  [[nodiscard]] net::Task<Result<>> receive_fields();
  [[nodiscard]] Result<> take_fields(std::string_view piece);
  [[nodiscard]] Result<> hold(std::size_t bytes);
  [[nodiscard]] Result<> read_json();

  // admit
  [[nodiscard]] bool admit();
  [[nodiscard]] bool find_model();
  [[nodiscard]] bool reserve();
  void put_standing(std::string& fields) const;
  [[nodiscard]] limit::CallShape shape() const;
  [[nodiscard]] limit::Claim claim() const;
  [[nodiscard]] std::string wrong_endpoint_message(bool none_speaks_it) const;

  // choose
  [[nodiscard]] net::Task<> call_upstreams();
  [[nodiscard]] std::optional<Choice> choose(MonotonicTime now);
  [[nodiscard]] bool may_use(const catalogue::Route& route, const Destination& to) const;
  void explain_no_choice(MonotonicTime now);
  [[nodiscard]] net::Task<bool> wait_for_slot(upstream::Slots& slots);

  // send
  [[nodiscard]] net::Task<Try> attempt(Choice to);
  [[nodiscard]] net::Task<Result<>> connect(const Choice& to);  // to: outlives the task
  [[nodiscard]] bool sends_chunks() const;
  void compose(const Choice& to);
  [[nodiscard]] http::ServerStream::Sent send_request(const Choice& to);
  [[nodiscard]] net::Task<Result<>> send_body_rest();
  [[nodiscard]] Try no_head(const Error& error);
  void arm(MonotonicClock::duration patience, Errc why);

  // answer
  [[nodiscard]] Try judge_status();
  [[nodiscard]] net::Task<Try> answer();
  [[nodiscard]] net::Task<Try> answer_submission();
  void keep_fields();
  void slim_down();
  void begin_answer(std::optional<std::uint64_t> length);
  [[nodiscard]] net::Task<Result<>> pass_on(std::string_view piece, bool last);
  [[nodiscard]] net::Task<Try> break_off(Error error);
  [[nodiscard]] Try failed(const Error& error, Outcome otherwise) const;

  // settle
  void settle();
  [[nodiscard]] limit::Claim used() const;
  void give_back();

  void refuse(Errc code, std::string message = {});
  void client_left() override;
  void answered_early() override { client_.stop_body(); }
  [[nodiscard]] const upstream::Settings& settings() const { return input_.directory->settings(); }

  Gateway& gateway_;
  CallInput input_;
  http::ClientStream& client_;
  CallRecord& record_;
  std::optional<Refusal> refusal_;

  // Of the request.
  std::string_view body_;       ///< all of it, or its start if it is passed on as it comes
  std::string body_store_;      ///< where body_ is, unless it came with the head
  std::size_t body_bytes_ = 0;  ///< of it
  std::int64_t held_bytes_ = 0;
  std::unique_ptr<codec::MultipartScanner> fields_;
  bool model_seen_ = false;  ///< in a multipart body
  CallRequest request_;
  std::unique_ptr<RequestPlace> place_;  ///< of a video's request; null for all other calls

  const catalogue::Model* model_ = nullptr;
  limit::Claim claim_;
  limit::Reservation reservation_;
  limit::Standing standing_;

  // Of the tries.
  MonotonicTime total_deadline_;
  MonotonicClock::duration elsewhere_{0};  ///< spent before the request was sent, but not by us
  std::array<bool, kMaxRoutes> tried_{};
  bool force_new_connection_ = false;
  /// The next try is a retry of what may have cost the upstream something.
  bool needs_budget_ = false;
  bool replayable_ = true;  ///< all of the body is at hand
  bool left_ = false;
  SlotWait* waiting_ = nullptr;
  http::ServerStream::Ptr server_;
  std::vector<Edit> edits_;
  std::string head_;
  bool admitted_ = false;     ///< within its limits, so it is to be accounted for
  bool sent_whole_ = true;    ///< nothing of the request is still to come on its connection
  bool renamed_ = false;      ///< the upstream knows the model by another name
  bool hides_usage_ = false;  ///< it was asked to report what the client did not ask for
  bool succeeded_ = false;    ///< the upstream answered the call with a 2xx, to its end
  bool reached_ = false;      ///< the upstream has the request, and has not refused it
};

}  // namespace weir::gateway
