#include "http/request.hpp"

#include <algorithm>

namespace weir::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// In the order of FieldName.
constexpr std::array<std::string_view, kFieldNameCount> kNames = {"accept-encoding",
                                                                  "access-control-request-headers",
                                                                  "access-control-request-method",
                                                                  "authorization",
                                                                  "connection",
                                                                  "content-length",
                                                                  "expect",
                                                                  "host",
                                                                  "if-none-match",
                                                                  "origin",
                                                                  "traceparent",
                                                                  "transfer-encoding",
                                                                  "x-trace-id"};

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

bool equals_ignoring_case(std::string_view a, std::string_view lower_case) {
  return a.size() == lower_case.size() && std::equal(a.begin(), a.end(), lower_case.begin(),
                                                     [](char x, char y) { return lower(x) == y; });
}

void Request::add(Field field) {
  fields.push_back(field);
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (!equals_ignoring_case(field.name, kNames[i])) continue;
    if (known_[i].count++ == 0) known_[i].value = field.value;
    return;
  }
}

}  // namespace weir::http
