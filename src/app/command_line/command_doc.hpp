/// The command line as values: its commands and options, from which completions and the manual are
/// made.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace weir::app {

struct OptionDoc {
  std::vector<std::string> names;  ///< "-c", "--config"; empty for a positional argument
  std::string value;  ///< "NAME" for a positional argument, "VALUE", or empty for a flag
  std::string text;
  std::string variable;  ///< of the environment; empty: none
};

struct CommandDoc {
  std::string name;
  std::string text;
  std::vector<OptionDoc> options;
  std::vector<CommandDoc> commands;
};

/// Without commands that are hidden from the help.
[[nodiscard]] CommandDoc describe_commands(const CLI::App& app);

}  // namespace weir::app
