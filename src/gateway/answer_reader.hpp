/// Reads an answer as it passes: what it says it took, where it ends, and the one name in it that
/// the client knows differently. Pure; everything else passes untouched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"
#include "catalogue/endpoint.hpp"
#include "codec/json_scanner.hpp"
#include "codec/sse.hpp"
#include "gateway/token_usage.hpp"

namespace weir::gateway {

enum class AnswerForm : std::uint8_t {
  opaque,  ///< sound, pictures, text: nothing is read
  json,
  events,  ///< an event stream; passed on in whole events
};

/// By the Content-Type field.
[[nodiscard]] AnswerForm answer_form(std::string_view content_type);

/// Threads: one. Lifetime: that of one answer.
class AnswerReader {
 public:
  struct Wishes {
    /// The client's id of the model, as raw JSON; empty: names stay as they are.
    std::string model = {};
    catalogue::Endpoint endpoint = catalogue::Endpoint::chat_completions;
    /// Whether an event that carries nothing but usage is kept from the client.
    bool hide_usage = false;
    std::size_t max_event_bytes = 1 << 20;
  };

  AnswerReader(AnswerForm form, Wishes wishes);

  /// What of `piece`, and of what was held back before, goes to the client now. Valid until the
  /// next call, or as long as `piece`. Errors: upstream_answer_too_large for an event beyond the
  /// bound.
  [[nodiscard]] Result<std::string_view> pass(std::string_view piece);

  /// As pass and rest, for an answer that came in one piece.
  [[nodiscard]] Result<std::string_view> pass_whole(std::string_view answer);

  /// The answer has ended as it should: what was held back.
  [[nodiscard]] std::string_view rest();

  [[nodiscard]] AnswerForm form() const { return form_; }
  /// Whether what is passed on may differ in length from what came.
  [[nodiscard]] bool rewrites() const {
    return form_ == AnswerForm::json && !wishes_.model.empty();
  }
  [[nodiscard]] const TokenUsage& usage() const { return usage_; }
  /// Whether an event stream said that it is at its end, however its connection ends.
  [[nodiscard]] bool finished() const { return finished_; }
  /// Events with data so far, the hidden one not counted.
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  [[nodiscard]] std::string_view pass_json(std::string_view piece);
  [[nodiscard]] bool take_usage_at_the_end(std::string_view answer);
  [[nodiscard]] Result<std::string_view> pass_events(std::string_view piece);
  /// Whether the client gets it.
  [[nodiscard]] bool take_event(std::string_view event);
  void append_renamed(std::string_view event);

  AnswerForm form_;
  Wishes wishes_;
  TokenUsage usage_;
  bool finished_ = false;
  std::uint64_t events_ = 0;
  std::unique_ptr<codec::JsonScanner> scanner_;  ///< of a JSON answer; an event has its own
  codec::SseSplitter splitter_;
  std::uint64_t offset_ = 0;  ///< of the answer: what was passed on or is held
  std::string held_;          ///< of a value, or an event, that has not ended
  std::string out_;
};

}  // namespace weir::gateway
