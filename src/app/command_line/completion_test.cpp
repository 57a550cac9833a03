#include "app/command_line/completion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/command_line/man_page.hpp"

namespace weir::app {
namespace {

using testing::HasSubstr;
using testing::Not;

CommandDoc sample() {
  const OptionDoc config{
      .names = {"-c", "--config"}, .value = "VALUE", .text = "The file", .variable = "WEIR_CONFIG"};
  const OptionDoc type{
      .names = {"--sub-type"}, .value = "VALUE", .text = "It's a type", .variable = ""};
  const OptionDoc name{.names = {}, .value = "NAME", .text = ".name", .variable = ""};
  const CommandDoc create{
      .name = "create", .text = "Create a key", .options = {name, config}, .commands = {}};
  return {.name = "weir",
          .text = "A gateway",
          .options = {},
          .commands = {{.name = "keys", .text = "Keys", .options = {}, .commands = {create}},
                       {.name = "models", .text = "Models", .options = {type}, .commands = {}}}};
}

TEST(Completion, EveryShellKnowsEveryCommandAndOption) {
  for (const auto shell : kEnumerators<Shell>) {
    const auto script = completion_script(sample(), shell);
    for (const auto* part : {"weir keys create", "models", "config", "sub-type", "text-to-image"}) {
      EXPECT_THAT(script, HasSubstr(part)) << kShellNames[shell];
    }
    EXPECT_THAT(script, Not(HasSubstr("NAME"))) << kShellNames[shell];
  }
}

TEST(Completion, DescriptionsAreQuoted) {
  EXPECT_THAT(completion_script(sample(), Shell::fish), HasSubstr(R"(-d 'It'\''s a type')"));
  EXPECT_THAT(completion_script(sample(), Shell::zsh), HasSubstr(R"('--sub-type:It'\''s a type')"));
}

TEST(ManPage, HasEachCommandWithItsOptions) {
  const auto page = man_page(sample());
  EXPECT_THAT(page, HasSubstr(".SS weir keys create\n\\fBweir keys create\\fR [\\fIoptions\\fR] "
                              "\\fINAME\\fR\n.PP\nCreate a key.\n"));
  EXPECT_THAT(page, HasSubstr("\\fB\\-c\\fR, \\fB\\-\\-config\\fR \\fIVALUE\\fR\nThe file.\n"));
  EXPECT_THAT(page, HasSubstr("environment variable \\fBWEIR_CONFIG\\fR"));
  EXPECT_THAT(page, HasSubstr("\\fINAME\\fR\n\\&.name.\n"));
}

}  // namespace
}  // namespace weir::app
