/// Google's requests in the form that the translation takes.
#pragma once

#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "translation/detail/camel_case.hpp"
#include "translation/detail/directions.hpp"

namespace weir::translation {

[[nodiscard]] inline Result<Request> translate_gemini(std::string_view body, bool streams,
                                                      const Options& options) {
  auto request = boost::json::parse(body).as_object();
  detail::use_camel_case(request);
  return streams ? detail::chat_of_gemini_stream(request, options)
                 : detail::chat_of_gemini(request, options);
}

/// The data of each event of a stream that has data lines only, as Google's own readers take it.
[[nodiscard]] inline std::vector<boost::json::object> read_gemini_stream(std::string_view events) {
  std::vector<boost::json::object> answers;
  while (!events.empty()) {
    const auto end = events.find("\n\n");
    if (!events.starts_with("data: ") || end == std::string_view::npos) return {};
    answers.push_back(boost::json::parse(events.substr(6, end - 6)).as_object());
    events.remove_prefix(end + 2);
  }
  return answers;
}

}  // namespace weir::translation
