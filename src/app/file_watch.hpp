/// Notices that a file was changed, replaced or removed, by looking at it now and then.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

namespace weir::app {

/// Looking costs a `stat`, works on every file system, and sees a file that an editor
/// replaces by renaming, all of which inotify makes hard.
///
/// Threads: one.
class FileWatch {
 public:
  explicit FileWatch(std::string path) : path_(std::move(path)), seen_(look()) {}

  /// Whether the file is another than before and was so at the last call already: one that is being
  /// written is not read in the middle. A file that is gone is no change: it is usually about to be
  /// put back.
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
