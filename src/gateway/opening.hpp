/// The beginning of an upstream's answer, while nothing of it was forwarded: the last stage from
/// which another upstream may be tried. Its bytes decide (gateway/beginning.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/answer_reader.hpp"
#include "gateway/attempt.hpp"
#include "gateway/beginning.hpp"
#include "gateway/call_context.hpp"
#include "gateway/held_bytes.hpp"

namespace weir::gateway {

/// Threads:  the client's.
/// Lifetime: stays where it is; `context` and `received` outlive it.
class Opening {
 public:
  /// The first bytes of the answer that may be forwarded.
  struct First {
    std::string_view bytes = {};
    bool done = false;      ///< the answer ends with them
    bool is_whole = false;  ///< the reader holds nothing back
  };

  /// `attempt`: its answer's head is here, and valid until the next suspension. `read_text`: as
  /// AnswerReader's.
  Opening(Attempt&& attempt, CallContext& context, const Received& received, bool read_text);
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;
  ~Opening() = default;

  /// False: more of the answer is waited for; run() does that.
  [[nodiscard]] bool is_over() const { return is_open_ || end_; }
  /// Completes when it is over. REQUIRES: it is not.
  [[nodiscard]] net::Task<> run();
  /// How the attempt ended without an answer; nothing: the client may have it. REQUIRES: is_over.
  [[nodiscard]] std::optional<AttemptEnd> take_end();

  [[nodiscard]] Attempt& attempt() { return attempt_; }
  /// Null: the answer is a video's submission, or a realtime session, nothing of which was read.
  [[nodiscard]] AnswerReader* reader() { return reader_ ? &*reader_ : nullptr; }
  /// Valid until the next suspension. REQUIRES: is_over, and there is a reader.
  [[nodiscard]] const First& first() const { return first_; }
  /// When its last piece came.
  [[nodiscard]] MonotonicTime arrived() const { return arrived_; }
  /// True if the answer is a success of an endpoint that answers JSON, or events of it, and can be
  /// read.
  [[nodiscard]] bool is_read() const { return is_read_; }
  /// True if the answer is an error, which the client may have.
  [[nodiscard]] bool is_error() const { return is_error_; }
  /// Counts the memory that the answer takes, with `more` bytes. Errors: overloaded, beyond the
  /// bound of all calls.
  [[nodiscard]] Result<> hold_bytes(std::size_t more);
  /// Releases what came before the first event.
  void release_buffers() { std::string().swap(lead_); }

 private:
  [[nodiscard]] http::ServerStream& upstream() { return attempt_.upstream(); }
  [[nodiscard]] CallRecord& record() { return context_.record(); }
  [[nodiscard]] bool is_submission();
  void keep_fields();
  void make_reader(bool read_text);
  [[nodiscard]] bool has_ids() const;
  /// Null: the answer's ids are the client's.
  [[nodiscard]] std::shared_ptr<StoredIds> make_ids();
  void await_more();
  void take_piece(Result<std::string_view> piece);
  void judge();
  void hold();
  void open();
  [[nodiscard]] bool is_stream();
  void end_begun_stream();
  [[nodiscard]] bool has_whole_error() const;
  void take_error();
  void fail_with(Errc code, const char* why);

  CallContext& context_;
  const Received& received_;
  Attempt attempt_;
  std::optional<AnswerReader> reader_;
  HeldBytes held_bytes_;
  AnswerForm declared_ = AnswerForm::opaque;
  First first_;
  std::string lead_;  ///< what was held back, and the bytes at hand
  std::optional<AttemptEnd> end_;
  MonotonicTime arrived_;         ///< the piece at hand
  MonotonicTime failed_at_ = {};  ///< the beginning of an error whose end is waited for
  std::size_t own_fields_ = 0;    ///< of the fields, those that are not the upstream's
  bool is_first_ = true;
  bool is_read_ = false;
  bool is_error_ = false;
  bool is_open_ = false;
};

}  // namespace weir::gateway
