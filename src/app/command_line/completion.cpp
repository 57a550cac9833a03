#include "app/command_line/completion.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "catalogue/model.hpp"

namespace weir::app {
namespace {

// Values that an option or an argument takes, by its name; a name without a row takes any.
std::string values_of(std::string_view name) {
  if (name == "--type") return fmt::format("{}", fmt::join(catalogue::kTypeNames.rows(), " "));
  if (name == "--sub-type" || name == "--sub-types" || name == "MODEL") {
    return fmt::format("{}", fmt::join(catalogue::kSubTypeNames.rows(), " "));
  }
  if (name == "SHELL") return fmt::format("{}", fmt::join(kShellNames.rows(), " "));
  if (name == "FORMAT") return "litellm olla one-api";
  return {};
}

bool takes_file(std::string_view name) {
  return name == "--config" || name == "-c" || name == "--from" || name == "FILE" ||
         name == "--output";
}

// Visits each command with its path: "weir", "weir keys", "weir keys create".
void for_each(const CommandDoc& command, const std::string& before,
              const std::function<void(const std::string&, const CommandDoc&)>& visit) {
  const auto path = before.empty() ? command.name : before + " " + command.name;
  visit(path, command);
  for (const auto& inner : command.commands) for_each(inner, path, visit);
}

std::vector<std::string> words_of(const CommandDoc& command) {
  std::vector<std::string> words;
  for (const auto& inner : command.commands) words.push_back(inner.name);
  for (const auto& option : command.options) {
    words.insert(words.end(), option.names.begin(), option.names.end());
    if (!option.names.empty()) continue;
    if (auto values = values_of(option.value); !values.empty()) words.push_back(std::move(values));
  }
  return words;
}

bool has_file_argument(const CommandDoc& command) {
  return std::ranges::any_of(command.options, [](const OptionDoc& option) {
    return option.names.empty() && takes_file(option.value);
  });
}

// The cases of all options, of whatever command, whose value is known.
std::string value_cases(const CommandDoc& root, std::string_view line, std::string_view file_line) {
  std::vector<std::string> seen;
  std::string out;
  for_each(root, "", [&](const std::string&, const CommandDoc& command) {
    for (const auto& option : command.options) {
      if (option.value.empty()) continue;
      for (const auto& name : option.names) {
        if (std::ranges::find(seen, name) != seen.end()) continue;
        seen.push_back(name);
        const auto values = values_of(name);
        if (!values.empty()) out += fmt::format(fmt::runtime(line), name, values);
        if (takes_file(name)) out += fmt::format(fmt::runtime(file_line), name);
      }
    }
  });
  return out;
}

// The path of the command that the words before the current one name. `filenames` is set for files
// alone: with it, a word that is also the name of a directory gets a slash.
constexpr std::string_view kBashHead = R"(# Completion of weir for bash: weir completion bash
_weir_files() {
  local found
  mapfile -t found < <(compgen -f -- "$current")
  COMPREPLY+=("${found[@]}")
  [ ${#found[@]} -eq 0 ] || compopt -o filenames 2>/dev/null
}
_weir() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} place=weir word words= files=
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$place $word" in
)";

std::string bash_script(const CommandDoc& root) {
  std::string paths;
  std::string words;
  for_each(root, "", [&](const std::string& path, const CommandDoc& command) {
    if (path != root.name) paths += fmt::format("      '{0}') place='{0}' ;;\n", path);
    words += fmt::format("    '{}') words='{}'{} ;;\n", path, fmt::join(words_of(command), " "),
                         has_file_argument(command) ? " files=1" : "");
  });
  return fmt::format(
      "{}{}    esac\n  done\n  case $before in\n{}  esac\n  case $place in\n{}  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "  [ -z \"$files\" ] || _weir_files\n}}\ncomplete -F _weir weir\n",
      kBashHead, paths,
      value_cases(root, "    {}) COMPREPLY=($(compgen -W '{}' -- \"$current\")); return ;;\n",
                  "    {}) _weir_files; return ;;\n"),
      words);
}

std::string in_single_quotes(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return "'" + out + "'";
}

// A colon separates a word from its description.
std::string zsh_word(std::string_view name, std::string_view text) {
  return in_single_quotes(fmt::format("{}:{}", name, text));
}

std::string zsh_script(const CommandDoc& root) {
  std::string paths;
  std::string words;
  for_each(root, "", [&](const std::string& path, const CommandDoc& command) {
    if (path != root.name) paths += fmt::format("      '{0}') place='{0}' ;;\n", path);
    words += fmt::format("    '{}')\n      items=(", path);
    for (const auto& inner : command.commands) words += zsh_word(inner.name, inner.text) + " ";
    for (const auto& option : command.options) {
      for (const auto& name : option.names) words += zsh_word(name, option.text) + " ";
    }
    words += ")\n";
    for (const auto& option : command.options) {
      const auto values = option.names.empty() ? values_of(option.value) : std::string();
      if (!values.empty()) words += fmt::format("      compadd -- {}\n", values);
    }
    if (has_file_argument(command)) words += "      _files\n";
    words += "      ;;\n";
  });
  return fmt::format(
      "#compdef weir\n# Completion of weir for zsh: weir completion zsh\n_weir() {{\n"
      "  local place=weir word\n  local -a items\n  for word in \"${{(@)words[2,CURRENT-1]}}\"; "
      "do\n"
      "    case \"$place $word\" in\n{}    esac\n  done\n  case ${{words[CURRENT-1]}} in\n{}  "
      "esac\n"
      "  case $place in\n{}  esac\n  _describe weir items\n}}\n"
      "if [ \"$funcstack[1]\" = _weir ]; then _weir \"$@\"; else compdef _weir weir; fi\n",
      paths, value_cases(root, "    {}) compadd -- {}; return ;;\n", "    {}) _files; return ;;\n"),
      words);
}

std::string fish_options(std::string_view condition, const CommandDoc& command) {
  std::string out;
  for (const auto& option : command.options) {
    auto line = fmt::format("complete -c weir -n {}", condition);
    for (const auto& name : option.names) {
      line += name.starts_with("--") ? fmt::format(" -l {}", name.substr(2))
                                     : fmt::format(" -s {}", name.substr(1));
    }
    const auto name = option.names.empty() ? option.value : option.names.back();
    const auto values = values_of(name);
    if (option.names.empty() && values.empty() && !takes_file(name)) continue;
    if (!values.empty()) line += fmt::format(" -a {}", in_single_quotes(values));
    if (takes_file(name)) line += " -F";
    if (!option.names.empty() && !option.value.empty()) line += " -r";
    out += fmt::format("{} -d {}\n", line, in_single_quotes(option.text));
  }
  return out;
}

constexpr std::string_view kFishHead = R"(# Completion of weir for fish: weir completion fish
function __weir_at
  set -l place weir
  for word in (commandline -opc)[2..-1]
    switch "$place $word"
)";

std::string fish_script(const CommandDoc& root) {
  std::string paths;
  std::string lines;
  for_each(root, "", [&](const std::string& path, const CommandDoc& command) {
    if (path != root.name) {
      paths += fmt::format("      case '{0}'\n        set place '{0}'\n", path);
    }
    const auto condition = fmt::format("'__weir_at \"{}\"'", path);
    for (const auto& inner : command.commands) {
      lines += fmt::format("complete -c weir -n {} -a {} -d {}\n", condition, inner.name,
                           in_single_quotes(inner.text));
    }
    lines += fish_options(condition, command);
  });
  return fmt::format(
      "{}{}    end\n  end\n  test \"$place\" = \"$argv[1]\"\nend\ncomplete -c weir -f\n{}",
      kFishHead, paths, lines);
}

}  // namespace

std::string completion_script(const CommandDoc& root, Shell shell) {
  switch (shell) {
    case Shell::bash:
      return bash_script(root);
    case Shell::zsh:
      return zsh_script(root);
    case Shell::fish:
      return fish_script(root);
  }
  __builtin_unreachable();
}

}  // namespace weir::app
