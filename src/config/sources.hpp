/// Values from outside the config file: `${NAME}` and `${file:path}`.
///
/// Environment and disk are passed in, so that reading a config is a pure function of them.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "files/policy.hpp"

namespace weir::config {

inline constexpr std::size_t kMaxValueFileBytes = 64 << 10;

struct ValueFile {
  std::string text;
  /// Why it must not hold a secret; nothing: it may.
  std::optional<files::Complaint> refused_as_secret = {};
};

struct Sources {
  /// The variable's value; nothing if it is not set.
  std::function<std::optional<std::string>(const std::string& name)> environment;
  /// The file, or a phrase why it cannot be read: "No such file or directory".
  std::function<std::expected<ValueFile, std::string>(const std::string& path)> file;
  /// Called with each variable that has become part of a secret; may be empty.
  std::function<void(const std::string& name)> became_secret = {};
  /// Told that a secret is written out in the config itself; may be empty.
  std::function<void()> is_written_out = {};
};

/// Reads a regular file of at most `most` bytes; a relative path starts at `directory`. The file
/// must be safe for the purpose `as`.
/// Blocks on the disk, but never on a pipe or a device, which are refused.
[[nodiscard]] std::expected<ValueFile, std::string> read_value_file(
    const std::filesystem::path& directory, const std::string& path, std::size_t most,
    files::Purpose as = files::Purpose::secret);

/// The readers allowed for a text: a secret's file must be safe as a files::Purpose::secret.
enum class Audience { anyone, owner };

struct ExpansionFault {
  std::string what;      ///< "the environment variable CI_KEY is not set"
  std::string expected;  ///< empty if `what` is sufficient
};

/// Replaces `${NAME}` and `${file:path}` in `text` (a file without its final line break), and `$$`
/// with `$`. Inserted values are not expanded again. On failure, the problem.
[[nodiscard]] std::expected<std::string, ExpansionFault> expand(std::string_view text,
                                                                const Sources& sources,
                                                                Audience audience);

/// `text` escaped such that expand() returns it.
[[nodiscard]] std::string escape(std::string_view text);

}  // namespace weir::config
