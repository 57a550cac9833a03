#include "simulator/detail/form.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"

namespace weir::simulator::detail {

bool is_form(std::string_view content_type) {
  constexpr std::string_view kFormType = "multipart/form-data";
  return equals_ignoring_case(content_type.substr(0, kFormType.size()), kFormType);
}

Outcome<std::vector<FormPart>> parse_form(std::string_view content_type, std::string_view body) {
  auto parts = codec::parse_multipart(content_type, body);
  if (!parts) return std::unexpected(invalid(std::move(parts.error())));
  return std::move(*parts);
}

const FormPart* find_file(const std::vector<FormPart>& parts, std::string_view name) {
  const auto found = std::ranges::find_if(
      parts, [&](const FormPart& part) { return part.file_name && part.name == name; });
  return found == parts.end() ? nullptr : &*found;
}

}  // namespace weir::simulator::detail
