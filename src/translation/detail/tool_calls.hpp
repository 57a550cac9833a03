/// The tool calls of a chat stream, put in order: chat may tell several at a time, in pieces that
/// alternate, and a name after its arguments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "translation/detail/chat_delta.hpp"

namespace weir::translation::detail {

/// Notices the end of an object, or array, that arrives in pieces. It does not check the text.
class JsonEnd {
 public:
  void feed(std::string_view piece);
  [[nodiscard]] bool reached() const { return reached_; }
  [[nodiscard]] bool inside() const { return depth_ > 0; }

 private:
  void take(char c);

  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool reached_ = false;
};

struct ToolCall {
  enum class State : std::uint8_t { waiting, open, closed };

  std::size_t index = 0;  ///< the upstream's
  std::string id;
  std::string name;
  std::string held;  ///< arguments not yet taken
  JsonEnd end;
  State state = State::waiting;

  [[nodiscard]] bool has_something() const { return !id.empty() || !name.empty() || !held.empty(); }
};

/// Lifetime: value type; references to calls last until the next take().
class ToolCalls {
 public:
  /// Bytes of arguments that wait for an earlier call to end. Beyond it they are told at once.
  static constexpr std::size_t kMaxHeldBytes = std::size_t{1} << 20;

  void take(const ToolCallDelta& piece);

  /// The call that is open; null: none.
  [[nodiscard]] ToolCall* open();
  /// True if a call waits that has a name, or with `unnamed` anything.
  [[nodiscard]] bool has_next(bool unnamed);
  /// Opens the first such call. Null: none.
  [[nodiscard]] ToolCall* open_next(bool unnamed);
  void close();

  /// True while the open call may go on: what else comes has to wait.
  [[nodiscard]] bool blocks() const;

 private:
  ToolCall& call_of(const ToolCallDelta& piece);
  [[nodiscard]] std::vector<ToolCall>::iterator next(bool unnamed);

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::vector<ToolCall> calls_;
  std::size_t open_ = kNone;
  std::size_t held_bytes_ = 0;
};

}  // namespace weir::translation::detail
