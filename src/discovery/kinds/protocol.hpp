/// Protocol of a kind: which questions to ask after which answers, and how to read them.
/// Private to discovery's pure part; the faces are kinds.hpp, inquiry.hpp and loopback.hpp.
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

/// A question with its answer: the JSON document of a 2xx answer, or what went wrong.
struct Exchange {
  Ask ask;
  int status = 0;  ///< 0: no HTTP answer
  Result<boost::json::value> document;
  std::string link = {};  ///< Answer::link
};

/// Everything asked and answered in this round, in the order of asking.
struct Transcript {
  WallTime asked_at;
  std::vector<Exchange> exchanges;
  std::string authority = {};  ///< `host:port` of the upstream; empty if nobody said

  /// Null if it was not asked. Paths are compared with their query.
  [[nodiscard]] const Exchange* find(std::string_view path, std::string_view body = {}) const;
  /// Null if it was not asked or failed.
  [[nodiscard]] const boost::json::value* document(std::string_view path,
                                                   std::string_view body = {}) const;
  [[nodiscard]] bool asked(std::string_view path) const { return find(path) != nullptr; }
  /// Asked, and it failed.
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
  /// The questions that follow from the answers so far; empty when there are none left. Never sees
  /// a transcript in which a required question failed.
  std::vector<Ask> (*next)(const Transcript&);
  /// Never sees a transcript in which a required question failed.
  Result<Reading> (*read)(const Transcript&);
  /// Fingerprint for the loopback scan; null for hosted kinds. Paths are below the server's root.
  std::vector<std::string_view> (*marks)() = nullptr;
  bool (*recognises)(const Transcript&) = nullptr;
};

extern const Protocol anthropic, cohere, gemini, gpustack, huggingface, llama_cpp, lmstudio,
    localai, mistral, ollama, openai, openrouter, sd_cpp, sglang, siliconflow, speaches, tei, tgi,
    together, vllm, xinference;

/// The whole plan of a kind that needs one list.
[[nodiscard]] std::vector<Ask> ask_once(const Transcript& transcript, Ask ask);

}  // namespace weir::discovery::kinds
