/// The tool calls of a chat stream, put in order: chat may tell several at a time, in pieces that
/// alternate, and a name after its arguments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "translation/detail/chat_delta.hpp"

namespace weir::translation::detail {

/// True for arguments that are none: blank, or the null of some servers.
[[nodiscard]] bool is_empty(std::string_view arguments);

/// Notices the beginning and the end of an object, or array, that arrives in pieces. It does not
/// check the text.
class JsonEnd {
 public:
  void feed(std::string_view piece);
  [[nodiscard]] bool reached() const { return reached_; }
  [[nodiscard]] bool inside() const { return depth_ > 0; }
  /// See is_empty().
  [[nodiscard]] bool is_empty() const;
  /// So far it is a null, or its beginning.
  [[nodiscard]] bool may_be_null() const { return !begun_ && null_ > 0; }

 private:
  void take(char c);

  std::size_t depth_ = 0;
  std::size_t null_ = 0;  ///< characters of a null that may stand for nothing
  bool begun_ = false;
  bool in_string_ = false;
  bool escaped_ = false;
  bool reached_ = false;
};

/// A call as far as it tells whether a piece belongs to it.
struct NamedCall {
  std::string id = {};
  std::string name = {};
  JsonEnd end = {};  ///< of its arguments

  /// True for a piece of the same index that begins another call: its name has an id of its own, or
  /// cannot be of this one.
  [[nodiscard]] bool is_followed_by(const ToolCallDelta& piece) const;
};

struct ToolCall : NamedCall {
  enum class State : std::uint8_t { waiting, open, closed };

  std::string held = {};  ///< arguments not yet taken
  std::string signature = {};
  bool is_settled = false;  ///< it has no arguments, as something followed it
  State state = State::waiting;
};

/// Lifetime: value type; references to calls last until the next take().
class ToolCalls {
 public:
  /// Beyond it the answer has failed; a model that means what it says makes fewer.
  static constexpr std::size_t kMaxCalls = 1024;
  /// Bytes of what is kept, or waits for an earlier call to end. Beyond it the answer has failed.
  static constexpr std::size_t kMaxHeldBytes = std::size_t{1} << 20;

  void take(const ToolCallDelta& piece);
  /// No more will come: calls are ready even if they have no name.
  void admit_unnamed();

  /// The call that is open; null: none.
  [[nodiscard]] ToolCall* open();
  /// True if a call waits that is ready: it has a name.
  [[nodiscard]] bool has_next() const { return !ready_.empty(); }
  /// Opens the first that is ready. Null: none.
  [[nodiscard]] ToolCall* open_next();
  void close();

  /// Text follows: an open call that has no arguments yet has none. False: there is no such call.
  bool settle();
  /// True while the open call may go on: what else comes has to wait. One without arguments does
  /// not hold up more than the bound.
  [[nodiscard]] bool blocks() const;
  /// Ids and names of all calls, and the arguments that are held.
  [[nodiscard]] std::size_t held_bytes() const;
  /// There are too many calls, or one went on after it was closed.
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  [[nodiscard]] std::size_t place_of(const ToolCallDelta& piece) const;

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::vector<ToolCall> calls_;
  std::map<std::size_t, std::size_t> latest_;  ///< place of the latest call of each index
  std::set<std::size_t> ready_;                ///< places
  std::size_t open_ = kNone;
  std::size_t held_bytes_ = 0;  ///< without those of the open call
  bool failed_ = false;
};

}  // namespace weir::translation::detail
