#include "codec/terminal_text.hpp"

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

TEST(TerminalText, EscapesOnlyWhatActsOnATerminal) {
  const struct {
    std::string_view text;
    std::string_view shown;
  } cases[] = {
      {"", ""},
      {"a\tb\n\nc\n", "a\tb\n\nc\n"},
      {"größe 水", "größe 水"},
      {"\u2764\ufe0f", "\u2764\ufe0f"},                              // variation selector
      {"\U0001F469\u200d\U0001F4BB", "\U0001F469\u200d\U0001F4BB"},  // joiner
      {"\x1b[31m", "\\x1b[31m"},
      {"a\rb\x7f", "a\\x0db\\x7f"},
      {"\u009b1m", "\\u{9b}1m"},
      {"\u00a0", "\u00a0"},
      {"a\u202eb\u2066", "a\\u{202e}b\\u{2066}"},
      {"a\xff", "a\\xff"},
      {"a\xe6\xb0", "a\\xe6\\xb0"},
  };
  for (const auto& c : cases) EXPECT_EQ(terminal_text(c.text), c.shown);
}

}  // namespace
}  // namespace weir::codec
