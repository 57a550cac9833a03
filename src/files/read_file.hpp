/// Files opened by path, and what is known of them.
#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "base/secret.hpp"
#include "files/policy.hpp"

namespace weir::files {

struct File {
  Secret text;
  Facts facts;  ///< of what was opened, whatever has its name by now
};

/// Why there is nothing to judge.
struct Fault {
  bool is_missing = false;
  bool is_empty = false;
  std::string what;  ///< "No such file or directory", "not a regular file"
};

/// A regular file of at most `most` bytes; links are followed. Blocks on the disk; never on a pipe
/// or a device, which are refused.
[[nodiscard]] std::expected<File, Fault> read_file(const std::string& path, std::size_t most);

/// Only the facts, of a file that something else opens by its path. It is not opened for reading,
/// so that no lock of this process's on it is lost.
[[nodiscard]] std::expected<Facts, Fault> inspect_file(const std::string& path);

/// Likewise, but a link is not followed: it is not a regular file.
[[nodiscard]] std::expected<Facts, Fault> inspect_unlinked_file(const std::string& path);

/// The facts about an open file.
[[nodiscard]] std::expected<Facts, Fault> inspect_descriptor(int descriptor);

}  // namespace weir::files
