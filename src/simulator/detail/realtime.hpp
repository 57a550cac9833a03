/// A realtime session: an event in, the events of its answer out. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/json_text.hpp"
#include "simulator/detail/conversation.hpp"
#include "simulator/script.hpp"
#include "simulator/settings.hpp"

namespace weir::simulator::detail {

/// Texts only: sound that is sent counts as a question without words.
///
/// Lifetime: `pace` outlives it, and it outlives the steps that it returns.
class RealtimeSession {
 public:
  RealtimeSession(std::string_view model, const Settings& pace) : model_(model), pace_(pace) {}

  /// The first event of a session.
  [[nodiscard]] std::string greet();
  /// Each step is one event. Ask for the next answer once they have all been taken.
  [[nodiscard]] Steps answer(std::string event);

 private:
  [[nodiscard]] codec::JsonWriter begin(std::string& event, std::string_view type);
  [[nodiscard]] std::string id(std::string_view prefix);
  [[nodiscard]] std::string session(std::string_view type);
  [[nodiscard]] std::string item(std::string_view type, std::string_view id, std::string_view role,
                                 std::string_view text);
  [[nodiscard]] std::string failure(std::string_view message);
  [[nodiscard]] std::string response(std::string_view type, std::string_view id,
                                     std::string_view status, std::int64_t output_tokens);
  [[nodiscard]] std::string part(std::string_view type, std::string_view text, bool is_delta);
  [[nodiscard]] Steps respond();

  std::string model_;
  std::string instructions_;
  const Settings& pace_;
  Conversation conversation_;
  std::uint64_t next_id_ = 0;
};

}  // namespace weir::simulator::detail
