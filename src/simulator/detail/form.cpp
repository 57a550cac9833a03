#include "simulator/detail/form.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace weir::simulator::detail {
namespace {

constexpr std::size_t kMaxParts = 64;
constexpr std::string_view kFormType = "multipart/form-data";

bool starts_with_ignoring_case(std::string_view text, std::string_view lower_case) {
  return text.size() >= lower_case.size() &&
         std::ranges::equal(text.substr(0, lower_case.size()), lower_case, {}, lower);
}

// `;name=value` or `;name="value"` in a field value. The `;` keeps `filename=` from being `name=`.
std::optional<std::string_view> parameter(std::string_view field, std::string_view name) {
  for (auto at = field.find(';'); at != field.npos; at = field.find(';', at + 1)) {
    auto rest = field.substr(at + 1);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (!starts_with_ignoring_case(rest, name) || !rest.substr(name.size()).starts_with('=')) {
      continue;
    }
    rest.remove_prefix(name.size() + 1);
    if (!rest.starts_with('"')) return rest.substr(0, rest.find_first_of("; \t"));
    rest.remove_prefix(1);
    const auto end = rest.find('"');
    if (end == rest.npos) return std::nullopt;
    return rest.substr(0, end);
  }
  return std::nullopt;
}

std::string_view disposition(std::string_view head) {
  constexpr std::string_view kName = "content-disposition:";
  while (!head.empty()) {
    const auto end = std::min(head.find("\r\n"), head.size());
    const auto line = head.substr(0, end);
    if (starts_with_ignoring_case(line, kName)) return line.substr(kName.size());
    head.remove_prefix(std::min(end + 2, head.size()));
  }
  return {};
}

// `text`: the bytes between two delimiters: CRLF, head, empty line, content.
std::optional<FormPart> parse_part(std::string_view text) {
  const auto head_end = text.find("\r\n\r\n");
  if (head_end == text.npos) return std::nullopt;
  const auto field = disposition(text.substr(0, head_end));
  const auto name = parameter(field, "name");
  if (!name) return std::nullopt;
  return FormPart{*name, parameter(field, "filename"), text.substr(head_end + 4)};
}

// The first delimiter may stand at the very start, without its line end.
std::string_view after_first(std::string_view delimiter, std::string_view body) {
  const auto bare = delimiter.substr(2);
  if (body.starts_with(bare)) return body.substr(bare.size());
  const auto at = body.find(delimiter);
  return at == body.npos ? std::string_view{} : body.substr(at + delimiter.size());
}

}  // namespace

bool is_form(std::string_view content_type) {
  return starts_with_ignoring_case(content_type, kFormType);
}

Outcome<std::vector<FormPart>> parse_form(std::string_view content_type, std::string_view body) {
  const auto broken = [] { return std::unexpected(invalid("The form is not well-formed.")); };
  const auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty()) return broken();
  const std::string delimiter = fmt::format("\r\n--{}", *boundary);

  auto rest = after_first(delimiter, body);
  std::vector<FormPart> parts;
  while (!rest.starts_with("--")) {
    const auto end = rest.find(delimiter);
    if (end == rest.npos || parts.size() == kMaxParts) return broken();
    const auto part = parse_part(rest.substr(0, end));
    if (!part) return broken();
    parts.push_back(*part);
    rest.remove_prefix(end + delimiter.size());
  }
  return parts;
}

const FormPart* find_file(const std::vector<FormPart>& parts, std::string_view name) {
  const auto found = std::ranges::find_if(
      parts, [&](const FormPart& part) { return part.filename && part.name == name; });
  return found == parts.end() ? nullptr : &*found;
}

}  // namespace weir::simulator::detail
