/// The codes and words by which providers name the cause of an error.
#pragma once

#include <string_view>

#include "dialect/fault.hpp"

namespace weir::dialect::detail {

/// The fault that a code, type or status word names; unknown for any other. Case is ignored.
[[nodiscard]] Fault fault_of_code(std::string_view code);
/// As fault_of_code, of a numeric code of SiliconFlow's.
[[nodiscard]] Fault fault_of_siliconflow(std::string_view number);

struct ErrorWording {
  Fault fault = Fault::unknown;
  bool names_model = false;  ///< Fault::model, and the message has the model's id
};
/// Reads a message as the upstream wrote it. `model`: the id that was sent.
[[nodiscard]] ErrorWording read_wording(std::string_view message, std::string_view model);

/// True if the message is of something that a model does not offer, as images.
[[nodiscard]] bool lacks_ability(std::string_view message, std::string_view model);
/// True if the message may be about something else than a model that is absent.
[[nodiscard]] bool names_another_thing(std::string_view message, std::string_view model);

}  // namespace weir::dialect::detail
