#include "api/error_reply.hpp"

#include <fmt/format.h>

#include "dialect/family.hpp"

namespace weir::api {

// Clients of every path get the imitated API's errors.
std::string error_body(Errc code, std::string_view message) {
  return dialect::error_body(dialect::Family::siliconflow, {code, message});
}

http::Reply error_reply(Errc code, std::string_view message) {
  const ErrorRow& row = describe(code);
  auto reply = http::Reply::with_body(row.status, error_body(code, message));
  reply.fixed_fields = "Content-Type: application/json\r\nCache-Control: no-store\r\n";
  if (row.status == 401) reply.fields += "WWW-Authenticate: Bearer\r\n";
  return reply;
}

std::string errors_reference() {
  std::string text =
      "| Error | Status | Body | Party | Retry | Meaning and action |\n| --- | --- | --- | --- | "
      "--- | --- |\n";
  for (Errc code : all_errors()) {
    const ErrorRow& row = describe(code);
    text += fmt::format("| `{}` | {} | `{}` | {} | {} | {} |\n", row.slug, row.status,
                        error_body(code), name(row.party), name(row.retry), row.use);
  }
  return text;
}

}  // namespace weir::api
