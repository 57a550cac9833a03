#include "app/welcome.hpp"

#include <fmt/format.h>

namespace weir::app {

std::string welcome_text(const std::string& endpoint, const Secret& key) {
  constexpr std::string_view kText = R"(
  Weir has made a first key, "default". It is shown this once:

    {key}

  Try it:

    curl http://{endpoint}/v1/models -H "Authorization: Bearer {key}"
    curl "http://{endpoint}/v1/models?sub_type=embedding" -H "Authorization: Bearer {key}"
    curl "http://{endpoint}/v1/models?view=full" -H "Authorization: Bearer {key}"

  More keys: weir keys create NAME

)";
  return fmt::format(kText, fmt::arg("key", key.reveal()), fmt::arg("endpoint", endpoint));
}

}  // namespace weir::app
