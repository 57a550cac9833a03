/// Shared by POST /chat/completions and /completions: several answers at once, whole or streamed
/// token by token in turn, and their usage.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/json_text.hpp"
#include "simulator/detail/endpoints.hpp"
#include "simulator/detail/usage.hpp"
#include "synthetic/prose.hpp"

namespace weir::simulator::detail {

struct Choice {
  std::string reasoning;
  synthetic::Prose prose;
};

/// One request's answers, independent of the endpoint's format.
struct Choices {
  std::string id;
  std::string model;
  std::int64_t created = 0;
  std::chrono::milliseconds first_token{0};
  std::chrono::milliseconds token{0};
  bool stream = false;
  bool include_usage = false;
  Usage usage;
  std::vector<Choice> items;

  void add(Choice choice);
};

/// Reads the members that both endpoints have, except the prompt.
[[nodiscard]] Choices read_choices(Fields& fields, const Asked& asked, std::string_view id_prefix);

/// `n`: the number of answers to each prompt.
[[nodiscard]] std::int64_t read_n(Fields& fields);
/// The length of each answer.
[[nodiscard]] synthetic::Length read_length(Fields& fields, const Asked& asked);

/// One endpoint's format; `index` and `finish_reason` are written around it.
struct Wording {
  using WriteText = void (*)(codec::JsonWriter& json, std::string_view text);

  std::string_view object;        ///< of a whole answer
  std::string_view chunk_object;  ///< of one event
  /// A whole choice.
  void (*write_whole)(codec::JsonWriter& json, std::string_view reasoning, std::string_view text);
  WriteText write_opening;  ///< opens a streamed choice; null if there is no such event
  WriteText write_reasoning;
  WriteText write_token;  ///< an empty one closes the choice
};

/// `wording` has static lifetime.
[[nodiscard]] Script tell(Choices choices, const Wording& wording);

}  // namespace weir::simulator::detail
