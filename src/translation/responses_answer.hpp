/// A chat answer as a response of OpenAI's responses API, whole or as a stream of events.
///
/// Source: platform.openai.com, API reference: responses streaming; openai/codex,
/// codex-rs/codex-api/src/sse/responses.rs (an item counts when it is done; `response.completed`
/// needs an id); openai-python 3.54, lib/streaming/responses (an item's place in `output` is its
/// output_index), 2026.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/token_usage.hpp"
#include "translation/detail/chat_delta.hpp"
#include "translation/detail/output_item.hpp"
#include "translation/detail/responses_tools.hpp"
#include "translation/detail/tool_calls.hpp"
#include "translation/translation.hpp"

namespace weir::translation {

class ResponsesAnswer final : public Answer {
 public:
  struct Setup {
    std::string model;
    std::string echo;  ///< members that repeat the request's, raw, without braces
    std::vector<detail::ToolOrigin> tools;
    std::uint64_t seed = 0;   ///< of ids, where the upstream gives none
    bool summarises = false;  ///< reasoning is given as its summary, which clients show
  };

  explicit ResponsesAnswer(Setup setup) : setup_(std::move(setup)) {}

  [[nodiscard]] std::string rewrite(const boost::json::object& answer) override;
  void take(const boost::json::object& event, std::string& out) override;
  void end(std::string& out) override;
  [[nodiscard]] std::uint64_t events() const override { return events_; }
  [[nodiscard]] std::string_view id() const override { return raw_id_; }
  [[nodiscard]] std::size_t held_bytes() const override { return setup_.echo.size() + bytes_; }
  [[nodiscard]] bool has_finished() const override { return !finish_reason_.empty(); }
  [[nodiscard]] bool failed() const override { return failed_; }

 private:
  // A call of the upstream's. It becomes an item as soon as it has a name.
  struct Call : detail::NamedCall {
    std::size_t index = 0;
    std::string early_arguments = {};
    std::size_t item = kNoItem;
  };

  static constexpr std::size_t kMaxCalls = 1024;
  // The last event repeats all of the answer.
  static constexpr std::size_t kMaxBytes = 32 << 20;
  static constexpr std::size_t kNoItem = static_cast<std::size_t>(-1);

  [[nodiscard]] bool count(const detail::ChatDelta& delta);
  void start(const detail::ChatDelta& delta, std::string& out);
  void add_reasoning(const detail::ChatDelta& delta, std::string& out);
  void add_text(std::string_view text, bool refusal, std::string& out);
  void add_call(const detail::ToolCallDelta& delta, std::string& out);
  [[nodiscard]] Call& call_of(const detail::ToolCallDelta& delta);
  void open_call(Call& call, std::string_view name, std::string& out);
  void add_arguments(const Call& call, std::string_view text, std::string& out);
  [[nodiscard]] std::size_t open_item(detail::ItemKind kind, std::string& out);
  void open_part(bool refusal, std::string& out);
  void close_part(std::string& out);
  void close_text(std::string& out);
  void close_item(std::size_t at, std::string& out);
  void close_call(std::size_t at, std::string& out);
  void close_all(std::string& out);
  [[nodiscard]] std::string item_id(std::string_view prefix) const;
  [[nodiscard]] std::string_view status() const;

  void begin_event(std::string_view type, std::string& out);
  void begin_event(std::string_view type, std::size_t at, std::string& out);
  void append_response(std::string_view status, std::string& out) const;
  void append_item_event(std::string_view type, std::size_t at, std::string& out);
  void append_text_event(std::string_view type, std::string_view place, std::string_view key,
                         std::string_view text, std::string& out);

  Setup setup_;
  std::uint64_t events_ = 0;
  std::size_t bytes_ = 0;  ///< of texts and arguments so far
  bool failed_ = false;    ///< beyond a bound
  bool started_ = false;
  std::string chat_id_;
  std::string raw_id_;
  std::int64_t created_ = 0;
  std::string finish_reason_;
  dialect::TokenUsage usage_;
  std::vector<detail::OutputItem> items_;
  std::vector<Call> calls_;
  std::size_t text_item_ = kNoItem;  // the open message or reasoning, of which there is one at most
};

}  // namespace weir::translation
