/// Journals as files beside the store: the one of this process, and those of processes that were
/// killed.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "files/mapped_file.hpp"
#include "store/usage_store.hpp"
#include "usage/journal.hpp"

namespace weir::usage {

/// The file of one run of a process, locked as long as it runs.
///
/// Threads: its memory's users agree; all else one at a time.
class JournalFile {
 public:
  /// Creates `<store_path>.usage-<writer>`. Blocks. Errors: store_failed.
  [[nodiscard]] static Result<JournalFile> create(const std::string& store_path,
                                                  const std::string& writer, std::size_t sections,
                                                  std::size_t bytes);

  [[nodiscard]] const JournalMemory& memory() const { return memory_; }
  [[nodiscard]] std::size_t sections() const { return sections_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// False if a part of it is lost: it was cut, or its disk fails.
  [[nodiscard]] bool is_whole() const { return file_.is_whole(); }
  /// Its memory stays.
  void remove() const;

 private:
  JournalFile(files::MappedFile file, std::string path, std::string_view writer,
              std::size_t sections)
      : file_(std::move(file)),
        path_(std::move(path)),
        sections_(sections),
        memory_(file_.bytes(), writer, sections) {}

  files::MappedFile file_;
  std::string path_;
  std::size_t sections_;
  JournalMemory memory_;
};

/// Adds to the store what killed processes left beside it. A file that cannot be used is logged
/// once, and left alone. Safe beside other processes that do the same.
///
/// Threads: one at a time.
class UsageRecovery {
 public:
  /// `own`: the writer of this process, if it has a file.
  explicit UsageRecovery(std::string store_path, std::string own = {})
      : store_path_(std::move(store_path)), own_(std::move(own)) {}

  /// Returns true if some are left for another time: their processes still run, or the store could
  /// not be written. Blocks.
  bool run(store::UsageStore& store, WallTime now);

 private:
  [[nodiscard]] bool recover(const std::string& path, store::UsageStore& store, WallTime now);
  void leave_alone(const std::string& path, std::string_view why);

  const std::string store_path_;
  const std::string own_;
  std::set<std::string> reported_;
};

}  // namespace weir::usage
