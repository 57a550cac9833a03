/// Usage that is not in the store yet, in memory that outlives the process: a mapped file.
///
///   header │ section of an I/O thread: slot │ slot │ … │ section │ …
///
/// A slot is a row: a day, a key, a model, and its sums in the last two batches. A file is of one
/// run of a process, and is read only when that process has ended: what the store did not
/// acknowledge is then added under the process's name and its batches' own numbers, so that it
/// counts once, whatever the store has of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/usage_store.hpp"

namespace weir::usage {

/// Sums are written in turn to one of two copies with a checksum, so that one is always whole.
struct JournalCopy {
  static constexpr std::size_t kMaxCounts = 16;

  std::uint64_t batch;
  std::uint64_t version;  ///< increases with each change within a batch
  std::array<std::int64_t, kMaxCounts> counts;
  std::uint64_t check;
};

struct JournalSlot {
  static constexpr std::size_t kNameBytes = 400;

  std::uint64_t check;  ///< of the name; 0: unused
  std::int32_t day;
  std::uint16_t key_bytes;
  std::uint16_t model_bytes;
  std::array<char, kNameBytes> names;
  std::array<JournalCopy, 4> copies;  ///< two for even batches, two for odd ones
};
static_assert(sizeof(JournalSlot) == 1024);

inline constexpr std::size_t kJournalHeaderBytes = 4096;
inline constexpr std::size_t kMaxWriterBytes = 63;

/// One thread's rows.
///
/// Cost:    about 80 instructions to add to a known row.
/// Threads: one at a time. Lifetime: the memory outlives it.
class JournalSection {
 public:
  class Row;
  /// The row of a name that its owner adds to again and again, kept by the owner.
  struct Note {
    Row* row = nullptr;
    std::uint64_t generation = 0;
  };

  explicit JournalSection(std::span<JournalSlot> slots);
  JournalSection(const JournalSection&) = delete;
  JournalSection& operator=(const JournalSection&) = delete;
  ~JournalSection();

  /// Adds to the row's sums in `batch`. `note`: of the same name; null: none. A row that has no
  /// place, or whose name is too long for one, is counted without its model, then without its key.
  /// REQUIRES: `batch` is not below that of earlier calls, and at most 2 above `set_stored`.
  void add(Note* note, store::Day day, std::string_view key_id, std::string_view model,
           const store::UsageCounts& counts, std::uint64_t batch);

  /// Every batch up to this one is in the store.
  void set_stored(std::uint64_t batch) { stored_ = batch; }
  /// Requests that have no place even so since the last call.
  [[nodiscard]] std::int64_t take_left_out() { return std::exchange(left_out_, 0); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>()(name);
    }
  };
  using Rows = std::unordered_map<std::string, Row, Hash, std::equal_to<>>;

  [[nodiscard]] Row* find_or_make(store::Day day, std::string_view key_id, std::string_view model,
                                  std::size_t spare);
  void forget_stored();

  std::span<JournalSlot> slots_;
  Rows rows_;
  std::vector<JournalSlot*> free_;
  std::uint64_t generation_ = 1;
  std::uint64_t stored_ = 0;
  std::uint64_t forgotten_at_ = 0;
  std::int64_t left_out_ = 0;
  std::string name_;  ///< reused
};

/// A whole file's memory, for its writer.
class JournalMemory {
 public:
  /// Formats zeros. REQUIRES: room for a header and a slot for each section; aligned to 8.
  JournalMemory(std::span<std::byte> memory, std::string_view writer, std::size_t sections);

  [[nodiscard]] std::span<JournalSlot> section(std::size_t index) const;
  void set_stored(std::uint64_t batch) const;

 private:
  std::span<std::byte> memory_;
  std::size_t sections_;
};

/// A file's contents, as far as they may be missing in the store.
struct JournalContents {
  /// In the order of their numbers, which must be kept.
  std::vector<store::UsageBatch> batches;
  /// Slots in use that could not be read.
  std::size_t damaged = 0;
};

enum class JournalFault : std::uint8_t {
  empty,    ///< its process ended, or still is, while it created the file
  foreign,  ///< something else, or a damaged header
  version,  ///< of another version of the format
};

/// Reads any bytes. A file that was cut is read as far as it goes.
[[nodiscard]] std::expected<JournalContents, JournalFault> read_journal(
    std::span<const std::byte> memory, WallTime now);

}  // namespace weir::usage
