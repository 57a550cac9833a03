#include "http/request.hpp"

#include <algorithm>
#include <bit>
#include <iterator>

#include "base/ascii.hpp"
#include "base/enum_table.hpp"

namespace weir::http {
namespace {

constexpr EnumNames<FieldName> kNames({
    {FieldName::accept, "accept"},
    {FieldName::accept_encoding, "accept-encoding"},
    {FieldName::access_control_request_headers, "access-control-request-headers"},
    {FieldName::access_control_request_method, "access-control-request-method"},
    {FieldName::anthropic_beta, "anthropic-beta"},
    {FieldName::anthropic_version, "anthropic-version"},
    {FieldName::authorization, "authorization"},
    {FieldName::connection, "connection"},
    {FieldName::content_encoding, "content-encoding"},
    {FieldName::content_length, "content-length"},
    {FieldName::content_type, "content-type"},
    {FieldName::expect, "expect"},
    {FieldName::host, "host"},
    {FieldName::idempotency_key, "idempotency-key"},
    {FieldName::if_none_match, "if-none-match"},
    {FieldName::openai_beta, "openai-beta"},
    {FieldName::openai_organization, "openai-organization"},
    {FieldName::openai_project, "openai-project"},
    {FieldName::origin, "origin"},
    {FieldName::session_id, "session-id"},
    {FieldName::traceparent, "traceparent"},
    {FieldName::transfer_encoding, "transfer-encoding"},
    {FieldName::x_api_key, "x-api-key"},
    {FieldName::x_goog_api_key, "x-goog-api-key"},
    {FieldName::x_session_affinity, "x-session-affinity"},
    {FieldName::x_trace_id, "x-trace-id"},
});

constexpr std::size_t kLongestName = 30;

// Indexed by length: the kNames of that length, a bit for each.
constexpr auto kNamesByLength = [] {
  std::array<std::uint32_t, kLongestName + 1> names{};
  for (const FieldName name : kEnumerators<FieldName>) {
    names.at(kNames[name].size()) |= 1U << static_cast<unsigned>(name);
  }
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
    const auto name = static_cast<FieldName>(std::countr_zero(names));
    if (equals_ignoring_case(text, kNames[name])) return name;
  }
  return std::nullopt;
}

void Request::add(Field field, std::optional<FieldName> name) {
  fields.push_back(field);
  if (!name) return;
  names_.insert(*name);
  Known& known = known_[static_cast<std::size_t>(*name)];
  if (known.count++ == 0) known.first = static_cast<std::uint16_t>(fields.size() - 1);
}

void Request::forget_fields() {
  std::vector<Field>().swap(fields);
  names_ = {};
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
