#include "config/problem.hpp"

#include <array>

#include <gtest/gtest.h>

namespace weir::config {
namespace {

TEST(Problem, IsOneLineThatSaysWhereWhatAndWhatElse) {
  const Problem problem{.file = "weir.yaml",
                        .line = 12,
                        .column = 11,
                        .setting = "upstreams[0].kind",
                        .value = "\"vlm\"",
                        .expected = "one of openai, vllm",
                        .suggestion = "vllm"};
  EXPECT_EQ(format_problem(problem),
            "weir.yaml:12: upstreams[0].kind: \"vlm\" is not allowed; expected one of openai, vllm "
            "(did you mean \"vllm\"?)");
}

TEST(Problem, LeavesOutWhatItDoesNotHave) {
  Problem problem;
  problem.file = "weir.yaml";
  problem.what = "cannot be read: No such file or directory";
  EXPECT_EQ(format_problems({&problem, 1}),
            "weir.yaml: cannot be read: No such file or directory\n");
}

TEST(InQuotes, KeepsOneLineAndHidesUserInfo) {
  EXPECT_EQ(in_quotes("plain"), "\"plain\"");
  EXPECT_EQ(in_quotes("a\nb\x7f"), "\"a\\x0ab\\x7f\"");
  EXPECT_EQ(in_quotes("a\u202eb\u009b\xff é"), "\"a\\u{202e}b\\u{9b}\\xff é\"");
  EXPECT_EQ(in_quotes("http://me:secret@host/x"), "\"http://***@host/x\"");
  EXPECT_EQ(in_quotes("me@host"), "\"me@host\"");
}

TEST(InQuotes, CutsLongTextsBetweenCharacters) {
  EXPECT_EQ(in_quotes(std::string(101, 'a')), '"' + std::string(100, 'a') + "…\"");
  EXPECT_EQ(in_quotes(std::string(99, 'a') + "éé"), '"' + std::string(99, 'a') + "…\"");
}

TEST(Nearest, FindsWhatWasMeant) {
  constexpr std::array<std::string_view, 7> kNames = {"listen",    "admin_listen", "api_key", "url",
                                                      "sub_types", "vllm",         "type"};
  const struct {
    std::string_view text;
    std::string_view meant;
  } cases[] = {
      {"listn", "listen"},
      {"lisetn", "listen"},
      {"Listen", "listen"},
      {"apiKey", "api_key"},
      {"api-key", "api_key"},
      {"base_url", "url"},
      {"baseURL", "url"},
      {"sub_type", "sub_types"},
      {"vlm", "vllm"},
      {"types", "type"},
      {"VLLM", "vllm"},
      {"colour", ""},
      {"x", ""},
      {"", ""},
      {"admin_listener", "admin_listen"},
  };
  for (const auto& c : cases) EXPECT_EQ(nearest(c.text, kNames), c.meant) << c.text;
}

TEST(Nearest, DoesNotCompareWhatIsNoName) {
  constexpr std::array<std::string_view, 1> kNames = {"listen"};
  EXPECT_EQ(nearest(std::string(1 << 20, 'a') + "listen", kNames), "");
}

}  // namespace
}  // namespace weir::config
