/// Ollama's messages as those of chat completions.
///
/// Source: ollama/ollama api/types.go (Message, ToolCall) and docs/capabilities: vision, tool
/// calling, 2026-11.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
  /// The calls of one assistant message, and which of them have a result. A result costs log n.
  class OpenCalls {
   public:
    void clear() { *this = {}; }
    void add(std::string id, std::string_view name);
    /// The id of the call with this id; else of the first with this name; else of the first of all.
    /// An id is not looked for by name. Empty: there is none.
    [[nodiscard]] std::string take(std::string_view id, std::string_view name);

   private:
    using Places = std::map<std::string, std::deque<std::size_t>, std::less<>>;
    [[nodiscard]] std::optional<std::size_t> first_of(Places& places, std::string_view key);

    std::vector<std::string> ids_;
    std::vector<bool> taken_;
    Places by_id_;
    Places by_name_;
    std::size_t first_ = 0;  ///< those before it are taken
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
  OpenCalls open_;
  std::size_t calls_ = 0;
};

}  // namespace weir::translation::detail
