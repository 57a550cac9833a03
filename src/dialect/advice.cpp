#include "dialect/advice.hpp"

#include <fmt/format.h>

namespace weir::dialect {

// A row's own message is the contract's, and short.
std::string advice(const ErrorText& error) {
  const ErrorRow& row = describe(error.code);
  std::string text(error.plain);
  if (text.empty()) text = error.message;
  if (text.empty()) text = row.plain;
  if (text.empty()) text = row.message;
  if (error.plain.empty() && error.message.empty() && row.party == Party::client) {
    text.append(text.ends_with('.') ? " " : ". ").append(row.use);
  }
  if (error.retry_after) {
    const auto seconds = error.retry_after->count();
    text += fmt::format(" Retry after {} second{}.", seconds, seconds == 1 ? "" : "s");
  }
  return text;
}

}  // namespace weir::dialect
