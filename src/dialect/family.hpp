/// The families of APIs that clients and upstreams speak: one file and one row each.
///
/// A family is a set of endpoints with the same event streams. It is not a kind of upstream
/// (discovery/kinds.hpp): most kinds speak several families, at different endpoints.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/errc.hpp"
#include "dialect/answer_scan.hpp"

namespace weir::dialect {

enum class Family : std::uint8_t {
  openai,       ///< chat completions, and OpenAI's older endpoints
  responses,    ///< OpenAI's responses
  anthropic,    ///< Anthropic's messages
  siliconflow,  ///< SiliconFlow's own: rerank, video
  gemini,       ///< Google's generateContent
  ollama,       ///< Ollama's own
};

/// The data of a stream's last event where it is not JSON. OpenAI's streams end with it, and some
/// servers send it at the end of the other families' streams too.
inline constexpr std::string_view kDone = "[DONE]";

/// How the events of a stream are told apart.
enum class Framing : std::uint8_t {
  events,  ///< server-sent events
  data,    ///< the same without names and comments, for readers that take nothing else
  lines,   ///< a JSON text in each line
  array,   ///< one JSON array; each element is an event
};

/// The media type of a stream.
[[nodiscard]] std::string_view media_type(Framing framing);

/// How a family's event streams are read.
struct StreamRow {
  Framing framing;
  TextNames text;                          ///< of an event's data
  std::span<const std::string_view> ends;  ///< types of a last event, besides kDone
};

/// An error towards a client.
struct PublicError {
  Errc code;
  std::string_view message = {};  ///< empty: the code's own
  bool is_final = false;          ///< trying again soon cannot help

  [[nodiscard]] std::string_view text() const {
    return message.empty() ? describe(code).message : message;
  }
};

/// A stream that has begun and cannot be completed.
struct StreamBreak {
  Errc code;
  std::uint64_t events = 0;       ///< forwarded before
  std::string_view model = {};    ///< the client's id of the model
  std::string_view id = {};       ///< the answer's id as raw JSON; empty if it is not known
  std::string_view message = {};  ///< empty: that the answer is not complete
};

/// No member has a default: a row states every fact, or does not compile.
struct FamilyRow {
  std::string_view slug;  ///< equals the enumerator
  TextNames text;         ///< of an answer that is one JSON text
  StreamRow stream;
  /// Appends the body of an answer that is an error.
  void (*append_error)(std::string& out, const PublicError& error);
  /// Appends the event that ends a broken stream, with its blank line.
  void (*append_break)(std::string& out, const StreamBreak& broken);
};

/// The row of `family`, with static lifetime.
[[nodiscard]] const FamilyRow& of(Family family);

/// The body of an answer that is an error; empty for one that is never sent.
[[nodiscard]] std::string error_body(Family family, const PublicError& error);

/// The last event of a broken stream. It is not the family's mark of a complete one.
[[nodiscard]] std::string break_event(Family family, const StreamBreak& broken);

/// The query of a request for the beta version of the family's API; empty if it has none.
[[nodiscard]] std::string_view beta_query(Family family);

/// True if an event of this type is the stream's last.
[[nodiscard]] bool ends_stream(std::string_view type, const StreamRow& stream);

}  // namespace weir::dialect
