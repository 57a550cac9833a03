#include "app/command_line/import_command.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/command_line/new_file.hpp"
#include "app/process/environment.hpp"
#include "codec/shell_word.hpp"
#include "codec/visible.hpp"
#include "config/document.hpp"
#include "config/problem.hpp"
#include "migration/litellm.hpp"
#include "migration/olla.hpp"

namespace weir::app {
namespace {

using Translate = migration::Imported (*)(const config::Node&);

Translate translation_of(Gateway gateway) {
  return gateway == Gateway::litellm ? migration::from_litellm : migration::from_olla;
}

Result<std::string> read_file(const std::string& path) {
  auto file = config::read_value_file(".", path, config::kMaxFileBytes, files::Purpose::config);
  if (!file) return fail(Errc::invalid_parameter, path + ": " + file.error());
  return std::move(file->text);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

// Problems of the new file, but for those of values that will come from variables which are not set
// here.
std::vector<config::Problem> problems_of(const std::string& text, const std::string& file,
                                         std::set<std::string>& unset) {
  const auto read = [&unset](const std::string& name) -> std::optional<std::string> {
    auto value = read_variable(name);
    if (!value) unset.insert(name);
    return value;
  };
  const auto settings = load_settings(text, file, {.environment = read, .file = {}});
  if (settings) return {};
  auto problems = settings.error();
  const auto lines = lines_of(text);
  std::erase_if(problems, [&lines](const config::Problem& problem) {
    const auto line = static_cast<std::size_t>(problem.line);
    return line >= 1 && line <= lines.size() && lines[line - 1].contains("${");
  });
  return problems;
}

std::string remark_line(const std::string& file, const migration::Remark& remark) {
  return fmt::format("  {}:{}: {}: {}\n", codec::visible_text(file), remark.line,
                     codec::visible_text(remark.setting), codec::visible_text(remark.text));
}

std::string summary(const migration::Imported& imported, const ImportOptions& options,
                    const std::set<std::string>& unset) {
  auto text = fmt::format("wrote {}: {} upstreams, {} models, {} keys\n",
                          codec::visible_text(options.output), imported.upstreams.size(),
                          imported.models.size(), imported.keys.size());
  if (!imported.remarks.empty()) text += "not taken over:\n";
  for (const auto& remark : imported.remarks) text += remark_line(options.file, remark);
  if (!unset.empty()) {
    text += fmt::format("to be set in the server's environment: {}\n", fmt::join(unset, ", "));
  }
  if (imported.keys.empty()) text += "for clients: weir keys create NAME\n";
  return text +
         fmt::format("next: weir serve --config {}\n", codec::format_shell_word(options.output));
}

}  // namespace

Output import_config(const ImportOptions& options) {
  const auto gateway = kGatewayNames.find(options.gateway);
  if (!gateway) {
    return fail(Errc::invalid_parameter, fmt::format("GATEWAY {} is not known; expected one of {}",
                                                     config::in_quotes(options.gateway),
                                                     fmt::join(kGatewayNames.rows(), ", ")));
  }
  if (auto ok = check_new_file(options.output); !ok) return std::unexpected(std::move(ok.error()));
  const auto foreign = read_file(options.file);
  if (!foreign) return std::unexpected(foreign.error());
  auto root = config::parse_document(*foreign);
  if (!root) {
    root.error().file = options.file;
    return fail(Errc::config_invalid, config::format_problem(root.error()));
  }
  const auto imported = translation_of(*gateway)(*root);
  if (imported.upstreams.empty()) {
    auto why =
        fmt::format("{} has no upstream that Weir can use; no file is written", options.file);
    for (const auto& remark : imported.remarks) why += '\n' + remark_line(options.file, remark);
    return fail(Errc::invalid_parameter, std::move(why));
  }
  const auto text = migration::config_text(imported, codec::visible_text(options.file));
  std::set<std::string> unset;
  if (const auto problems = problems_of(text, options.output, unset); !problems.empty()) {
    return fail(Errc::config_invalid, "no file is written, since it would not be valid: " +
                                          config::format_problems(problems));
  }
  if (auto written = write_new_file(options.output, text, 0600); !written) {
    return std::unexpected(std::move(written.error()));
  }
  return summary(imported, options, unset);
}

}  // namespace weir::app
