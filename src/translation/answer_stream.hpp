/// An upstream's answer in bytes, from its API to the client's. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "catalogue/endpoint.hpp"
#include "dialect/answer_scan.hpp"
#include "dialect/family.hpp"
#include "translation/translation.hpp"

namespace weir::translation {

/// Threads: one owner at a time. Lifetime: that of one answer.
class AnswerStream {
 public:
  /// `from`: the endpoint that the client called. `model`: its id of the model; outlives it.
  AnswerStream(std::unique_ptr<Answer> answer, catalogue::Endpoint from, std::string_view model);

  /// Another framing of a stream than the family's usual one: an array of what are events there.
  /// REQUIRES: the usual one is `data`.
  void use(dialect::Framing framing) { is_array_ = framing == dialect::Framing::array; }

  /// The time since the call came, of what is read next.
  void at(std::chrono::nanoseconds elapsed) { answer_->at(elapsed); }

  /// The body of a whole answer that is a success. Errors: upstream_answer_invalid.
  [[nodiscard]] Result<std::string> rewrite(std::string_view body);
  /// The body of an answer that is an error. `status`: its own.
  [[nodiscard]] std::string rewrite_error(int status, std::string_view body) const;

  // A stream: views are valid until the next call.

  /// `events`: whole ones, in the upstream's bytes. Comments are passed on.
  [[nodiscard]] std::string_view pass(std::string_view events);
  /// The last of them.
  [[nodiscard]] std::string_view finish(std::string_view events);
  /// The event that says that it cannot be completed; empty if it is over.
  [[nodiscard]] std::string_view break_off(Errc code);
  /// Bytes that it keeps until its end.
  [[nodiscard]] std::size_t held_bytes() const { return answer_->held_bytes(); }
  /// Why the last event says that the stream cannot be completed, if the upstream did not say so:
  /// upstream_answer_invalid, or upstream_broke for one that ended without a reason to.
  [[nodiscard]] std::optional<Errc> broken() const { return broken_; }

 private:
  void take_event(std::string_view event);
  void take_data(std::string_view data);
  void end();
  void break_with(Errc code);
  void tell(Errc code, std::string_view message);
  [[nodiscard]] std::string_view framed();

  std::unique_ptr<Answer> answer_;
  dialect::Family family_;
  catalogue::Endpoint target_;
  std::string_view model_;
  dialect::AnswerScan scan_{{}, true};
  std::string scratch_;
  std::string out_;
  bool is_over_ = false;
  bool is_array_ = false;
  char bracket_ = '[';  ///< before the next element of an array; 0: it is closed
  std::string array_;
  std::optional<Errc> broken_;
};

}  // namespace weir::translation
