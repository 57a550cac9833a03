/// Answers of chat completions as Ollama's chat and generate, and of embeddings as its embeddings.
///
/// Source: ollama/ollama api/types.go (ChatResponse, GenerateResponse, EmbedResponse) and docs/api;
/// the types of ollama-python 0.6; 2026-11.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "dialect/token_usage.hpp"
#include "translation/detail/chat_delta.hpp"
#include "translation/detail/tool_calls.hpp"
#include "translation/translation.hpp"

namespace weir::translation {

/// A stream is lines of JSON. A tool call is told as a whole, when its arguments have ended: they
/// are an object there. The last line has the reason of the end, the usage and the times.
class OllamaAnswer final : public Answer {
 public:
  enum class Form : std::uint8_t { chat, generate };

  struct Setup {
    std::string model;           ///< the client's id
    std::int64_t called_at = 0;  ///< Unix time
    Form form = Form::chat;
    bool hides_thinking = false;  ///< the client wants none
  };

  explicit OllamaAnswer(Setup setup) : setup_(std::move(setup)) {}

  [[nodiscard]] std::string rewrite(const boost::json::object& answer) override;
  void at(std::chrono::nanoseconds elapsed) override { elapsed_ = elapsed; }
  void take(const boost::json::object& event, std::string& out) override;
  void end(std::string& out) override;
  [[nodiscard]] std::size_t held_bytes() const override { return calls_.held_bytes(); }
  [[nodiscard]] std::uint64_t events() const override { return lines_; }
  [[nodiscard]] std::string_view id() const override { return {}; }
  [[nodiscard]] bool has_finished() const override { return has_finished_; }
  [[nodiscard]] bool failed() const override { return failed_ || calls_.failed(); }

 private:
  /// The contents of one line.
  struct Said {
    std::string_view text = {};
    std::string_view thinking = {};
    std::string tool_calls = {};  ///< elements of a JSON array
  };

  void read_end(const detail::ChatDelta& delta);
  [[nodiscard]] std::string take_calls(bool ending);
  void append_call(std::string& out, std::string_view id, std::string_view name,
                   std::string_view arguments);
  void append_line(std::string& out, const Said& said, bool is_done);
  void append_end(std::string& out) const;

  Setup setup_;
  std::uint64_t lines_ = 0;
  std::size_t tools_ = 0;
  detail::ToolCalls calls_;
  dialect::TokenUsage usage_;
  std::chrono::nanoseconds elapsed_{0};
  std::optional<std::chrono::nanoseconds> first_at_;  ///< of the first line
  bool has_finished_ = false;
  bool is_cut_ = false;
  bool failed_ = false;
};

/// Never a stream.
class OllamaEmbeddings final : public Answer {
 public:
  enum class Form : std::uint8_t {
    list,    ///< of all inputs
    single,  ///< the older path's, of one
  };

  OllamaEmbeddings(std::string model, Form form) : model_(std::move(model)), form_(form) {}

  [[nodiscard]] std::string rewrite(const boost::json::object& answer) override;
  void at(std::chrono::nanoseconds elapsed) override { elapsed_ = elapsed; }
  void take(const boost::json::object& /*event*/, std::string& /*out*/) override { failed_ = true; }
  void end(std::string& /*out*/) override {}
  [[nodiscard]] std::uint64_t events() const override { return 0; }
  [[nodiscard]] std::string_view id() const override { return {}; }
  [[nodiscard]] bool has_finished() const override { return true; }
  [[nodiscard]] bool failed() const override { return failed_; }

 private:
  std::string model_;
  Form form_;
  std::chrono::nanoseconds elapsed_{0};
  bool failed_ = false;
};

}  // namespace weir::translation
