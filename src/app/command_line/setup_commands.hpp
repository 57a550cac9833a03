/// The commands for setting Weir up and trying it.
#pragma once

#include <functional>
#include <string>

#include "app/command_line/import_command.hpp"
#include "app/command_line/try_command.hpp"

namespace CLI {
class App;
}

namespace weir::app {

/// Lifetime: outlives the command line that it is added to.
class SetupCommands {
 public:
  /// Adds them to `app`. When one is chosen, `run` becomes what it does.
  void add_to(CLI::App& app, std::function<int()>& run);

 private:
  void add_init();
  void add_import();
  void add_try();
  void add_doctor();
  void add_completion(CLI::App& app);
  CLI::App* add(const std::string& name, const std::string& text, std::function<int()> action);

  CLI::App* app_ = nullptr;
  std::function<int()>* run_ = nullptr;
  std::string config_;
  std::string shell_;
  std::string file_ = "weir.yaml";
  ImportOptions import_;
  TryOptions try_;
  bool json_ = false;
  bool yes_ = false;
};

}  // namespace weir::app
