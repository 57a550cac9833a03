#include "codec/shell_word.hpp"

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

TEST(ShellWord, IsQuotedWhereTheShellWouldReadMoreThanText) {
  const struct {
    std::string_view text;
    std::string_view word;
  } cases[] = {
      {"/var/lib/weir/weir.db", "/var/lib/weir/weir.db"},
      {"", "''"},
      {"my keys", "'my keys'"},
      {"$HOME", "'$HOME'"},
      {"a'b", R"('a'\''b')"},
      {"~x", "'~x'"},
      {"größe", "'größe'"},
      {"a\nb", "'a\nb'"},
  };
  for (const auto& c : cases) EXPECT_EQ(format_shell_word(c.text), c.word) << c.text;
}

}  // namespace
}  // namespace weir::codec
