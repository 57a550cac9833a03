#include "gateway/stored_call.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "codec/percent.hpp"

namespace weir::gateway {
namespace {

using catalogue::Endpoint;
using http::Method;

constexpr std::string_view kParameter = "{id}";
constexpr std::string_view kStream = "stream=true";

struct Operation {
  Endpoint endpoint;
  std::string_view suffix;
  Method method;
  std::span<const std::string_view> parameters = {};
  bool is_content = false;
};

// Source: platform.openai.com, API reference: responses, files, batches, videos, read 2026-11.
constexpr std::array<std::string_view, 5> kResponseParameters = {
    "include", "include[]", "include_obfuscation", "starting_after", "stream"};
constexpr std::array<std::string_view, 6> kItemParameters = {"after",     "before", "include",
                                                             "include[]", "limit",  "order"};

constexpr std::array<std::string_view, 1> kContentParameters = {"variant"};

constexpr Operation kOperations[] = {
    {Endpoint::stored_responses, "", Method::get, kResponseParameters},
    {Endpoint::stored_responses, "", Method::delete_},
    {Endpoint::stored_responses, "/cancel", Method::post},
    {Endpoint::stored_responses, "/input_items", Method::get, kItemParameters},
    {Endpoint::stored_files, "", Method::get},
    {Endpoint::stored_files, "", Method::delete_},
    {Endpoint::stored_files, "/content", Method::get, {}, true},
    {Endpoint::stored_batches, "", Method::get},
    {Endpoint::stored_videos, "", Method::get},
    {Endpoint::stored_videos, "", Method::delete_},
    {Endpoint::stored_videos, "/content", Method::get, kContentParameters, true},
    {Endpoint::stored_batches, "/cancel", Method::post},
};

struct Rest {
  std::string_view id;
  std::string_view suffix;
};

Rest split(std::string_view rest) {
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto end = std::min(rest.find('/'), rest.size());
  return {rest.substr(0, end), rest.substr(end)};
}

const Operation* find_operation(Endpoint endpoint, const Rest& rest, Method method) {
  if (rest.id.empty()) return nullptr;
  const auto* found = std::ranges::find_if(kOperations, [&](const Operation& row) {
    return row.endpoint == endpoint && row.suffix == rest.suffix && row.method == method;
  });
  return found == std::end(kOperations) ? nullptr : found;
}

std::string filter_query(std::string_view query, const Operation& operation) {
  std::string kept;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const auto name = codec::percent_decode(pair.substr(0, pair.find('=')));
    if (!name || std::ranges::find(operation.parameters, *name) == operation.parameters.end()) {
      continue;
    }
    if (!kept.empty()) kept += '&';
    kept += pair;
  }
  return kept;
}

bool has_pair(std::string_view query, std::string_view pair) {
  while (!query.empty()) {
    const auto next = query.substr(0, query.find('&'));
    if (next == pair) return true;
    query.remove_prefix(std::min(next.size() + 1, query.size()));
  }
  return false;
}

}  // namespace

std::string allowed_methods(Endpoint endpoint, std::string_view rest) {
  const auto [id, suffix] = split(rest);
  std::string methods;
  if (id.empty()) return methods;
  for (const auto& operation : kOperations) {
    if (operation.endpoint != endpoint || operation.suffix != suffix) continue;
    methods.append(http::wire_name(operation.method)).append(", ");
  }
  if (!methods.empty()) methods += "OPTIONS";
  return methods;
}

bool has_operation(Endpoint endpoint, std::string_view rest, Method method) {
  return find_operation(endpoint, split(rest), method) != nullptr;
}

std::unique_ptr<StoredCall> read_stored_call(Endpoint endpoint, Method method,
                                             std::string_view rest, std::string_view query) {
  const auto parts = split(rest);
  const auto* operation = find_operation(endpoint, parts, method);
  if (operation == nullptr) return nullptr;
  auto kept = filter_query(query, *operation);
  const bool streamed = has_pair(kept, kStream);
  return std::make_unique<StoredCall>(StoredCall{.method = method,
                                                 .id = codec::percent_decode(parts.id).value_or(""),
                                                 .suffix = operation->suffix,
                                                 .query = std::move(kept),
                                                 .streamed = streamed,
                                                 .is_content = operation->is_content});
}

std::string address(std::string_view head, const StoredCall& call, std::string_view id) {
  const auto target = head.find(' ');
  const auto parameter = head.find(kParameter);
  std::string addressed(http::wire_name(call.method));
  addressed.append(head.substr(target, parameter - target));
  addressed += codec::percent_encode(id);
  addressed.append(call.suffix);
  auto rest = head.substr(parameter + kParameter.size());
  if (!call.query.empty()) {
    const bool has_query = rest.starts_with('?');
    if (has_query) rest.remove_prefix(1);
    addressed.append(1, '?').append(call.query);
    if (has_query) addressed += '&';
  }
  return addressed.append(rest);
}

}  // namespace weir::gateway
