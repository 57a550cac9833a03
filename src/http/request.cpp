#include "http/request.hpp"

#include <algorithm>
#include <bit>
#include <iterator>

#include "base/ascii.hpp"

namespace weir::http {
namespace {

// Indexed by FieldName.
constexpr std::array<std::string_view, kFieldNameCount> kNames = {"accept",
                                                                  "accept-encoding",
                                                                  "access-control-request-headers",
                                                                  "access-control-request-method",
                                                                  "anthropic-beta",
                                                                  "anthropic-version",
                                                                  "authorization",
                                                                  "connection",
                                                                  "content-length",
                                                                  "content-type",
                                                                  "expect",
                                                                  "host",
                                                                  "if-none-match",
                                                                  "origin",
                                                                  "traceparent",
                                                                  "transfer-encoding",
                                                                  "x-api-key",
                                                                  "x-goog-api-key",
                                                                  "x-trace-id"};

constexpr std::size_t kLongestName = 30;

// Indexed by length: the kNames of that length, bit i for kNames[i].
constexpr auto kNamesByLength = [] {
  std::array<std::uint32_t, kLongestName + 1> names{};
  for (std::size_t i = 0; i < kNames.size(); ++i) names.at(kNames[i].size()) |= 1U << i;
  return names;
}();

}  // namespace

std::string_view wire_name(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      return "OTHER";
  }
  __builtin_unreachable();
}

std::optional<FieldName> field_name(std::string_view text) {
  if (text.size() > kLongestName) return std::nullopt;
  for (auto names = kNamesByLength[text.size()]; names != 0; names &= names - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(names));
    if (equals_ignoring_case(text, kNames[i])) return static_cast<FieldName>(i);
  }
  return std::nullopt;
}

void Request::add(Field field, std::optional<FieldName> name) {
  fields.push_back(field);
  if (!name) return;
  Known& known = known_[static_cast<std::size_t>(*name)];
  if (known.count++ == 0) known.first = static_cast<std::uint16_t>(fields.size() - 1);
}

void Request::forget_fields() {
  std::vector<Field>().swap(fields);
  known_ = {};
  authority = {};
}

void Request::move_views(std::string_view from, const char* to) {
  const auto move = [&](std::string_view& view) {
    const auto offset = view.data() - from.data();
    if (offset >= 0 && offset <= std::ssize(from)) view = {to + offset, view.size()};
  };
  move(target);
  move(path);
  move(query);
  for (Field& field : fields) {
    move(field.name);
    move(field.value);
  }
}

}  // namespace weir::http
