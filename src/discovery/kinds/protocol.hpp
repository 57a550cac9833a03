/// Protocol of a kind: which requests follow which answers, and how to parse them. Private to
/// discovery's pure part; its public interface is kinds.hpp, inquiry.hpp and loopback.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalogue/model.hpp"
#include "discovery/ask.hpp"

namespace weir::discovery::kinds {

using Models = std::vector<catalogue::UpstreamModel>;

/// A request with its answer: the JSON document of a 2xx answer, or the error.
struct Exchange {
  Ask ask;
  int status = 0;  ///< 0: no HTTP answer
  Result<boost::json::value> document;
  std::string link = {};  ///< Answer::link
};

/// All requests and answers of this round, in order.
struct Transcript {
  WallTime asked_at;
  std::vector<Exchange> exchanges;
  std::string authority = {};  ///< `host:port` of the upstream; empty if unknown

  /// Null if it was not requested. Paths are compared with their query.
  [[nodiscard]] const Exchange* find(std::string_view path, std::string_view body = {}) const;
  /// Null if it was not requested or failed.
  [[nodiscard]] const boost::json::value* document(std::string_view path,
                                                   std::string_view body = {}) const;
  [[nodiscard]] bool asked(std::string_view path) const { return find(path) != nullptr; }
  /// True if it was requested and failed.
  [[nodiscard]] bool failed(std::string_view path) const;
};

/// Result of reading the answers of a round.
struct Reading {
  Models models;
  bool truncated = false;                       ///< Listing::truncated
  std::optional<Error> broken_off = {};         ///< Listing::broken_off
  std::vector<std::string> unknown_words = {};  ///< Listing::unknown_words
};

struct Protocol {
  /// The requests that follow from the answers so far; empty if there are none left. Never called
  /// with a failed required request.
  std::vector<Ask> (*next)(const Transcript&);
  /// Never called with a failed required request.
  Result<Reading> (*read)(const Transcript&);
  /// Fingerprint for the loopback scan; null for hosted kinds. Paths are relative to the server's
  /// root.
  std::vector<std::string_view> (*marks)() = nullptr;
  bool (*recognises)(const Transcript&) = nullptr;
};

extern const Protocol anthropic, cohere, gemini, gpustack, huggingface, llama_cpp, lmstudio,
    localai, mistral, ollama, openai, openrouter, sd_cpp, sglang, siliconflow, speaches, tei, tgi,
    together, vllm, xinference;

/// The complete plan of a kind that needs one list.
[[nodiscard]] std::vector<Ask> ask_once(const Transcript& transcript, Ask ask);

}  // namespace weir::discovery::kinds
