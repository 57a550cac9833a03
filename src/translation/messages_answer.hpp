/// Answers of chat completions as Anthropic's messages.
///
/// Source: docs.claude.com, Messages: streaming; the accumulators of anthropic-sdk-python 2.12 and
/// -typescript: blocks are opened, continued and closed one at a time, by index; 2026-11.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dialect/token_usage.hpp"
#include "translation/detail/chat_delta.hpp"
#include "translation/detail/tool_calls.hpp"
#include "translation/translation.hpp"

namespace weir::translation {

namespace detail {

/// Distinguishes a request, and so each turn of a conversation, for ids of answers without one.
[[nodiscard]] std::uint64_t seed_of(std::string_view request);

}  // namespace detail

/// Arguments of a whole answer that are no JSON object become {"INVALID_JSON": …}, as Anthropic
/// advises; those of a stream are passed on as they come. A stream that is complete without a
/// reason ended with a tool's use if it has one that is complete, else with its turn.
class MessagesAnswer final : public Answer {
 public:
  struct Setup {
    std::string model;                             ///< the client's id
    std::uint64_t seed = 0;                        ///< see seed_of()
    std::vector<std::string> stop_sequences = {};  ///< those of the request
    bool hides_thinking = false;                   ///< only its signature is told
  };

  explicit MessagesAnswer(Setup setup) : setup_(std::move(setup)) {}

  [[nodiscard]] std::string rewrite(const boost::json::object& answer) override;
  void take(const boost::json::object& event, std::string& out) override;
  void end(std::string& out) override;
  [[nodiscard]] std::uint64_t events() const override { return events_; }
  [[nodiscard]] std::string_view id() const override { return id_; }
  [[nodiscard]] bool has_finished() const override { return has_finished_; }
  [[nodiscard]] bool failed() const override { return failed_ || calls_.failed(); }

 private:
  enum class Block : std::uint8_t { none, thinking, text, tool };

  void read_end(const detail::ChatDelta& delta);
  void set_id(std::string_view upstream_id);
  [[nodiscard]] std::string call_id(std::string_view upstream_id) const;

  void start(std::string& out);
  void tell(Block block, std::string_view text, std::string& out);
  void tell_signature(std::string& out);
  void tell_held(std::string& out);
  void tell_calls(std::string& out, bool ending);
  void tell_arguments(detail::ToolCall& call, std::string& out);
  void open(Block block, const detail::ToolCall* call, std::string& out);
  void close(std::string& out);
  void begin_event(std::string_view type, std::string& out);
  void begin_delta(std::string_view head, std::string& out);
  void append_index(std::string& out) const;

  [[nodiscard]] std::string_view stop_reason() const;
  void append_stop(std::string& out) const;
  void append_usage(std::string& out) const;

  Setup setup_;
  std::string id_;  ///< JSON
  std::uint64_t events_ = 0;
  dialect::TokenUsage usage_;
  std::string_view finish_reason_;  ///< Anthropic's; empty: an end as usual, or none
  std::string_view stop_sequence_;  ///< of setup_
  bool has_finished_ = false;
  bool refused_ = false;
  bool failed_ = false;
  bool cut_ = false;       ///< within the arguments of the last call
  std::size_t tools_ = 0;  ///< calls told
  // For a stream.
  bool started_ = false;
  Block block_ = Block::none;
  std::size_t index_ = 0;  ///< of the block that is open, or the next
  detail::ToolCalls calls_;
  std::string_view reasoning_member_;  ///< of the thinking that is open, or held
  std::string hidden_;                 ///< the thinking of the open block
  std::string held_thinking_;          ///< until the open call has ended
  std::string held_text_;
};

}  // namespace weir::translation
