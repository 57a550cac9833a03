/// Reads an answer as it is forwarded: its usage, its text, its end, and the model's name, which
/// may be replaced by the client's. Pure; everything else passes unchanged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "catalogue/endpoint.hpp"
#include "codec/sse.hpp"
#include "dialect/answer_scan.hpp"
#include "dialect/endpoint.hpp"
#include "dialect/token_usage.hpp"
#include "gateway/event_pattern.hpp"
#include "gateway/stored_ids.hpp"

namespace weir::gateway {

enum class AnswerForm : std::uint8_t {
  opaque,  ///< audio, images, text: not read
  json,
  events,  ///< an event stream; forwarded in whole events
  text,    ///< any of these: its first bytes tell
};

/// The form that a Content-Type has.
[[nodiscard]] AnswerForm answer_form(std::string_view content_type);

/// The form of an answer that is said to be `declared` and begins with `bytes`: some servers send
/// event streams as text, as JSON, or without a type, and whole answers as event streams. Nothing:
/// more bytes are needed.
[[nodiscard]] std::optional<AnswerForm> form_of(AnswerForm declared, std::string_view bytes);

/// Threads: one. Lifetime: that of one answer.
class AnswerReader {
 public:
  struct Options {
    /// The client's id of the model, as raw JSON; empty: names are not replaced.
    std::string model = {};
    catalogue::Endpoint endpoint = catalogue::Endpoint::chat_completions;
    /// Withhold an event that carries only usage from the client.
    bool hide_usage = false;
    /// Read the text of an answer that reports its usage, too.
    bool read_text = false;
    std::size_t max_event_bytes = 32 << 20;    ///< and of a whole answer that has ids to replace
    bool has_own_usage = true;                 ///< else the usage in it is that of an earlier call
    std::shared_ptr<StoredIds> ids = nullptr;  ///< null: ids are not replaced
  };

  AnswerReader(AnswerForm form, Options options);

  /// The part of `piece`, and of bytes held back before, to forward now. Valid until the next call,
  /// or as long as `piece`. Errors: upstream_answer_too_large for an event beyond the bound.
  [[nodiscard]] Result<std::string_view> pass(std::string_view piece);

  /// As pass and rest, for an answer that arrived in one piece.
  [[nodiscard]] Result<std::string_view> pass_whole(std::string_view answer);

  /// The bytes held back, for an answer that has ended properly.
  [[nodiscard]] std::string_view rest();

  /// As declared, until the first bytes have passed.
  [[nodiscard]] AnswerForm form() const { return form_; }
  /// True if the forwarded answer may differ in length from the received one.
  [[nodiscard]] bool rewrites() const {
    return !is_told_ || (form_ == AnswerForm::json && (!options_.model.empty() || options_.ids));
  }
  [[nodiscard]] const dialect::TokenUsage& usage() const {
    static constexpr dialect::TokenUsage kNone;
    return options_.has_own_usage ? scan_.usage() : kNone;
  }
  /// The text so far, weighed. That of a whole JSON answer may have been left unread if it reports
  /// its usage.
  [[nodiscard]] const codec::TextWeight& text() const { return scan_.text(); }
  /// The text of an event stream after its last report of usage.
  [[nodiscard]] codec::TextWeight unreported_text() const { return text() - reported_; }
  /// Images delivered so far; nothing if the answer is not read, or has no place for them.
  [[nodiscard]] std::optional<std::int64_t> images() const {
    return is_read() ? scan_.image_count() : std::nullopt;
  }
  /// True if an event stream has sent its final event, however its connection ends.
  [[nodiscard]] bool finished() const { return progress_.finished; }
  /// True if the answer is, or an event of it said that it ends with, an error.
  [[nodiscard]] bool failed() const { return progress_.failed || scan_.facts().is_error(); }
  /// The same, and nothing that is still to come can change it.
  [[nodiscard]] bool failed_for_certain() const {
    return progress_.failed || scan_.facts().has_error;
  }
  /// True if it is an error, or an event was one before any other that has a part of the answer.
  [[nodiscard]] bool failed_at_once() const {
    return form_ == AnswerForm::events ? progress_.failed_first : failed();
  }
  /// The data of the first event that was an error, or the beginning of it.
  [[nodiscard]] std::string_view error() const { return progress_.error; }
  /// The id that events gave to the answer, as raw JSON; empty if none did, or its family has none.
  [[nodiscard]] std::string_view id() const { return progress_.id; }
  /// The memory that long events take, beyond what every answer may.
  [[nodiscard]] std::size_t held_bytes() const {
    const auto held = held_.capacity() + out_.capacity();
    return held > kFreeBytes ? held : 0;
  }
  /// Events with data so far, without pings and a withheld one.
  [[nodiscard]] std::uint64_t events() const { return progress_.events; }

 private:
  static constexpr std::size_t kFreeBytes = 256 << 10;

  /// How far the events of a stream have come.
  struct Progress {
    std::uint64_t events = 0;
    std::uint64_t openers = 0;  ///< events that have no part of the answer
    bool finished = false;
    bool failed = false;
    bool failed_first = false;  ///< before a part of the answer
    std::string error = {};
    std::string id = {};
  };

  [[nodiscard]] bool is_read() const {
    return form_ == AnswerForm::json || form_ == AnswerForm::events;
  }
  void begin_as(AnswerForm form);
  [[nodiscard]] Result<std::string_view> pass_known(std::string_view piece);
  [[nodiscard]] std::string_view pass_json(std::string_view piece);
  /// Holds a piece of an answer whose ids are replaced: they may be anywhere in it.
  [[nodiscard]] Result<std::string_view> hold_json(std::string_view piece);
  /// `json`, which is complete, as the client gets it. `start`: its offset in what holds `model`.
  [[nodiscard]] std::string rewrite(std::string_view json, std::size_t start,
                                    const std::optional<dialect::Range>& model);
  [[nodiscard]] bool take_usage_at_the_end(std::string_view answer);
  [[nodiscard]] Result<std::string_view> pass_events(std::string_view piece);
  /// Reads an event, and appends it to `out_` as the client gets it, if that may differ.
  void take_event(std::string_view event);
  /// True if it is to be forwarded.
  [[nodiscard]] bool note(const dialect::EventFacts& facts);
  void append(std::string_view event, const std::optional<dialect::Range>& model);
  [[nodiscard]] bool has_lines() const { return stream_.framing == dialect::Framing::lines; }
  [[nodiscard]] Result<std::size_t> whole_events(std::string_view bytes);
  [[nodiscard]] std::string_view take_next(std::string_view& events) const;
  /// `data`: of the event, in it.
  void append_with_ids(std::string_view event, std::string_view data,
                       const std::optional<dialect::Range>& model);
  [[nodiscard]] bool edits_events() const {
    return !options_.model.empty() || options_.hide_usage || options_.ids;
  }

  AnswerForm form_;
  bool is_told_;  ///< form_ is certain
  Options options_;
  const dialect::StreamRow& stream_;
  dialect::AnswerScan scan_;
  EventPattern pattern_;
  codec::TextWeight reported_;  ///< the text at the last report
  Progress progress_;
  bool is_renamed_ = false;  ///< the name of a JSON answer has passed
  codec::SseSplitter splitter_;
  std::size_t offset_ = 0;  ///< bytes of the answer forwarded or held so far
  std::string held_;        ///< of an unfinished value or event
  std::string start_;       ///< bytes by which its form was told, if they came in pieces
  std::string out_;
};

}  // namespace weir::gateway
