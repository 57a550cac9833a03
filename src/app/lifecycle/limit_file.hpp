/// The file beside the store that keeps the counts of limits across restarts.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "files/mapped_file.hpp"
#include "limit/window_table.hpp"

namespace weir::app {

/// Limits work without it, in memory: whatever is wrong with the file is logged once, and stops
/// nothing.
///
/// Threads: one at a time, except `windows`.
class LimitFile {
 public:
  [[nodiscard]] static std::string path_beside(const std::string& store_path) {
    return store_path + ".limits";
  }

  LimitFile(std::string path, std::size_t bytes);

  /// Null if the file cannot be used.
  [[nodiscard]] const limit::WindowTable* windows() const { return table_ ? &*table_ : nullptr; }

  /// Writes to the disk what has changed, so that only a power failure from now on loses anything.
  /// `is_last`: nothing is counted any more. Blocks.
  void keep(bool is_last = false);

 private:
  using Opened = std::expected<files::MappedFile, files::Fault>;

  [[nodiscard]] std::expected<void, files::Fault> open(std::size_t bytes);
  [[nodiscard]] std::expected<void, files::Fault> check(std::size_t bytes);
  [[nodiscard]] std::expected<void, files::Fault> resize(std::size_t bytes);

  const std::string path_;
  std::optional<files::MappedFile> file_;
  std::optional<limit::WindowTable> table_;
  bool is_failing_ = false;
  bool was_full_ = false;
};

/// The counts in the file of a server that need not run; null if there is none, or it cannot be
/// read. For commands.
struct LimitCounts {
  std::vector<std::byte> memory;
  std::optional<limit::WindowTable> table;
};
[[nodiscard]] std::unique_ptr<LimitCounts> read_limit_file(const std::string& path);

/// This moment, on all clocks.
[[nodiscard]] limit::ClockReading read_clocks();

}  // namespace weir::app
