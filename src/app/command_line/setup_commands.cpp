#include "app/command_line/setup_commands.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/command_line/command_doc.hpp"
#include "app/command_line/command_result.hpp"
#include "app/command_line/completion.hpp"
#include "app/command_line/doctor_command.hpp"
#include "app/command_line/init_command.hpp"
#include "config/problem.hpp"

namespace weir::app {
namespace {

Output complete_for(const CLI::App& app, const std::string& name) {
  const auto shell = kShellNames.find(name);
  if (!shell) {
    return fail(Errc::invalid_parameter,
                fmt::format("SHELL {} is not known; expected one of {}", config::in_quotes(name),
                            fmt::join(kShellNames.rows(), ", ")));
  }
  return completion_script(describe_commands(app), *shell);
}

void add_config_option(CLI::App* command, std::string& file) {
  command->add_option("-c,--config", file, "Config file (YAML)")->envname("WEIR_CONFIG");
}

}  // namespace

CLI::App* SetupCommands::add(const std::string& name, const std::string& text,
                             std::function<int()> action) {
  auto* command = app_->add_subcommand(name, text);
  command->callback([this, action = std::move(action)] { *run_ = action; });
  return command;
}

void SetupCommands::add_to(CLI::App& app, std::function<int()>& run) {
  app_ = &app;
  run_ = &run;
  add_init();
  add_import();
  add_try();
  add_doctor();
  add_completion(app);
}

void SetupCommands::add_init() {
  auto* command = add("init", "Write a config file from what is found on this machine", [this] {
    const bool has_terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
    return finish(init(file_, has_terminal && !yes_));
  });
  command->add_option("FILE", file_, "The file to write; default: weir.yaml");
  command->add_flag("--yes", yes_, "Ask nothing, and take everything that is found");
}

void SetupCommands::add_import() {
  auto* command = add("import", "Write a config file from that of another gateway",
                      [this] { return finish(import_config(import_)); });
  command->add_option("GATEWAY", import_.gateway, "litellm or olla")->required();
  command->add_option("FILE", import_.file, "Its config file")->required();
  command->add_option("--output", import_.output, "The file to write; default: weir.yaml");
}

void SetupCommands::add_try() {
  auto* command = add("try", "Ask a model through the running server and show its answer", [this] {
    return with_settings(config_, [this](const auto& s) { return try_model(s, try_); });
  });
  command->add_option("MODEL", try_.target, "A model's id, or a sub type such as chat")->required();
  command->add_option("TEXT", try_.text, "The prompt or text; default: one of our own");
  command->add_option("--url", try_.url, "The server's address; default: from the config file");
  command->add_option("--output", try_.output,
                      "File for a picture or sound; default: weir-try.png, .wav, ...");
  add_config_option(command, config_);
}

void SetupCommands::add_doctor() {
  auto* command = add("doctor", "Find out what is wrong with this set-up",
                      [this] { return doctor(config_, json_); });
  add_config_option(command, config_);
  command->add_flag("--json", json_, "Print JSON");
}

void SetupCommands::add_completion(CLI::App& app) {
  auto* command = add("completion", "Print a script that completes commands in a shell",
                      [this, &app] { return finish(complete_for(app, shell_)); });
  command->add_option("SHELL", shell_, "bash, zsh or fish")->required();
}

}  // namespace weir::app
