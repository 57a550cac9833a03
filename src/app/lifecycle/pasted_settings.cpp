#include "app/lifecycle/pasted_settings.hpp"

#include <fmt/format.h>

#include "app/lifecycle/settings_files.hpp"
#include "config/document.hpp"

namespace weir::app {
namespace {

constexpr std::string_view kName = "config";

// Stands for values of elsewhere: each differs, and may be a key.
config::Sources stand_ins() {
  auto count = std::make_shared<int>(0);
  const auto next = [count] {
    return fmt::format("sk-stands-for-a-value-of-elsewhere-{:05}", ++*count);
  };
  return {.environment = [next](const std::string&) { return next(); },
          .file = [next](const std::string&) { return config::ValueFile{.text = next()}; }};
}

bool is_from_elsewhere(const config::Node& root, const std::string& setting) {
  return config::find_deepest(root, setting).text.contains("${");
}

}  // namespace

PastedSettings check_pasted(std::string_view text, const std::filesystem::path& directory,
                            const Settings& running) {
  PastedSettings result;
  auto settings = load_settings(text, std::string(kName), stand_ins());
  const auto root = config::parse_document(text);
  const auto is_unknown = [&](const std::string& setting) {
    return root && is_from_elsewhere(*root, setting);
  };
  if (!settings) {
    result.problems = std::move(settings.error());
    std::erase_if(result.problems,
                  [&](const config::Problem& problem) { return is_unknown(problem.setting); });
    return result;
  }
  resolve_paths(directory, *settings);
  result.restart_needed = restart_needed(running, *settings);
  std::erase_if(result.restart_needed, is_unknown);
  return result;
}

}  // namespace weir::app
