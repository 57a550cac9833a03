/// Tools of a responses request as functions of a chat request, and the way back to the tool that a
/// called function stands for.
///
/// Source: platform.openai.com, API reference: responses, tools; openai/codex, codex-rs/tools
/// (namespace, tool_search and custom tools, `web_search` by default), 2026.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "translation/detail/members.hpp"

namespace weir::translation::detail {

enum class ToolKind { function, custom, local_shell, tool_search };

/// A tool of the client's, and its name in the chat request.
struct ToolOrigin {
  ToolKind kind = ToolKind::function;
  std::string chat_name;
  std::string name;
  std::string name_space;  ///< empty: none

  bool operator==(const ToolOrigin&) const = default;
};

/// The name of a tool in the chat request, where a name is at most 64 characters and has no
/// namespace. The same for the same tool at any time, so that earlier calls keep their name.
[[nodiscard]] std::string chat_tool_name(std::string_view name_space, std::string_view name);

/// Description and schema of functions that stand for tools of other kinds.
inline constexpr std::string_view kLocalShellName = "local_shell";
inline constexpr std::string_view kToolSearchName = "tool_search";

class ToolList {
 public:
  /// Adds the tools at `path`, such as "tools[]". Those that the upstream's model can do without,
  /// and that clients add of their own accord, are left out; others that have no equivalent are
  /// refused. Errors: those of translate().
  [[nodiscard]] Result<> add(const boost::json::array& tools, std::string_view path,
                             Dropped& dropped);
  /// Writes `tools`, and what `choice` (null: absent) says, into `chat`. Errors: those of
  /// translate(), among them for a choice of a tool that there is not.
  [[nodiscard]] Result<> write(const boost::json::value* choice, boost::json::object& chat);

  /// In order of their names in the chat request.
  [[nodiscard]] std::vector<ToolOrigin> take_origins();

 private:
  [[nodiscard]] Result<> add_one(const boost::json::object& tool, std::string_view path,
                                 std::string_view name_space, Dropped& dropped);
  [[nodiscard]] Result<> add_namespace(const boost::json::object& tool, std::string_view path,
                                       Dropped& dropped);
  [[nodiscard]] Result<> push(ToolOrigin origin, boost::json::object function);
  [[nodiscard]] std::optional<std::size_t> find_choice(const boost::json::object& choice) const;
  [[nodiscard]] Result<> write_named(const boost::json::object& choice, boost::json::object& chat);
  [[nodiscard]] Result<> allow_only(const boost::json::object& choice, boost::json::object& chat);

  boost::json::array functions_;
  std::vector<ToolOrigin> origins_;
  std::unordered_map<std::string, std::size_t> places_;  ///< of origins, by their chat_name
};

}  // namespace weir::translation::detail
