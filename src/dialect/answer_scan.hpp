/// Reads an answer, or an event of one, in one pass: what it reports of its usage, its text, and
/// the members by which an event is known. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/enum_set.hpp"
#include "codec/json_walk.hpp"
#include "codec/text_weight.hpp"
#include "dialect/token_usage.hpp"

namespace weir::dialect {

/// The names of members that are read, anywhere in an answer. The enumerator is the name, but for
/// the first two and `delta`.
enum class MemberName : std::uint8_t {
  none,   ///< no member: the text itself, or too deep
  other,  ///< any other name
  // Text, where it is a string.
  arguments,
  content,
  delta,
  name,
  partial_json,
  reasoning,
  reasoning_content,
  refusal,
  text,
  thinking,
  // Around others.
  choices,
  data,
  images,
  message,
  meta,
  response,
  x_groq,
  // Reports of usage, where they are objects.
  billed_units,
  timings,
  tokens,
  usage,
  usageMetadata,
  // Reports of usage that are numbers.
  duration,
  eval_count,
  prompt_eval_count,
  // An image, where it is a string.
  b64_json,
  base64,
  image,
  url,
  // Read at the top, or just below.
  code,
  error,
  finish_reason,
  id,
  model,
  object,
  partial_image_index,
  type,
  // Holding no part of the answer: echoes of the request, and copies.
  annotations,
  logprobs,
  metadata,
  reasoning_details,
  tools,
};

using TextNames = EnumSet<MemberName>;

/// A range of the bytes read: [begin, end).
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The members by which an event is known. Views are raw, without quotes, and into its data.
struct EventFacts {
  std::string_view type = {};
  std::string_view id = {};  ///< of the answer
  std::string_view object = {};
  bool has_error = false;   ///< an `error` that is not empty, or a choice that ends with one
  bool has_code = false;    ///< a `code` at the top that is not one of success
  bool has_words = false;   ///< a `message` at the top that is a text
  bool has_list = false;    ///< one at the top that is not empty
  bool no_choices = false;  ///< `choices` is there and empty
  bool has_choices = false;
  bool has_usage = false;
  bool has_image = false;           ///< itself, not in a list
  bool is_partial_image = false;    ///< a preview of one
  std::optional<Range> model = {};  ///< the first model's name, with its quotes
  std::optional<Range> text = {};   ///< the only text, without quotes
  std::size_t texts = 0;

  /// True for an event that is an error, by what it says.
  [[nodiscard]] bool is_error_event() const {
    return is_error() || object == "error" || type == "error";
  }
  /// True for an error, and for the shape of one that has no `error`: a code and a message alone.
  [[nodiscard]] bool is_error() const {
    return has_error ||
           (has_code && has_words && !has_list && !has_choices && !has_usage && texts == 0);
  }
};

/// Threads:  one at a time. Lifetime: value type.
/// Cost:     about 1 ns per byte outside of strings; allocates for a report of usage only.
class AnswerScan {
 public:
  /// `text`: the members whose strings are the answer's text. `is_stream`: they continue each
  /// other.
  AnswerScan(TextNames text, bool is_stream) : text_names_(text), is_stream_(is_stream) {}

  /// The next piece of an answer that is one JSON text.
  void feed(std::string_view piece);
  /// A whole event's data. Facts are valid as long as `data`.
  const EventFacts& read_event(std::string_view data);
  /// Text that was found without reading its event.
  void add_text(std::string_view raw) { meter_.feed(raw); }

  /// As reported, at the best place: a report at the top counts more than one in a choice.
  [[nodiscard]] const TokenUsage& usage() const { return top_.known() ? top_ : below_; }
  /// The weight of all texts so far.
  [[nodiscard]] const codec::TextWeight& text() const { return meter_.weight(); }
  /// Images delivered so far. Nothing if they cannot be told: a whole answer has no list that could
  /// hold them, or only elements that are neither an image nor a failure, as far as is known; a
  /// stream has neither.
  [[nodiscard]] std::optional<std::int64_t> image_count() const;
  [[nodiscard]] const EventFacts& facts() const { return facts_; }
  /// True if what was fed is one complete JSON text.
  [[nodiscard]] bool is_complete() const { return walk_.is_complete(); }

  // The model's name at the top of an answer that comes in pieces; offsets from its start.
  [[nodiscard]] const std::optional<Range>& model_at() const { return facts_.model; }
  /// Where the name begins, if the last piece ended in it.
  [[nodiscard]] std::optional<std::size_t> open_model() const { return open_model_; }

 private:
  friend class codec::JsonWalk;
  static constexpr std::size_t kMaxDepth = 12;
  static constexpr std::size_t kMaxReportBytes = 4096;

  /// A report of usage that is open.
  struct Report {
    std::size_t depth = 0;  ///< 0: none is
    std::string bytes = {};
    std::size_t from = 0;  ///< where it goes on in the piece
  };
  struct Images {
    std::uint32_t in_data = 0;
    std::uint32_t in_list = 0;  ///< in `images`, which some servers send besides
    std::uint32_t alone = 0;    ///< each an event
    bool has_list = false;
    bool is_open = false;       ///< the open element of a list is one
    bool is_failure = false;    ///< it is an error, or an image that is empty
    bool has_failures = false;  ///< elements or events
    bool has_unknown = false;   ///< elements
  };

  // Called by the walk.
  void open(char bracket, std::size_t at);
  void close(std::size_t at);
  void name(std::string_view name);
  void string(std::string_view raw, std::size_t at, bool begins, bool ends);
  void scalar(std::string_view raw, bool begins, bool ends);

  [[nodiscard]] MemberName name_at(std::size_t depth) const {
    return depth < kMaxDepth ? names_[depth] : MemberName::none;
  }
  [[nodiscard]] MemberName current() const { return name_at(walk_.depth()); }
  [[nodiscard]] bool is_at_top() const;
  [[nodiscard]] bool is_report(MemberName name) const;
  void take_text(std::string_view raw, std::size_t at, bool begins, bool ends);
  void take_fact(MemberName name, std::string_view raw, std::size_t at, bool begins, bool ends);
  void take_code(MemberName name, std::string_view raw, bool ends);
  [[nodiscard]] bool is_followed_by(char byte, std::size_t at) const;
  void take_report(const TokenUsage& usage, std::size_t depth);
  void take_number(MemberName name, std::string_view raw, bool begins, bool ends);
  void take_image(MemberName name, std::string_view raw, bool ends);
  void note_failure();
  void end_element();

  TextNames text_names_;
  bool is_stream_;
  codec::JsonWalk walk_;
  codec::TextMeter meter_;
  std::array<MemberName, kMaxDepth> names_{};  ///< by depth: the latest name there
  std::size_t skipped_ = 0;                    ///< depth within which nothing counts; 0: none
  Report report_;
  std::string_view piece_;
  std::size_t offset_ = 0;     ///< of the piece
  std::size_t reasoning_ = 0;  ///< hash of the last whole text: pieces do not last
  TokenUsage top_;
  TokenUsage below_;
  Images images_;
  std::optional<std::size_t> open_model_;
  EventFacts facts_;
};

}  // namespace weir::dialect
