#include "app/lifecycle/welcome.hpp"

#include <fmt/format.h>

namespace weir::app {

std::string welcome_text(const std::string& url, const Secret& key, bool has_demo) {
  constexpr std::string_view kText = R"(
  Weir has created a first key, "default". It is shown only once:

    {key}

  List the models:

    curl {url}/v1/models -H "Authorization: Bearer {key}"

  Stream an answer; {hint}:

    curl -N {url}/v1/chat/completions -H "Authorization: Bearer {key}" \
      --json '{{"model": "{model}", "stream": true, "messages": [{{"role": "user", "content": "Hello"}}]}}'

  List the models with their types and details:

    curl "{url}/v1/models?view=full" -H "Authorization: Bearer {key}"

  Create another key: weir keys create NAME

)";
  const auto* model = has_demo ? "demo/chat" : "MODEL";
  const auto* hint = has_demo
                         ? "if an engine was found on this machine, use a model of the list instead"
                         : "MODEL is any chat model of the list";
  return fmt::format(kText, fmt::arg("key", key.reveal()), fmt::arg("url", url),
                     fmt::arg("model", model), fmt::arg("hint", hint));
}

}  // namespace weir::app
