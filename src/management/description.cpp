// The resource `openapi.yaml`.
#include <string_view>

#include "management/resources.hpp"

namespace weir::management {
namespace {

constexpr std::string_view kText =
#include "management/openapi.inc"
    ;

}  // namespace

Serving show_description(Context&) {
  co_return Body{.json = std::string(kText), .fields = "Content-Type: application/yaml\r\n"};
}

}  // namespace weir::management
