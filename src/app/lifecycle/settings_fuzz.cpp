// A whole config file: if it is valid, it prints as a file that reads the same; otherwise every
// problem is one line.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "app/lifecycle/settings.hpp"
#include "base/check.hpp"
#include "config/problem.hpp"

namespace {

constexpr std::string_view kCanary = "sk-canary0123456789";

const weir::config::Sources& sources() {
  static const weir::config::Sources kSources{
      .environment = [](const std::string& name) -> std::optional<std::string> {
        return name == "KEY" ? std::optional<std::string>(kCanary) : std::nullopt;
      },
      .file = [](const std::string& path) -> std::expected<weir::config::ValueFile, std::string> {
        if (path == "key") return weir::config::ValueFile{std::string(kCanary)};
        return std::unexpected("No such file or directory");
      }};
  return kSources;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto settings = app::load_settings(text, "weir.yaml", sources());
  if (!settings) {
    CHECK(!settings.error().empty());
    for (const auto& problem : settings.error()) {
      CHECK(!config::format_problem(problem).contains('\n'));
    }
    return 0;
  }
  const auto printed = app::print_settings(*settings);
  CHECK(app::restart_needed(*settings, *settings).empty());
  // Secrets are printed as three stars, which are not a valid key: only files without any can be
  // read back.
  if (!printed.contains("***")) {
    const auto again = app::load_settings(printed, "printed", sources());
    CHECK(again.has_value());
    CHECK(app::print_settings(*again) == printed);
  }
  return 0;
}
