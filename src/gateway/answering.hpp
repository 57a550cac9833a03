/// An upstream's answer on its way to the client. There is no way back to another upstream.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/answer_reader.hpp"
#include "gateway/attempt.hpp"
#include "gateway/call_context.hpp"
#include "gateway/settlement.hpp"

namespace weir::gateway {

/// The stages before this one, as far as an answer needs them. All of it outlives the answer.
struct AnswerInput {
  CallContext& context;
  const Admitted& admitted;
  Settlement& settlement;
  /// Null once a stream has begun, which may take long.
  std::unique_ptr<Received>& received;
};

/// Threads: the client's.
class Answering {
 public:
  /// `attempt`: the client may see its answer, whose head is valid until the next suspension.
  Answering(Attempt&& attempt, const AnswerInput& input);
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;
  ~Answering() = default;

  /// Forwards the answer to its end. Once.
  [[nodiscard]] net::Task<> run();
  /// Concludes the attempt, after run(). Returns how it ended.
  [[nodiscard]] AttemptEnd conclude(MonotonicTime now) {
    attempt_.conclude(*ended_, now);
    return std::move(*ended_);
  }

 private:
  using Sent = http::ClientStream::Sent;

  [[nodiscard]] http::ServerStream& upstream() { return attempt_.upstream(); }
  [[nodiscard]] http::ClientStream& client() { return input_.context.client; }
  [[nodiscard]] CallRecord& record() { return input_.context.record(); }
  [[nodiscard]] bool is_submission();

  void keep_fields();
  void make_reader();
  void begin_answer(std::optional<std::uint64_t> length, MonotonicTime now);
  void release_buffers();
  /// Forwards a piece of the answer; sets ended_ at its end.
  [[nodiscard]] Sent take_piece(Result<std::string_view> piece, bool first);
  /// Why an answer that nothing of was forwarded is none, although its status is good.
  [[nodiscard]] std::optional<Errc> no_answer(std::string_view passed, bool done) const;
  /// True if the endpoint's answers are JSON, or events of it.
  [[nodiscard]] bool answers_json() const;
  /// True if the error in the answer is the request's. `body`: of one that is not a stream.
  [[nodiscard]] bool blames_request(std::string_view body) const;
  [[nodiscard]] Sent forward(std::string_view passed, bool done, bool whole);
  [[nodiscard]] Sent finish(std::string_view passed, bool whole);
  [[nodiscard]] Sent send_last(std::string_view body, upstream::Outcome outcome);
  [[nodiscard]] Sent break_off(const Error& error);
  void end_with(const Error& error, upstream::Outcome otherwise) {
    ended_ = attempt_.classify(error, otherwise);
  }
  [[nodiscard]] net::Task<> send_rest();
  void await_more();

  /// A video's submission: its id is replaced by one that says where the request belongs.
  [[nodiscard]] net::Task<> run_submission();
  [[nodiscard]] net::Task<Result<std::string>> read_submission();
  [[nodiscard]] Result<> seal_request_id(std::string& body);

  AnswerInput input_;
  Attempt attempt_;
  std::string fields_;  ///< of the answer's head; complete lines
  std::optional<AnswerReader> reader_;
  std::optional<AttemptEnd> ended_;
  std::string lead_;       ///< comments before a stream's first event, which begin no answer
  MonotonicTime arrived_;  ///< the piece at hand
  MonotonicTime finished_at_ = {};  ///< when the stream's last event came
  int status_ = 0;                  ///< of the upstream's head
  bool is_plain_ = true;            ///< the answer is not compressed
  bool has_released_ = false;
};

}  // namespace weir::gateway
