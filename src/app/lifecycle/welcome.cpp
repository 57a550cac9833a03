#include "app/lifecycle/welcome.hpp"

#include <fmt/format.h>

namespace weir::app {

std::string welcome_text(const std::string& url, const Secret& key, bool has_demo) {
  constexpr std::string_view kText = R"(
  Weir has made a first key, "default". It is shown this once:

    {key}

  Which models there are:

    curl {url}/v1/models -H "Authorization: Bearer {key}"

  An answer, word by word; {hint}:

    curl -N {url}/v1/chat/completions -H "Authorization: Bearer {key}" \
      --json '{{"model": "{model}", "stream": true, "messages": [{{"role": "user", "content": "Hello"}}]}}'

  What each model is for, and more:

    curl "{url}/v1/models?view=full" -H "Authorization: Bearer {key}"

  More keys: weir keys create NAME

)";
  const auto* model = has_demo ? "demo/chat" : "MODEL";
  const auto* hint = has_demo ? "if an engine of yours was found, name a model of the list instead"
                              : "MODEL is any chat model of the list";
  return fmt::format(kText, fmt::arg("key", key.reveal()), fmt::arg("url", url),
                     fmt::arg("model", model), fmt::arg("hint", hint));
}

}  // namespace weir::app
