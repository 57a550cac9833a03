// OpenAI's responses.
//
// Source: platform.openai.com, API reference: responses streaming, read 2026-11.
#include <array>

#include "dialect/detail/families.hpp"

namespace weir::dialect::detail {
namespace {

constexpr std::array<std::string_view, 3> kEnds = {
    R"("response.completed")", R"("response.incomplete")", R"("response.failed")"};

}  // namespace

constinit const FamilyRow kResponses{
    .slug = "responses",
    .stream = {.members = {{{"response.usage", Meaning::usage},
                            {"response.model", Meaning::model},
                            {"type", Meaning::event_type}}},
               .ends = kEnds},
    .append_error = &append_openai_error,
};

}  // namespace weir::dialect::detail
