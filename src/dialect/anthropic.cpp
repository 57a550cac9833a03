// Anthropic's messages.
//
// Source: docs.anthropic.com, Messages: streaming, read 2026-11.
#include <array>

#include "dialect/detail/families.hpp"

namespace weir::dialect::detail {
namespace {

constexpr std::array<std::string_view, 1> kEnds = {R"("message_stop")"};

}  // namespace

// The first event has the prompt's tokens, in its message; later ones have the answer's.
constinit const FamilyRow kAnthropic{
    .slug = "anthropic",
    .stream = {.members = {{{"usage", Meaning::usage},
                            {"message.usage", Meaning::usage},
                            {"message.model", Meaning::model},
                            {"type", Meaning::event_type}}},
               .ends = kEnds},
};

}  // namespace weir::dialect::detail
