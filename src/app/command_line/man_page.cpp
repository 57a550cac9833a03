#include "app/command_line/man_page.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weir::app {
namespace {

// A backslash and a dash mean something to troff everywhere, a dot and an apostrophe at the
// beginning of a line.
std::string troff(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

bool is_help(const OptionDoc& option) {
  return !option.names.empty() && option.names.back().starts_with("--help");
}

std::string sentence(std::string_view text) {
  return troff(text) + (text.ends_with('.') || text.ends_with('?') ? "" : ".");
}

void add_option(std::string& out, const OptionDoc& option) {
  std::string names;
  for (const auto& name : option.names) {
    names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", troff(name));
  }
  const auto value =
      option.value.empty() ? std::string() : fmt::format("\\fI{}\\fR", troff(option.value));
  const auto* between = names.empty() || value.empty() ? "" : " ";
  out += fmt::format(".TP\n{}{}{}\n{}\n", names, between, value, sentence(option.text));
  if (!option.variable.empty()) {
    out += fmt::format("Default: the environment variable \\fB{}\\fR.\n", troff(option.variable));
  }
}

std::string usage(const std::string& path, const CommandDoc& command) {
  auto out = fmt::format("\\fB{}\\fR [\\fIoptions\\fR]", troff(path));
  for (const auto& option : command.options) {
    if (option.names.empty()) out += fmt::format(" \\fI{}\\fR", troff(option.value));
  }
  return out;
}

void add_command(std::string& out, const std::string& before, const CommandDoc& command) {
  const auto path = before + " " + command.name;
  if (command.commands.empty() || !std::ranges::all_of(command.options, is_help)) {
    out += fmt::format(".SS {}\n{}\n.PP\n{}.\n", troff(path), usage(path, command),
                       troff(command.text));
    for (const auto& option : command.options) {
      if (!is_help(option)) add_option(out, option);
    }
  }
  for (const auto& inner : command.commands) add_command(out, path, inner);
}

constexpr std::string_view kEnd = R"(.SH FILES
.TP
\fIweir.db\fR
The store: keys and usage. The setting \fBstore\fR chooses another; without a config file it is in the
directory that the server is started in.
.TP
\fIweir.db.first\-key\fR
The first key, if the first start had no terminal to show it on. Read it, then delete the file.
.SH OPTIONS
Each command has \fB\-\-help\fR; \fBweir \-\-help\-all\fR prints all of them.
.SH EXIT STATUS
0 on success, 1 if the command failed, 2 if it was not understood.
.SH SEE ALSO
The settings, errors, metrics and routes are in the folder docs/reference of the source; a running server has
its API reference at \fI/docs\fR.
)";

}  // namespace

std::string man_page(const CommandDoc& root) {
  std::string out = fmt::format(
      ".\\\" Generated from the command line (tools/dev/check \\-\\-bless).\n"
      ".TH WEIR 1 \"\" \"Weir\" \"Weir\"\n.SH NAME\nweir \\- one address and one key for AI "
      "models\n"
      ".SH SYNOPSIS\n\\fBweir\\fR \\fIcommand\\fR [\\fIoptions\\fR]\n.SH DESCRIPTION\n{}.\n.PP\n"
      "Without a config file \\fBweir serve\\fR uses the engines that it finds on this machine, "
      "and the "
      "hosted providers whose keys are in the environment.\n.SH COMMANDS\n",
      troff(root.text));
  for (const auto& command : root.commands) add_command(out, root.name, command);
  return out + std::string(kEnd);
}

}  // namespace weir::app
