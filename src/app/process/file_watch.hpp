/// Detects changed, replaced or removed files by polling.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

namespace weir::app {

/// A poll costs a `stat`, works on every file system, and sees a file that an editor replaces by
/// renaming, all of which inotify makes hard.
///
/// Threads: one.
class FileWatch {
 public:
  explicit FileWatch(std::string path) : path_(std::move(path)), seen_(look()) {}

  /// True if the file differs from before and did not change since the last call, so that a file
  /// being written is not read half-way. A missing file is no change: it is usually about to be
  /// replaced.
  [[nodiscard]] bool changed();

 private:
  /// Device, inode, size, and time of change in nanoseconds.
  using Mark = std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t>;
  [[nodiscard]] std::optional<Mark> look() const;

  std::string path_;
  std::optional<Mark> seen_;
  std::optional<Mark> last_look_ = seen_;
};

}  // namespace weir::app
