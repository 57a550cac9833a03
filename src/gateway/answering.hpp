/// An upstream's answer on its way to the client. There is no way back to another upstream.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/call_context.hpp"
#include "gateway/opening.hpp"
#include "gateway/settlement.hpp"

namespace weir::gateway {

/// The stages before this one, as far as an answer needs them. All of it outlives the answer.
struct AnswerInput {
  CallContext& context;
  const Admitted& admitted;
  Settlement& settlement;
  /// Null once nothing needs it: a stream has begun, or the client is slow.
  std::unique_ptr<Received>& received;
};

/// Threads: the client's.
class Answering {
 public:
  /// `opening`: the client may have its answer. Outlives it. REQUIRES: no suspension since then.
  Answering(Opening& opening, const AnswerInput& input) : opening_(opening), input_(input) {}
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;
  ~Answering() = default;

  /// Forwards the answer to its end. Once.
  [[nodiscard]] net::Task<> run();
  /// Concludes the attempt, after run(). Returns how it ended.
  [[nodiscard]] AttemptEnd conclude(MonotonicTime now) {
    attempt().conclude(*ended_, now);
    return std::move(*ended_);
  }

 private:
  using Sent = http::ClientStream::Sent;

  [[nodiscard]] Attempt& attempt() { return opening_.attempt(); }
  [[nodiscard]] AnswerReader& reader() { return *opening_.reader(); }
  [[nodiscard]] http::ServerStream& upstream() { return attempt().upstream(); }
  [[nodiscard]] http::ClientStream& client() { return input_.context.client; }
  [[nodiscard]] CallRecord& record() { return input_.context.record(); }
  /// Null: the client gets the answer as it is.
  [[nodiscard]] translation::AnswerStream* translation() {
    return attempt().translated() != nullptr ? &attempt().translated()->answer : nullptr;
  }

  void begin_answer(std::optional<std::uint64_t> length, MonotonicTime now);
  /// The media type of a stream in the client's family.
  [[nodiscard]] std::string stream_field() const;
  void release_buffers();
  void release_large_request();
  // These set ended_ at the answer's end.

  [[nodiscard]] Sent forward_first();
  /// Forwards the next piece.
  [[nodiscard]] Sent take_piece(Result<std::string_view> piece);
  /// The outcome of an answer that is, or ends with, an error. `body`: of one that is not a stream.
  [[nodiscard]] upstream::Outcome outcome_of_failed(std::string_view body);
  [[nodiscard]] Sent forward(std::string_view passed, bool done, bool whole);
  /// The next piece of an answer that is translated.
  [[nodiscard]] Sent forward_translated(std::string_view passed);
  /// All of an error that came with a good status, or the beginning of it.
  [[nodiscard]] Sent refuse(std::string_view body);
  [[nodiscard]] Result<> hold_whole(std::string_view passed);
  [[nodiscard]] Sent end_broken(std::string_view events);
  [[nodiscard]] static Error no_room();
  [[nodiscard]] Sent send_piece(std::string_view piece);
  [[nodiscard]] Sent finish(std::string_view passed, bool whole);
  /// The rest of the answer, or all of it, as the client gets it.
  [[nodiscard]] Result<std::string_view> translate_rest(std::string_view rest);
  [[nodiscard]] Sent send_last(std::string_view body, upstream::Outcome outcome);
  [[nodiscard]] Sent break_off(const Error& error);
  /// The event that says that the stream cannot be completed.
  [[nodiscard]] std::string end_event(Errc code);
  void end_with(const Error& error, upstream::Outcome otherwise) {
    ended_ = attempt().classify(error, otherwise);
  }
  [[nodiscard]] net::Task<> send_rest();
  void await_more();

  /// A video's submission: its id is replaced by one that says where the request belongs.
  [[nodiscard]] net::Task<> run_submission();
  [[nodiscard]] net::Task<Result<std::string>> read_submission();
  [[nodiscard]] Result<> seal_request_id(std::string& body);

  Opening& opening_;
  AnswerInput input_;
  std::optional<AttemptEnd> ended_;
  int status_ = opening_.attempt().upstream().head().status;  ///< towards the client
  std::string whole_;                           ///< so far, of one that is translated as a whole
  MonotonicTime arrived_ = opening_.arrived();  ///< the piece at hand
  MonotonicTime finished_at_ = {};              ///< when the stream's last event came
  bool has_begun_ = false;
  bool has_released_ = false;
};

}  // namespace weir::gateway
