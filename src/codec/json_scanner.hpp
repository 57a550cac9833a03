/// Finds the values of chosen members in a JSON text that arrives in pieces.
///
/// Names match without regard to case, in ASCII and by Unicode folding, as some JSON readers match
/// them (Go's, for one): anything that such a reader could take for a chosen member is found.
///
/// One pass; the text is not kept, except the bytes of a chosen value that is split between pieces.
/// The result is what any JSON reader finds, so a name with escapes ("mod\u0065l") is recognized.
/// Structure is checked everywhere: brackets, commas, colons, ends of strings. The inside of
/// strings, numbers and literals is checked on request. It is not a parser: only keys are decoded.
///
/// Source: RFC 8259.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "codec/json_grammar.hpp"
#include "codec/json_value.hpp"
#include "codec/member_paths.hpp"

namespace weir::codec {

/// One value found. Offsets count from the first byte fed since construction or reset.
struct JsonValue {
  std::size_t member = 0;  ///< index in the scanner's list
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  /// The raw value: a string with quotes and escapes, an object with its braces. A view into the
  /// piece if it lies wholly in it, else into the scanner and valid until `found` returns.
  std::string_view text = {};
  bool too_long = false;  ///< longer than the scanner's bound; `text` is empty
  bool exact = true;      ///< its name equals the member's, case included
};

/// Threads:  one owner at a time. Lifetime: value type; `members` outlives it.
/// Cost:     0.8 KB of chat request about 0.5 us, long strings about 5 GB/s (json_scanner_bench);
///           allocates only when a piece cuts a chosen value or a key, or a key has an escape.
class JsonScanner {
 public:
  /// The state of the text so far. After `broken` nothing more is reported.
  enum class State : std::uint8_t { more, complete, broken };

  /// How strictly the text is checked. Answers that are only observed need their structure checked;
  /// a forwarded request must be understood alike by every reader.
  enum class Check : std::uint8_t { structure, everything };

  static constexpr std::size_t kMaxDepth = 64;

  /// A text with more than `max_depth` nested brackets is broken.
  /// REQUIRES: 1 <= max_depth <= kMaxDepth.
  explicit JsonScanner(const MemberPaths& members, std::size_t max_value_bytes = 4096,
                       std::size_t max_depth = kMaxDepth, Check check = Check::structure);

  /// Prepares for another text.
  void reset();

  /// Consumes the next piece and calls `found(const JsonValue&)` for each chosen value that ends in
  /// it, in the order of their ends. A member that occurs twice is found twice. A number ends with
  /// the byte after it.
  template <class F>
  void feed(std::string_view piece, F&& found) {
    piece_ = piece;
    place_.at = 0;
    for (JsonValue value; next(value);) found(std::as_const(value));
    keep_unfinished();
  }

  [[nodiscard]] State state() const { return state_; }
  /// True if the text is broken because of its depth.
  [[nodiscard]] bool too_deep() const { return too_deep_; }
  /// For a broken text: the offset of the byte that broke it.
  [[nodiscard]] std::uint64_t broken_at() const { return broken_at_; }

  /// How many of the last bytes fed belong to an unfinished chosen value: a caller that edits the
  /// text holds these back. A value beyond the bound no longer counts, so this never exceeds the
  /// bound.
  [[nodiscard]] std::uint64_t unfinished() const { return held_.bytes.size(); }

 private:
  using Members = MemberPaths::Set;

  // The token that the next byte belongs to.
  enum class Within : std::uint8_t { none, key, string, scalar };

  // State that changes with every token.
  struct Place {
    std::size_t at = 0;             // next byte of piece_
    std::size_t depth = 0;          // open brackets
    std::uint64_t object_bits = 0;  // bit d - 1: the bracket at depth d is an object's
    unsigned expected = 0;          // tokens that may come, as bits
    Within within = Within::none;
    bool escaped = false;  // a backslash ended the last piece and escapes the next byte

    [[nodiscard]] bool may_come(unsigned tokens) const { return (expected & tokens) != 0; }
    [[nodiscard]] bool in_object() const { return (object_bits >> (depth - 1) & 1U) != 0; }
  };

  // An object on a path, and its latest key.
  struct Level {
    Members members = 0;           // paths that lead into this object
    Members key_members = 0;       // those that continue with the latest key
    std::size_t prefix_bytes = 0;  // length of the part of a path that names the object, with the
                                   // dot
    std::size_t path_bytes = 0;    // length of the part that names the latest key's value
    bool key_exact = true;         // the latest key equals the member's name
    std::size_t open_member = 0;   // member whose value is open, if Path::open has this level
    std::uint64_t begin = 0;       // start of that value
  };

  // The objects on a path that are open.
  struct Path {
    std::size_t depth = 0;  // number of open brackets, from the first, that are on a path
    unsigned open = 0;      // bit d: a chosen value in levels[d] has not ended
    std::array<Level, MemberPaths::kMaxLevels + 1> levels = {};  // by depth; 0 is the text itself
  };

  // Bytes of unfinished values from earlier pieces.
  struct Held {
    std::string bytes = {};
    std::uint64_t begin = 0;  // their offset
  };

  struct Bounds {
    std::size_t value_bytes;
    std::size_t depth;
  };

  // These return true if a chosen value ended, which is then in `value`.
  bool next(JsonValue& value);
  bool take_token(Place& place, JsonValue& value);
  bool take_rest(Place& place, JsonValue& value);
  bool take_scalar(Place& place, JsonValue& value);
  bool start_string(Place& place);
  bool open(Place& place, char bracket);
  bool close(Place& place, char bracket, JsonValue& value);
  void take_comma(Place& place);
  bool take_empty(Place& place, char second);
  bool end_value(Place& place, JsonValue& value);
  bool break_off(Place& place);

  [[nodiscard]] bool on_path(const Place& place) const { return place.depth == path_.depth; }
  void start_value(std::size_t at, std::size_t depth);
  void enter_object(std::size_t depth);
  void match_key(std::string_view raw, std::size_t depth);
  [[nodiscard]] Members with_name(const Level& level, std::string_view name) const;
  void report(std::size_t at, std::size_t depth, JsonValue& value);

  void keep_unfinished();
  void keep_key();
  [[nodiscard]] std::uint64_t oldest_to_hold(std::uint64_t end) const;
  void hold_from(std::uint64_t begin);

  const MemberPaths* members_;
  Bounds bounds_;
  Check check_;
  JsonStringCheck string_check_;
  JsonScalarCheck scalar_check_;

  std::string_view piece_;    // being fed
  std::uint64_t offset_ = 0;  // of its first byte
  std::size_t key_at_ = 0;    // position in it of the open key's bytes
  Place place_;
  State state_ = State::more;
  bool too_deep_ = false;
  std::uint64_t broken_at_ = 0;

  Path path_;
  std::string key_;  // the open key's bytes from earlier pieces
  Held held_;
};

}  // namespace weir::codec
