#include "app/command_line/command_result.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "codec/visible.hpp"
#include "config/problem.hpp"

namespace weir::app {

void print(std::FILE* to, std::string_view text) { std::fwrite(text.data(), 1, text.size(), to); }

void complain(std::string_view message) { print(stderr, codec::visible_text(message) + '\n'); }

int finish(const Output& output) {
  if (output) {
    print(stdout, *output);
    return EXIT_SUCCESS;
  }
  const Error& error = output.error();
  complain(fmt::format("weir: {}", error.detail.empty() ? describe(error.code).message
                                                        : std::string_view(error.detail)));
  return kFailed;
}

std::optional<Settings> load_or_complain(const std::string& file, Files files) {
  if (file.empty()) return Settings{};
  auto settings = load_settings_file(file, files);
  if (settings) return std::move(*settings);
  print(stderr, config::format_problems(settings.error()));
  return std::nullopt;
}

int with_settings(const std::string& file, const std::function<Output(const Settings&)>& run) {
  const auto settings = load_or_complain(file, Files::ignored);
  return settings ? finish(run(*settings)) : kFailed;
}

}  // namespace weir::app
