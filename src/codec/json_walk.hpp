/// Walks over a JSON text that arrives in pieces, and hands over what it passes: brackets, names,
/// and pieces of strings and scalars. For texts that are observed: nothing is validated, and a
/// broken text leads to nonsense, never further.
///
/// Unlike JsonScanner it goes everywhere, arrays included, and keeps nothing but a name that is
/// split between pieces.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::codec {

/// The receiver of a walk. `at`: an offset in the piece. A value's pieces come in order; `begins`
/// and `ends` say which ones it begins and ends with. Strings come without quotes, undecoded. A
/// visitor with `is_done()` ends the walk when that is true.
template <class T>
concept JsonVisitor =
    requires(T visitor, bool flag, std::string_view text, std::size_t at, char bracket) {
      visitor.open(bracket, at);
      visitor.close(at);
      visitor.name(text);
      visitor.string(text, at, flag, flag);
      visitor.scalar(text, flag, flag);
    };

/// Threads: one owner at a time. Lifetime: value type.
/// Cost:    a pass over brackets and scalars by bytes, over strings by words.
class JsonWalk {
 public:
  static constexpr std::size_t kMaxNameBytes = 64;  ///< a longer name is cut

  template <JsonVisitor Visitor>
  void feed(std::string_view piece, Visitor& visitor) {
    for (std::size_t at = 0; at < piece.size();) {
      if constexpr (requires { visitor.is_done(); }) {
        if (visitor.is_done()) return;
      }
      switch (within_) {
        case Within::none:
          take_token(piece, at, visitor);
          break;
        case Within::name:
        case Within::string:
          take_string(piece, at, visitor);
          break;
        case Within::scalar:
          take_scalar(piece, at, visitor);
          break;
      }
    }
    // A string that has just begun is known to have begun.
    if (within_ == Within::string && begins_) {
      visitor.string({}, piece.size(), true, false);
      begins_ = false;
    }
  }

  /// Prepares for another text.
  void reset() { *this = {}; }

  /// Open brackets.
  [[nodiscard]] std::size_t depth() const { return depth_; }
  /// True if the text so far is one complete array or object.
  [[nodiscard]] bool is_complete() const { return state_ == State::complete; }
  /// True within an object, for its members.
  [[nodiscard]] bool in_object() const { return (objects_ & 1U) != 0; }

 private:
  enum class Within : std::uint8_t { none, name, string, scalar };
  enum class State : std::uint8_t { blank, open, complete, broken };

  static constexpr auto kEndsScalar = [] {
    std::array<bool, 256> ends{};
    for (const char c : std::string_view(",}] \n\r\t:\"{["))
      ends[static_cast<unsigned char>(c)] = true;
    return ends;
  }();
  static bool ends_scalar(char c) { return kEndsScalar[static_cast<unsigned char>(c)]; }

  template <class Visitor>
  void take_token(std::string_view piece, std::size_t& at, Visitor& visitor) {
    const char c = piece[at];
    switch (c) {
      case ' ':
      case '\n':
      case '\r':
      case '\t':
        break;
      case '{':
      case '[':
        state_ = state_ == State::blank || state_ == State::open ? State::open : State::broken;
        visitor.open(c, at);
        ++depth_;
        objects_ = objects_ << 1U | (c == '{' ? 1U : 0U);
        expects_name_ = c == '{';
        break;
      case '}':
      case ']':
        if (depth_ > 0) --depth_;
        objects_ >>= 1U;
        expects_name_ = false;
        if (depth_ == 0) state_ = state_ == State::open ? State::complete : State::broken;
        visitor.close(at);
        break;
      case ',':
        expects_name_ = in_object();
        break;
      case ':':
        expects_name_ = false;
        break;
      case '"':
        within_ = expects_name_ ? Within::name : Within::string;
        begins_ = true;
        name_.clear();
        break;
      default:
        within_ = Within::scalar;
        begins_ = true;
        return;
    }
    ++at;
  }

  template <class Visitor>
  void take_string(std::string_view piece, std::size_t& at, Visitor& visitor) {
    const auto begin = at;
    const auto end = find_end(piece, at);
    at = end;
    const bool ends = end < piece.size();
    const auto text = piece.substr(begin, end - begin);
    if (ends) ++at;
    if (within_ == Within::name) {
      if (ends && name_.empty()) {
        visitor.name(text);
      } else {
        name_.append(text.substr(0, kMaxNameBytes - std::min(name_.size(), kMaxNameBytes)));
        if (ends) visitor.name(name_);
      }
    } else {
      visitor.string(text, begin, begins_, ends);
    }
    begins_ = false;
    if (ends) within_ = Within::none;
  }

  // The closing quote at or after `at`, or the piece's end.
  std::size_t find_end(std::string_view piece, std::size_t at) {
    if (escaped_) {
      escaped_ = false;
      ++at;
    }
    // Most strings are short.
    constexpr std::size_t kShort = 16;
    for (const auto end = std::min(at + kShort, piece.size()); at < end; ++at) {
      if (piece[at] == '"') return at;
      if (piece[at] == '\\') break;
    }
    auto quote = std::min(piece.find('"', at), piece.size());
    while (at < piece.size()) {
      const auto backslash = piece.substr(0, quote).find('\\', at);
      if (backslash == piece.npos) return quote;
      at = backslash + 2;
      if (at > piece.size()) escaped_ = true;
      if (at > quote) quote = std::min(piece.find('"', at), piece.size());
    }
    return piece.size();
  }

  template <class Visitor>
  void take_scalar(std::string_view piece, std::size_t& at, Visitor& visitor) {
    const auto begin = at;
    while (at < piece.size() && !ends_scalar(piece[at])) ++at;
    const bool ends = at < piece.size();
    visitor.scalar(piece.substr(begin, at - begin), begins_, ends);
    begins_ = false;
    if (ends) within_ = Within::none;
  }

  std::size_t depth_ = 0;
  std::uint64_t objects_ = 0;  ///< bit d: the d-th bracket from within is an object's
  Within within_ = Within::none;
  State state_ = State::blank;
  bool expects_name_ = false;
  bool begins_ = false;   ///< nothing of the string or scalar was handed over
  bool escaped_ = false;  ///< a backslash ended the last piece
  std::string name_;      ///< from earlier pieces
};

}  // namespace weir::codec
