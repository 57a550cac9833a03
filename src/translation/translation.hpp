/// Calls for upstreams that do not speak the client's API: the request in the words of another
/// endpoint, and its answer on the way back. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "catalogue/endpoint.hpp"

namespace weir::translation {

/// Begins the signature of thinking that a translated answer gives to an Anthropic client.
/// Anthropic refuses blocks that have it.
inline constexpr std::string_view kOwnSignature = "weir:";

/// Rewrites the answer to one translated request.
///
/// Threads: one owner at a time. Lifetime: that of one answer; it refers to nothing of the request.
class Answer {
 public:
  Answer() = default;
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  virtual ~Answer() = default;

  /// The body for the client, from that of a success.
  [[nodiscard]] virtual std::string rewrite(const boost::json::object& answer) = 0;

  /// The time since the call came, of what is read next.
  virtual void at(std::chrono::nanoseconds /*elapsed*/) {}

  // For a stream: take() for each of the upstream's events, then end(). They append whole events
  // for the client. A text is passed on with the event that has it.

  virtual void take(const boost::json::object& event, std::string& out) = 0;
  /// The stream is complete, and ends as the client's family says. REQUIRES: the upstream said so:
  /// see has_finished().
  virtual void end(std::string& out) = 0;
  /// Bytes kept for its end.
  [[nodiscard]] virtual std::size_t held_bytes() const { return 0; }
  /// Events appended so far.
  [[nodiscard]] virtual std::uint64_t events() const = 0;
  /// The answer's id for the client, as raw JSON; empty before it is known.
  [[nodiscard]] virtual std::string_view id() const = 0;
  /// The upstream gave a reason for the answer's end. A stream that ends without one, and without
  /// its last marker, was cut.
  [[nodiscard]] virtual bool has_finished() const = 0;
  /// The upstream's answer is none that can be told, or says itself that it was broken off. Ask
  /// after rewrite(), whose text is void then, and after each take(), which ignores what follows.
  [[nodiscard]] virtual bool failed() const { return false; }
};

struct Request {
  std::string body;
  /// Members of the client's request that were left out because they do not change the answer, by
  /// path and without repetition, such as "system[].cache_control".
  std::vector<std::string> dropped;
  std::unique_ptr<Answer> answer;
};

struct Options {
  std::string_view model;           ///< the client's id of the model
  std::string_view upstream_model;  ///< the upstream's
  bool asks_usage = true;           ///< whether a stream is asked for its usage
  /// The upstream's member that limits the answer; OpenAI's newer models take
  /// max_completion_tokens.
  std::string_view output_limit = "max_tokens";
  /// Whether the upstream's model is known to take `reasoning_effort`, which many refuse.
  bool takes_effort = false;
  /// Whether the upstream takes `top_k`, which OpenAI's API does not have. For Google's clients,
  /// many of which send it with each request.
  bool takes_top_k = false;
  std::int64_t called_at = 0;  ///< Unix time
  std::size_t max_depth = 64;  ///< of the request's JSON
};

/// An upper bound of the values in a body, each of which takes memory while it is translated.
[[nodiscard]] std::size_t count_values(std::string_view body);

/// The endpoint in whose words a call at `endpoint` can be made; nothing: in no other's.
[[nodiscard]] std::optional<catalogue::Endpoint> target_of(catalogue::Endpoint endpoint);

/// Translates the body of a call at `from`, which has a target. Errors: invalid_parameter, for a
/// member that changes the answer and has no equivalent there; the detail names it, for the client.
[[nodiscard]] Result<Request> translate(catalogue::Endpoint from, std::string_view body,
                                        const Options& options);

}  // namespace weir::translation
