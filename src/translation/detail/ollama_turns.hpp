/// Ollama's messages as those of chat completions.
///
/// Source: ollama/ollama api/types.go (Message, ToolCall) and docs/capabilities: vision, tool
/// calling, 2026-11.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "translation/detail/findings.hpp"

namespace weir::translation::detail {

/// Calls and results have no ids in most of Ollama's conversations, and must have them in chat: a
/// result belongs to the first call of its tool's name that has none yet, or else to the first.
class OllamaTurns {
 public:
  /// outlives: `findings`.
  explicit OllamaTurns(Findings& findings) : findings_(findings) {}

  /// The array of messages.
  void add_messages(const boost::json::value& messages);
  /// The parts of /api/generate; empty ones are left out.
  void add_system(std::string_view text);
  void add_prompt(std::string_view text, const boost::json::value* images);
  [[nodiscard]] boost::json::array finish() { return std::move(done_); }

 private:
  struct OpenCall {
    std::string id;
    std::string name;
  };

  void add_message(const boost::json::object& message);
  void add_assistant(const boost::json::object& message);
  void add_result(const boost::json::object& message);
  [[nodiscard]] boost::json::value call_of(const boost::json::object& call);
  [[nodiscard]] std::string take_open_call(std::string_view id, std::string_view name);
  [[nodiscard]] boost::json::value content_with(std::string_view text,
                                                const boost::json::value* images,
                                                std::string_view path);

  Findings& findings_;
  boost::json::array done_;
  std::deque<OpenCall> open_;  ///< calls of the last assistant message without a result
  std::size_t calls_ = 0;
};

}  // namespace weir::translation::detail
