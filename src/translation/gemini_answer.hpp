/// Answers of chat completions as Google's generateContent.
///
/// Source: ai.google.dev, API reference: GenerateContentResponse, Candidate; google-genai 3.6 for
/// Python, whose reader of streams takes data lines and nothing else; 2026-11.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/object.hpp>

#include "dialect/token_usage.hpp"
#include "translation/detail/chat_delta.hpp"
#include "translation/detail/tool_calls.hpp"
#include "translation/translation.hpp"

namespace weir::translation {

/// A function call is sent once it is complete, as Google does; arguments that are not a JSON
/// object end the answer with MALFORMED_FUNCTION_CALL. The signature of the first call carries the
/// reasoning that led to it, for the upstream.
class GeminiAnswer final : public Answer {
 public:
  struct Setup {
    std::string model;            ///< the client's id
    std::uint64_t seed = 0;       ///< for the id of an answer without one
    bool shows_thoughts = false;  ///< the client asked for them
  };

  explicit GeminiAnswer(Setup setup) : setup_(std::move(setup)) {}

  [[nodiscard]] std::string rewrite(const boost::json::object& answer) override;
  void take(const boost::json::object& event, std::string& out) override;
  void end(std::string& out) override;
  [[nodiscard]] std::size_t held_bytes() const override;
  [[nodiscard]] std::uint64_t events() const override { return events_; }
  [[nodiscard]] std::string_view id() const override { return id_; }
  [[nodiscard]] bool has_finished() const override { return !finish_reason_.empty(); }
  [[nodiscard]] bool failed() const override { return failed_ || calls_.failed(); }

 private:
  // Append the next parts of the candidate to `parts_`.
  void add_texts(const detail::ChatDelta& delta);
  void add_text(std::string_view text, bool is_thought);
  void add_calls(bool ending);
  void add_call(const detail::ToolCall& call);
  [[nodiscard]] std::string signature_of(const detail::ToolCall& call) const;

  void read_end(const detail::ChatDelta& delta);
  void set_id(std::string_view upstream_id);
  [[nodiscard]] std::string_view finish_reason() const;
  void append_event(bool is_last, std::string& out);
  void append_response(bool is_last, std::string& out);
  void append_usage(std::string& out) const;

  Setup setup_;
  std::string id_;  ///< JSON
  std::uint64_t events_ = 0;
  dialect::TokenUsage usage_;
  std::string finish_reason_;  ///< the upstream's
  bool refused_ = false;
  bool malformed_ = false;  ///< a call's arguments are no object
  bool failed_ = false;
  std::size_t told_calls_ = 0;
  std::string parts_;
  detail::ToolCalls calls_;
  std::string_view reasoning_member_;
  std::string reasoning_;  ///< until the first call
};

}  // namespace weir::translation
