/// Numbers on a command line and in a head.
///
/// Errors: text that is not a number ends the program with one line on standard error.
#pragma once

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace weir::bench {

template <class Number>
Number number(std::string_view text, int base = 10) {
  Number value{};
  const auto* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value, base);
  if (error != std::errc{} || end != last) {
    std::fprintf(stderr, "bench: not a number: %.*s\n", static_cast<int>(text.size()), text.data());
    std::exit(2);
  }
  return value;
}

}  // namespace weir::bench
