/// Reads an answer as it is forwarded: its usage, its end, and the model's name, which may be
/// replaced by the client's. Pure; everything else passes unchanged.
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
#include "dialect/endpoint.hpp"
#include "dialect/token_usage.hpp"

namespace weir::gateway {

enum class AnswerForm : std::uint8_t {
  opaque,  ///< audio, images, text: not read
  json,
  events,  ///< an event stream; forwarded in whole events
};

/// The form that a Content-Type has.
[[nodiscard]] AnswerForm answer_form(std::string_view content_type);

/// Threads: one. Lifetime: that of one answer.
class AnswerReader {
 public:
  struct Options {
    /// The client's id of the model, as raw JSON; empty: names are not replaced.
    std::string model = {};
    catalogue::Endpoint endpoint = catalogue::Endpoint::chat_completions;
    /// Withhold an event that carries only usage from the client.
    bool hide_usage = false;
    std::size_t max_event_bytes = 1 << 20;
  };

  AnswerReader(AnswerForm form, Options options);

  /// The part of `piece`, and of bytes held back before, to forward now. Valid until the next call,
  /// or as long as `piece`. Errors: upstream_answer_too_large for an event beyond the bound.
  [[nodiscard]] Result<std::string_view> pass(std::string_view piece);

  /// As pass and rest, for an answer that arrived in one piece.
  [[nodiscard]] Result<std::string_view> pass_whole(std::string_view answer);

  /// The bytes held back, for an answer that has ended properly.
  [[nodiscard]] std::string_view rest();

  [[nodiscard]] AnswerForm form() const { return form_; }
  /// True if the forwarded answer may differ in length from the received one.
  [[nodiscard]] bool rewrites() const {
    return form_ == AnswerForm::json && !options_.model.empty();
  }
  [[nodiscard]] const dialect::TokenUsage& usage() const { return usage_; }
  /// True if an event stream has sent its final event, however its connection ends.
  [[nodiscard]] bool finished() const { return finished_; }
  /// The id that events gave to the answer, as raw JSON; empty if none did, or its family has none.
  [[nodiscard]] std::string_view id() const { return id_; }
  /// Events with data so far, without a withheld one.
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  [[nodiscard]] std::string_view pass_json(std::string_view piece);
  [[nodiscard]] bool take_usage_at_the_end(std::string_view answer);
  [[nodiscard]] Result<std::string_view> pass_events(std::string_view piece);
  /// True if the event is to be forwarded.
  [[nodiscard]] bool take_event(std::string_view event);
  void append_renamed(std::string_view event);

  [[nodiscard]] const codec::MemberPaths& answer_paths() const;

  AnswerForm form_;
  Options options_;
  const dialect::Members& members_;  ///< of a JSON answer
  const dialect::StreamRow& stream_;
  dialect::TokenUsage usage_;
  bool finished_ = false;
  std::uint64_t events_ = 0;
  std::string id_;
  std::unique_ptr<codec::JsonScanner> scanner_;  ///< for a JSON answer; each event gets its own
  codec::SseSplitter splitter_;
  std::uint64_t offset_ = 0;  ///< bytes of the answer forwarded or held so far
  std::string held_;          ///< of an unfinished value or event
  std::string out_;
};

}  // namespace weir::gateway
