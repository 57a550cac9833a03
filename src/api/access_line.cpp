#include "api/access_line.hpp"

#include "codec/json_text.hpp"
#include "telemetry/timestamp.hpp"

namespace weir::api {
namespace {

constexpr std::size_t kMaxPath = 256;
constexpr std::string_view kKeyPrefix = "sk-";

// Somebody will put a key where a model id belongs.
std::string masked(std::string_view path) {
  std::string text{path.substr(0, kMaxPath)};
  if (const auto at = text.find(kKeyPrefix); at != std::string::npos) {
    text.replace(at + kKeyPrefix.size(), std::string::npos, "***");
  }
  return text;
}

}  // namespace

void append_access_line(std::string& out, const http::Exchange& exchange) {
  using std::chrono::duration_cast, std::chrono::microseconds;
  // All but the path are made here or checked before: nothing in them needs escaping.
  const auto member = [&out](std::string_view name, std::string_view value) {
    out.append(name).append(value);
    out += '"';
  };
  const auto number = [&out](std::string_view name, std::int64_t value) {
    out.append(name);
    codec::append_json_integer(out, value);
  };
  out += R"({"time":")";
  telemetry::append_timestamp(out, exchange.whole_at);
  member(R"(","trace_id":")", exchange.trace_id.text());
  member(R"(,"peer":")", exchange.peer_text);
  if (exchange.request != nullptr) {
    member(R"(,"method":")", http::wire_name(exchange.request->method));
    const auto path = exchange.request->path;
    const bool as_it_is = path.size() <= kMaxPath && path.find(kKeyPrefix) == path.npos;
    out += R"(,"path":)";
    codec::append_json_string(out,
                              as_it_is ? std::string_view(path) : std::string_view(masked(path)));
  }
  member(R"(,"route":")", exchange.route);
  number(R"(,"status":)", exchange.status);
  if (exchange.reason) {
    const ErrorRow& row = describe(*exchange.reason);
    member(R"(,"reason":")", row.slug);
    member(R"(,"party":")", name(row.party));
  }
  if (!exchange.caller.empty()) {
    out += R"(,"key_id":)";
    codec::append_json_string(out, exchange.caller);
  }
  number(R"(,"bytes":)", static_cast<std::int64_t>(exchange.body_bytes));
  number(R"(,"duration_us":)",
         duration_cast<microseconds>(exchange.ended - exchange.started).count());
  out += "}\n";
}

}  // namespace weir::api
