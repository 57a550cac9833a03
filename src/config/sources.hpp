/// Values that are not in the config file itself: `${NAME}` and `${file:path}`.
///
/// The environment and the disk are passed in, so that reading a config is a pure function of them.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weir::config {

inline constexpr std::size_t kMaxValueFileBytes = 64 << 10;

struct ValueFile {
  std::string text;
  bool others_can_read = false;  ///< by its group or by everyone
};

struct Sources {
  /// The variable's value, or nothing when it is not set.
  std::function<std::optional<std::string>(const std::string& name)> environment;
  /// The file, or one phrase why it cannot be read: "No such file or directory".
  std::function<std::expected<ValueFile, std::string>(const std::string& path)> file;
  /// Told which variable has become part of a secret; may be empty.
  std::function<void(const std::string& name)> became_secret = {};
};

/// A regular file of at most `most` bytes; a path that is not absolute starts at `directory`.
/// Blocks on the disk; never on a pipe or a device, which are refused.
[[nodiscard]] std::expected<ValueFile, std::string> read_value_file(
    const std::filesystem::path& directory, const std::string& path, std::size_t most);

/// Who reads the text: a secret's file must be for its owner alone.
enum class Audience { anyone, owner };

struct ExpansionFault {
  std::string what;      ///< "the environment variable CI_KEY is not set"
  std::string expected;  ///< empty where `what` says all
};

/// `text` with `${NAME}` and `${file:path}` replaced (a file without its final line break) and
/// `$$` made `$`. What was put in is not looked at again. On failure, what is wrong.
[[nodiscard]] std::expected<std::string, ExpansionFault> expand(std::string_view text,
                                                                const Sources& sources,
                                                                Audience audience);

/// `text` such that expand() gives it back.
[[nodiscard]] std::string escape(std::string_view text);

}  // namespace weir::config
