#include "translation/detail/members.hpp"

#include <algorithm>
#include <utility>

#include "codec/visible.hpp"
#include "translation/detail/lenient_json.hpp"

namespace weir::translation::detail {

namespace json = boost::json;

Result<json::object> parse_request(std::string_view body, std::size_t max_depth) {
  auto value = parse_lenient(body, max_depth);
  auto* object = value ? value->if_object() : nullptr;
  if (object != nullptr) return std::move(*object);
  if (count_values(body) > kMaxValues) {
    return fail(Errc::invalid_parameter, "The request body has too many values.");
  }
  return fail(Errc::invalid_parameter, "The request body is not a JSON object.");
}

const json::value* find(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view{} : std::string_view(*text);
}

std::unexpected<Error> cannot_translate(std::string_view path, std::string_view value) {
  std::string text = "The model's upstream speaks chat completions only, which cannot express `";
  text.append(codec::visible_excerpt(path)).append("`");
  if (!value.empty()) text.append(" of \"").append(codec::visible_excerpt(value)).append("\"");
  return fail(Errc::invalid_parameter, text += ".");
}

void Dropped::add(std::string_view path) {
  if (paths_.size() >= kMaxPaths || std::ranges::find(paths_, path) != paths_.end()) return;
  paths_.emplace_back(path);
}

}  // namespace weir::translation::detail
