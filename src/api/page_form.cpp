#include "api/page_form.hpp"

#include <algorithm>
#include <string_view>

#include "base/ascii.hpp"
#include "codec/field_list.hpp"
#include "codec/qvalue.hpp"

namespace weir::api {
namespace {

struct Element {
  std::string_view name;
  int weight = codec::kFullWeight;  ///< 0: refused, or malformed
};

Element parse_element(std::string_view text) {
  Element element{.name = trim(text.substr(0, text.find(';')))};
  text.remove_prefix(std::min(text.find(';'), text.size()));
  while (!text.empty()) {
    text.remove_prefix(1);
    const auto parameter = trim(text.substr(0, text.find(';')));
    if (parameter.starts_with("q=") || parameter.starts_with("Q=")) {
      element.weight = codec::parse_qvalue(parameter.substr(2)).value_or(0);
    }
    text.remove_prefix(std::min(text.find(';'), text.size()));
  }
  return element;
}

bool prefers_html(std::string_view accept) {
  int html = 0;
  int plain = 0;
  codec::for_each_element(accept, [&](std::string_view text) {
    const auto element = parse_element(text);
    if (equals_ignoring_case(element.name, "text/html")) html = element.weight;
    if (equals_ignoring_case(element.name, "text/plain")) plain = element.weight;
    return true;
  });
  return html > 0 && html >= plain;
}

Language preferred_language(std::string_view accepted) {
  auto language = Language::english;
  int highest = 0;
  codec::for_each_element(accepted, [&](std::string_view text) {
    const auto element = parse_element(text);
    const auto primary = element.name.substr(0, element.name.find('-'));
    const bool is_chinese = equals_ignoring_case(primary, "zh");
    const bool is_known = is_chinese || equals_ignoring_case(primary, "en");
    if (!is_known || element.weight <= highest) return true;
    highest = element.weight;
    language = is_chinese ? Language::chinese : Language::english;
    return true;
  });
  return language;
}

}  // namespace

std::string_view field_of(const http::Request& request, std::string_view name) {
  const auto found = std::ranges::find_if(request.fields, [&](const http::Field& field) {
    return equals_ignoring_case(field.name, name);
  });
  return found == request.fields.end() ? std::string_view{} : found->value;
}

PageForm page_form(const http::Request& request) {
  return {.is_html = prefers_html(request.header(http::FieldName::accept)),
          .language = preferred_language(field_of(request, "accept-language"))};
}

}  // namespace weir::api
