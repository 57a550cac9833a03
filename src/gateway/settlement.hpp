/// Accounts for a call that was admitted: limits, forecast, usage and the call's record.
#pragma once

#include <memory>
#include <optional>

#include "gateway/admission.hpp"
#include "gateway/answer_reader.hpp"
#include "gateway/bill.hpp"
#include "gateway/call_context.hpp"
#include "gateway/received.hpp"
#include "limit/token_scale.hpp"

namespace weir::gateway {

/// Threads: the client's. Lifetime: what it is made from outlives it.
class Settlement {
 public:
  /// `received`: null once the request is released, which must be announced.
  Settlement(CallContext& context, Admitted& admitted, std::unique_ptr<Received>& received);

  /// Whether the upstream has the request, and has not refused it.
  void set_reached(bool reached) { reached_ = reached; }
  /// The answer so far.
  void set_answer(const AnswerReader& reader) {
    text_ = reader.text();
    unreported_ = reader.unreported_text();
    images_ = reader.images();
    finished_ = reader.finished();
  }
  /// The upstream answered with a 2xx, to its end, or Weir did in its place.
  void set_succeeded() { succeeded_ = true; }
  /// The request is about to be released.
  void release_request() { weigh_prompt(); }

  /// True if the texts of this call are to be learned from, though its usage will be reported.
  [[nodiscard]] bool is_sample() const { return is_sample_; }

  /// Only the first time has an effect.
  void settle(MonotonicTime now);

 private:
  [[nodiscard]] bool counts(dialect::Meter meter) const;
  [[nodiscard]] Work work() const;
  [[nodiscard]] Bill make_bill();
  [[nodiscard]] std::int64_t answer_tokens(const codec::TextWeight& text) const;
  void weigh_prompt();
  void learn(const Bill& bill);
  void count(const Bill& bill);

  CallContext& context_;
  Admitted& admitted_;
  std::unique_ptr<Received>& received_;
  codec::TextWeight text_;
  codec::TextWeight unreported_;
  std::optional<limit::WeighedText> prompt_;
  std::optional<std::int64_t> images_;
  bool reached_ = false;
  bool succeeded_ = false;
  bool finished_ = false;
  bool is_sample_ = false;
  bool is_settled_ = false;
};

}  // namespace weir::gateway
