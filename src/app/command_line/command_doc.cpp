#include "app/command_line/command_doc.hpp"

#include <CLI/CLI.hpp>

namespace weir::app {
namespace {

OptionDoc describe_option(const CLI::Option& option) {
  OptionDoc doc{
      .names = {}, .value = {}, .text = option.get_description(), .variable = option.get_envname()};
  if (option.get_positional()) {
    doc.value = option.get_name(true);
    return doc;
  }
  for (const auto& name : option.get_snames()) doc.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) doc.names.push_back("--" + name);
  if (option.get_items_expected_max() > 0) doc.value = "VALUE";
  return doc;
}

}  // namespace

CommandDoc describe_commands(const CLI::App& app) {
  CommandDoc doc{
      .name = app.get_name(), .text = app.get_description(), .options = {}, .commands = {}};
  for (const auto* option : app.get_options()) doc.options.push_back(describe_option(*option));
  const auto is_shown = [](const CLI::App* command) { return !command->get_group().empty(); };
  for (const auto* command : app.get_subcommands(is_shown)) {
    doc.commands.push_back(describe_commands(*command));
  }
  return doc;
}

}  // namespace weir::app
