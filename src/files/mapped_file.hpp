/// A file in memory that outlives its process: what is written is in the page cache at once.
///
/// kill -9 loses nothing that was written; a power failure loses what was written since `sync`.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "files/read_file.hpp"

namespace weir::files {

/// Mode 0600 whatever the umask, and allocated in full, so that a full disk shows when it is opened
/// and not when it is written. Every process that has it open holds a lock on it, which ends with
/// the process. A lock that another process does not let go within `kLockPatience` is an error.
///
/// A file that is refused is not changed, and none is removed that was not made here.
///
/// A page that cannot be read or written later (the file was cut, its disk fails) becomes one of
/// zeros of this process alone: no access ends the process, and `is_whole` is false from then on.
///
/// Threads: any; what the bytes mean is the users' agreement.
class MappedFile {
 public:
  /// A process holds a lock alone only while it prepares the file; one that is stopped meanwhile
  /// (SIGSTOP, a debugger) must not stop others.
  static constexpr std::chrono::milliseconds kLockPatience{3000};

  /// A new file, for this process alone. Errors: it exists already, or cannot be created; then no
  /// part of it is left behind.
  [[nodiscard]] static std::expected<MappedFile, Fault> create(const std::string& path,
                                                               std::size_t bytes);
  /// An existing file, for this process alone. Nothing: another process has it.
  [[nodiscard]] static std::expected<std::optional<MappedFile>, Fault> adopt(
      const std::string& path);
  /// A file that several processes use at once; created with `bytes` zeros if there is none, or
  /// an empty one. `is_sole`: no other process had it open, and none gets it before `share`.
  /// Blocks for at most `patience`, and on the disk.
  [[nodiscard]] static std::expected<MappedFile, Fault> open(
      const std::string& path, std::size_t bytes,
      std::chrono::milliseconds patience = kLockPatience);
  MappedFile(MappedFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        bytes_(std::exchange(other.bytes_, {})),
        entry_(std::exchange(other.entry_, kNoEntry)),
        is_sole_(other.is_sole_) {}
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile() { close(); }

  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }
  [[nodiscard]] bool is_sole() const { return is_sole_; }
  /// Lets other processes open it.
  void share();
  /// Extends the file and its memory. REQUIRES: is_sole. Errors: as open; then it is unchanged.
  [[nodiscard]] std::expected<void, Fault> extend(std::size_t bytes);

  /// False once a page was lost, or the file is smaller than its memory.
  [[nodiscard]] bool is_whole() const;
  /// Writes to the disk what has changed. Blocks. Errors: the disk's.
  [[nodiscard]] std::expected<void, Fault> sync() const;

 private:
  static constexpr std::size_t kNoEntry = static_cast<std::size_t>(-1);

  explicit MappedFile(int descriptor) : descriptor_(descriptor) {}
  /// Nothing: another process has just made it.
  [[nodiscard]] static std::expected<std::optional<MappedFile>, Fault> open_any(
      const std::string& path, bool& is_new);
  [[nodiscard]] std::expected<void, Fault> lock_to_share(std::chrono::milliseconds patience);
  [[nodiscard]] std::expected<void, Fault> allocate(std::size_t bytes) const;
  [[nodiscard]] std::expected<void, Fault> map(std::size_t bytes);
  void close();

  int descriptor_ = -1;
  std::span<std::byte> bytes_;
  std::size_t entry_ = kNoEntry;  ///< of the table that the signal handler reads
  bool is_sole_ = true;
};

}  // namespace weir::files
