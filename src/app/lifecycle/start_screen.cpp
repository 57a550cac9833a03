#include "app/lifecycle/start_screen.hpp"

#include <fmt/format.h>

#include "app/command_line/table.hpp"

namespace weir::app {
namespace {

std::string state_of(const discovery::UpstreamReport& report) {
  if (!report.not_accepted.empty()) return report.not_accepted;
  if (!report.last_error.empty()) return report.last_error;
  if (!report.age) return "not yet answered";
  return fmt::format("{} models", report.models);
}

std::string upstreams_text(const StartScreen& screen) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& report : screen.upstreams) {
    auto state = state_of(report);
    if (const auto found = screen.key_from.find(report.name); found != screen.key_from.end()) {
      state += fmt::format(", with the key of {}", found->second);
    }
    rows.push_back({"   ", report.name, report.url, std::move(state)});
  }
  return rows.empty() ? "    none\n" : format_table(std::move(rows));
}

}  // namespace

std::string start_screen(const StartScreen& screen) {
  auto text = fmt::format(
      "\n  Weir {}\n\n"
      "    API        {}      first steps and /docs, in a browser\n"
      "    Operator   {}/{}\n",
      screen.version, screen.url, screen.admin_url,
      screen.login.empty() ? "" : fmt::format("#login={}", screen.login.reveal()));
  if (!screen.keyless.empty()) text += fmt::format("    Ollama     {}\n", screen.keyless);
  text +=
      fmt::format("    Models     {}\n\n  Upstreams\n\n{}", screen.models, upstreams_text(screen));
  return text +
         "\n  Try a model: weir try chat     What is wrong: weir doctor     Stop: Ctrl+C\n\n";
}

}  // namespace weir::app
