#include "limit/window_table.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <thread>

#include "base/check.hpp"

namespace weir::limit {
namespace {

constexpr std::string_view kMagic = "weir windows ";
constexpr std::string_view kVersion = "1\n";
constexpr std::size_t kProbes = 64;
/// How often a slot that is being cleared is waited for, which takes less than a microsecond.
constexpr int kMaxWaits = 64;

// ---- Hashes

constexpr std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

std::uint64_t hash_text(std::uint64_t seed, std::string_view text) {
  std::uint64_t hash = seed ^ 0xcbf29ce484222325;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return mixed(hash);
}

// ---- Header

struct Header {
  std::array<char, 16> magic;
  std::uint64_t slots;
  std::uint64_t slot_bytes;
  std::uint64_t check;
};

struct AnchorRecord {
  std::uint64_t version;
  std::array<char, 40> boot;
  std::int64_t at;
  std::int64_t monotonic;
  std::int64_t wall;
  std::uint64_t is_last;
  std::uint64_t check;
};

constexpr std::size_t kAnchorOffset = 256;
constexpr std::size_t kAnchors = 2;  ///< written in turn, so that one is always whole
constexpr std::size_t kAnchorStride = 256;
static_assert(kAnchorOffset + kAnchors * kAnchorStride <= WindowTable::kHeaderBytes);

template <class Record>
std::string_view before_check(const Record& record) {
  return {reinterpret_cast<const char*>(&record), offsetof(Record, check)};
}

template <class Record>
Record read_record(std::span<const std::byte> memory, std::size_t offset) {
  Record record;
  std::memcpy(&record, memory.data() + offset, sizeof record);
  return record;
}

template <class Record>
bool is_sound(const Record& record) {
  return record.check == hash_text(1, before_check(record));
}

template <class Record>
void write_record(std::span<std::byte> memory, std::size_t offset, Record record) {
  record.check = hash_text(1, before_check(record));
  std::memcpy(memory.data() + offset, &record, sizeof record);
}

std::optional<AnchorRecord> newest_anchor(std::span<const std::byte> header) {
  std::optional<AnchorRecord> newest;
  for (std::size_t i = 0; i < kAnchors; ++i) {
    const auto record = read_record<AnchorRecord>(header, kAnchorOffset + i * kAnchorStride);
    if (!is_sound(record)) continue;
    if (!newest || record.version > newest->version) newest = record;
  }
  return newest;
}

void write_anchor(std::span<std::byte> header, const ClockAnchor& anchor) {
  const auto before = newest_anchor(header);
  AnchorRecord record{};
  record.version = before ? before->version + 1 : 1;
  anchor.reading.boot.copy(record.boot.data(), record.boot.size() - 1);
  record.at = anchor.at.time_since_epoch().count();
  record.monotonic = anchor.reading.monotonic.time_since_epoch().count();
  record.wall = std::chrono::nanoseconds(anchor.reading.wall.time_since_epoch()).count();
  record.is_last = anchor.is_last ? 1 : 0;
  write_record(header, kAnchorOffset + record.version % kAnchors * kAnchorStride, record);
}

std::size_t slots_in(std::size_t bytes) {
  return (bytes - WindowTable::kHeaderBytes) / sizeof(WindowSlot);
}

}  // namespace

std::uint64_t hash_scope(std::string_view key_id, std::string_view model) {
  return hash_text(hash_text(0, key_id), model);
}

WindowName name_window(std::uint64_t scope, std::string_view dimension) {
  const auto name = hash_text(scope, dimension);
  return name == WindowSlot::kFree ? 1 : name;
}

// ---- WindowTable

void WindowTable::format(std::span<std::byte> memory, const ClockReading& now, JournalTime start) {
  CHECK(memory.size() >= kMinBytes);
  write_anchor(memory.first(kHeaderBytes), {start, now, true});
  Header header{};
  kMagic.copy(header.magic.data(), header.magic.size());
  kVersion.copy(header.magic.data() + kMagic.size(), kVersion.size());
  header.slots = slots_in(memory.size());
  header.slot_bytes = sizeof(WindowSlot);
  write_record(memory, 0, header);
}

std::optional<TableFault> WindowTable::check(std::span<const std::byte> memory) {
  if (memory.size() < kHeaderBytes) return TableFault::foreign;
  const auto bytes = memory.first(kHeaderBytes);
  if (std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; })) {
    return TableFault::empty;
  }
  const auto header = read_record<Header>(memory, 0);
  const std::string_view magic(header.magic.data(), header.magic.size());
  if (!magic.starts_with(kMagic)) return TableFault::foreign;
  if (magic.substr(kMagic.size(), kVersion.size()) != kVersion) return TableFault::version;
  if (!is_sound(header) || header.slot_bytes != sizeof(WindowSlot) || header.slots == 0) {
    return TableFault::foreign;
  }
  // Without an anchor nothing is known of the time that has passed.
  if (!newest_anchor(bytes)) return TableFault::foreign;
  if (header.slots > slots_in(memory.size())) return TableFault::cut;
  return std::nullopt;
}

std::size_t WindowTable::whole_size(std::span<const std::byte> memory) {
  return kHeaderBytes + read_record<Header>(memory, 0).slots * sizeof(WindowSlot);
}

WindowTable::WindowTable(std::span<std::byte> memory, const ClockReading& now)
    : header_(memory.first(kHeaderBytes)),
      slots_(reinterpret_cast<WindowSlot*>(memory.data() + kHeaderBytes),
             read_record<Header>(memory, 0).slots) {
  const auto last = anchor();
  CHECK(last.has_value());
  const auto at = resume(*last, now);
  offset_ = at.time_since_epoch() - now.monotonic.time_since_epoch();
}

KeptSlot WindowTable::find(WindowName name) const {
  const auto probes = std::min(kProbes, slots_.size());
  for (std::size_t i = 0; i < probes; ++i) {
    WindowSlot& slot = slots_[(name + i) % slots_.size()];
    if (slot.name() != name) continue;
    if (const KeptSlot found(slot, name); found) return found;
  }
  return {};
}

KeptSlot WindowTable::find_or_make(WindowName name, JournalTime now,
                                   std::chrono::nanoseconds span) const {
  const auto probes = std::min(kProbes, slots_.size());
  for (int waits = 0;;) {
    if (const KeptSlot known = find(name); known) return known;
    bool again = false;
    for (std::size_t i = 0; i < probes && !again; ++i) {
      WindowSlot& slot = slots_[(name + i) % slots_.size()];
      // It may become the window's, for another process. One that was killed leaves it like this.
      if (slot.is_being_cleared()) {
        again = waits++ < kMaxWaits;
        if (again) std::this_thread::yield();
        continue;
      }
      again = slot.take(name, now, span) != WindowSlot::Taken::no;
    }
    if (again) continue;
    full_.store(true);
    return {};
  }
}

std::size_t WindowTable::add_all(const WindowTable& other, JournalTime now) const {
  std::size_t left_out = 0;
  for (WindowSlot& from : other.slots_) {
    const auto name = from.name();
    const KeptSlot kept(from, name);
    const auto span = from.span();
    if (name == WindowSlot::kFree || !kept || span.count() <= 0) continue;
    const auto counts = kept.counts(now, span);
    if (counts.empty()) continue;
    const auto to = find_or_make(name, now, span);
    const bool added =
        to && std::ranges::all_of(counts, [&](const KeptCount& count) {
          return to.charge(count.cost, count.last, WindowSlot::width_of(span)).has_value();
        });
    left_out += added ? 0 : 1;
  }
  return left_out;
}

void WindowTable::set_anchor(const ClockReading& now, bool is_last) const {
  write_anchor(header_, {time_at(now.monotonic), now, is_last});
}

std::optional<ClockAnchor> WindowTable::anchor() const {
  const auto record = newest_anchor(header_);
  if (!record) return std::nullopt;
  const std::string_view boot(record->boot.data(), record->boot.size());
  return ClockAnchor{JournalTime(std::chrono::nanoseconds(record->at)),
                     {std::string(boot.substr(0, boot.find('\0'))),
                      MonotonicTime(std::chrono::nanoseconds(record->monotonic)),
                      WallTime(std::chrono::duration_cast<WallClock::duration>(
                          std::chrono::nanoseconds(record->wall)))},
                     record->is_last != 0};
}

}  // namespace weir::limit
