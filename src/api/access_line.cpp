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

void append_access_line(std::string& out, const http::Exchange& exchange, WallTime now) {
  using std::chrono::duration_cast, std::chrono::microseconds;
  out += R"({"time":")";
  telemetry::append_timestamp(out, now);
  out += '"';
  const auto member = [&out](std::string_view name, std::string_view value) {
    out.append(",\"").append(name).append("\":");
    codec::append_json_string(out, value);
  };
  const auto number = [&out](std::string_view name, std::int64_t value) {
    out.append(",\"").append(name).append("\":");
    codec::append_json_integer(out, value);
  };
  member("trace_id", exchange.trace_id.text());
  member("peer", exchange.peer.to_string());
  if (exchange.request != nullptr) {
    member("method", http::wire_name(exchange.request->method));
    const auto path = exchange.request->path;
    const bool suspicious = path.size() > kMaxPath || path.find(kKeyPrefix) != path.npos;
    member("path", suspicious ? masked(path) : path);
  }
  member("route", exchange.route);
  number("status", exchange.status);
  if (exchange.reason) {
    const ErrorRow& row = describe(*exchange.reason);
    member("reason", row.slug);
    member("party", name(row.party));
  }
  if (!exchange.caller.empty()) member("key_id", exchange.caller);
  number("bytes", static_cast<std::int64_t>(exchange.body_bytes));
  number("duration_us", duration_cast<microseconds>(exchange.ended - exchange.started).count());
  out += "}\n";
}

}  // namespace weir::api
