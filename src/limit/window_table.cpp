#include "limit/window_table.hpp"

#include <algorithm>
#include <cstring>

#include "base/check.hpp"

namespace weir::limit {
namespace {

constexpr std::string_view kMagic = "weir windows ";
constexpr std::string_view kVersion = "1\n";
constexpr std::size_t kProbes = 64;

constexpr WindowName kFree = 0;
constexpr WindowName kBusy = 1;  ///< being cleared

// ---- Checksums

constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;

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

// ---- Words: checksum, age, cost

constexpr int kCostBits = 34;
constexpr int kAgeBits = 20;
constexpr int kCheckBits = 64 - kCostBits - kAgeBits;
constexpr std::uint64_t kCostMask = (std::uint64_t{1} << kCostBits) - 1;
constexpr std::uint64_t kAgeMask = (std::uint64_t{1} << kAgeBits) - 1;
constexpr int kBodyBits = kCostBits + kAgeBits;
constexpr std::uint64_t kBodyMask = (std::uint64_t{1} << kBodyBits) - 1;
static_assert(kCostMask == static_cast<std::uint64_t>(WindowSlot::kMaxCost));

struct Word {
  std::uint64_t age = 0;  ///< the number of the bucket, of which these are the low bits
  std::int64_t cost = 0;
};

constexpr std::uint64_t checksum(std::uint64_t body, std::uint64_t salt) {
  return ((body ^ salt) * kOdd) >> (64 - kCheckBits);
}

constexpr std::uint64_t encode(Word word, std::uint64_t salt) {
  const auto body = (word.age & kAgeMask) << kCostBits | static_cast<std::uint64_t>(word.cost);
  return checksum(body, salt) << kBodyBits | body;
}

/// Nothing for a word that was never written, or is damaged.
constexpr std::optional<Word> decode(std::uint64_t bits, std::uint64_t salt) {
  const auto body = bits & kBodyMask;
  if (bits == 0 || bits >> kBodyBits != checksum(body, salt)) return std::nullopt;
  return Word{body >> kCostBits, static_cast<std::int64_t>(body & kCostMask)};
}

// A word copied to another place is damage, too.
constexpr std::uint64_t salt_of(WindowName name, std::size_t index) {
  return name + index * 0xd6e8feb86659fd93;
}

/// How many buckets `age` is after `than`. Farther apart than 2^19 (three days of a minute's
/// window) it is taken for another, which counts only in the rare case that this is less than a
/// window.
constexpr std::int64_t newer_by(std::uint64_t age, std::uint64_t than) {
  constexpr int kUnused = 64 - kAgeBits;
  return static_cast<std::int64_t>((age - than) << kUnused) >> kUnused;
}

/// A clock may be ahead of another's by less than a window; a word that is farther ahead is old.
constexpr bool counts_now(std::int64_t ahead) {
  return ahead >= -WindowSlot::kParts && ahead <= static_cast<std::int64_t>(WindowSlot::kBuckets);
}

// ---- Buckets

// The number of the bucket of a time.
std::uint64_t bucket_at(JournalTime at, std::int64_t width) {
  const auto since = std::max<std::int64_t>(at.time_since_epoch().count(), 0);
  return static_cast<std::uint64_t>(since / width);
}

// The next body of a bucket that is not simply added to.
[[gnu::noinline]] std::uint64_t body_of_other(std::uint64_t bits, std::uint64_t number,
                                              std::uint64_t salt, std::int64_t cost) {
  Word next{number, std::min(cost, WindowSlot::kMaxCost)};
  const auto word = decode(bits, salt);
  const auto ahead = word ? newer_by(word->age, number) : -1;
  // A newer one is of a process whose clock is ahead: this cost counts as long as that one's.
  if (ahead >= 0 && counts_now(ahead)) {
    next = {word->age, std::min(word->cost + next.cost, WindowSlot::kMaxCost)};
  }
  return encode(next, salt) & kBodyMask;
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
  return name <= kBusy ? kOdd : name;
}

// ---- WindowSlot

std::uint64_t WindowSlot::charge(std::int64_t cost, JournalTime at, std::int64_t width) {
  const auto number = bucket_at(at, width);
  const auto index = number % kBuckets;
  const auto salt = salt_of(name(), index);
  const auto started = encode({number, 0}, salt) & kBodyMask;
  const auto added = static_cast<std::uint64_t>(std::min(cost, kMaxCost));
  auto& bucket = buckets_[index];
  auto bits = bucket.load(std::memory_order_relaxed);
  for (;;) {
    // The rule: the bucket has been used, and has room. A sum that fits is added as it is.
    const auto body = bits & kBodyMask;
    auto next = body + added;
    if ((next ^ started) > kCostMask || bits >> kBodyBits != checksum(body, salt)) {
      next = body_of_other(bits, number, salt, cost);
    }
    const auto sealed = checksum(next, salt) << kBodyBits | next;
    if (bucket.compare_exchange_weak(bits, sealed, std::memory_order_relaxed)) break;
  }
  return changes_.fetch_add(1, std::memory_order_acq_rel);
}

std::uint64_t WindowSlot::give_back(std::int64_t amount, JournalTime at, std::int64_t width) {
  const auto number = bucket_at(at, width);
  const auto index = number % kBuckets;
  const auto salt = salt_of(name(), index);
  auto& bucket = buckets_[index];
  auto bits = bucket.load(std::memory_order_relaxed);
  for (;;) {
    const auto body = bits & kBodyMask;
    const auto cost = static_cast<std::int64_t>(body & kCostMask);
    const bool is_here = body >> kCostBits == (number & kAgeMask) && cost != kMaxCost &&
                         bits >> kBodyBits == checksum(body, salt);
    if (!is_here) break;
    const auto next = body - static_cast<std::uint64_t>(std::min(amount, cost));
    const auto sealed = checksum(next, salt) << kBodyBits | next;
    if (bucket.compare_exchange_weak(bits, sealed, std::memory_order_relaxed)) break;
  }
  return changes_.fetch_add(1, std::memory_order_acq_rel);
}

std::vector<KeptCount> WindowSlot::counts(JournalTime now, std::chrono::nanoseconds span) const {
  std::vector<KeptCount> found;
  const auto width = width_of(span);
  const auto newest = bucket_at(now, width);
  for (std::size_t index = 0; index < kBuckets; ++index) {
    const auto word =
        decode(buckets_[index].load(std::memory_order_relaxed), salt_of(name(), index));
    if (!word || word->cost == 0) continue;
    const auto ahead = newer_by(word->age, newest);
    if (!counts_now(ahead)) continue;
    const auto number = static_cast<std::int64_t>(newest) + std::min<std::int64_t>(ahead, 0);
    const JournalTime end(std::chrono::nanoseconds((number + 1) * width - 1));
    found.push_back({std::min(end, now), word->cost});
  }
  std::ranges::sort(found, {}, &KeptCount::last);
  return found;
}

bool WindowSlot::idle(JournalTime now) const {
  const std::chrono::nanoseconds span(span_.load(std::memory_order_relaxed));
  // Without its span it cannot be read, nor by the window that it belongs to.
  return span.count() <= 0 || counts(now, span).empty();
}

void WindowSlot::clear(std::chrono::nanoseconds span) {
  for (auto& bucket : buckets_) bucket.store(0, std::memory_order_relaxed);
  span_.store(span.count(), std::memory_order_relaxed);
  changes_.fetch_add(1, std::memory_order_acq_rel);
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

WindowSlot* WindowTable::find(WindowName name) const {
  const auto probes = std::min(kProbes, slots_.size());
  for (std::size_t i = 0; i < probes; ++i) {
    WindowSlot& slot = slots_[(name + i) % slots_.size()];
    if (slot.name_.load(std::memory_order_acquire) == name) return &slot;
  }
  return nullptr;
}

WindowSlot* WindowTable::find_or_make(WindowName name, JournalTime now,
                                      std::chrono::nanoseconds span) const {
  const auto probes = std::min(kProbes, slots_.size());
  for (;;) {
    if (WindowSlot* known = find(name)) return known;
    bool was_taken = false;
    for (std::size_t i = 0; i < probes && !was_taken; ++i) {
      WindowSlot& slot = slots_[(name + i) % slots_.size()];
      WindowName before = slot.name_.load(std::memory_order_acquire);
      // One that is being cleared, or was when its process was killed, is left alone.
      if (before == kBusy || (before != kFree && !slot.idle(now))) continue;
      was_taken = !slot.name_.compare_exchange_strong(before, kBusy, std::memory_order_acq_rel);
      if (was_taken) continue;
      slot.clear(span);
      slot.name_.store(name, std::memory_order_release);
      return &slot;
    }
    if (was_taken) continue;
    full_.store(true);
    return nullptr;
  }
}

std::size_t WindowTable::add_all(const WindowTable& other, JournalTime now) const {
  std::size_t left_out = 0;
  for (const WindowSlot& from : other.slots_) {
    const auto name = from.name();
    const std::chrono::nanoseconds span(from.span_.load(std::memory_order_relaxed));
    if (name == kFree || name == kBusy || span.count() <= 0) continue;
    const auto counts = from.counts(now, span);
    if (counts.empty()) continue;
    WindowSlot* const to = find_or_make(name, now, span);
    left_out += to == nullptr ? 1 : 0;
    if (to == nullptr) continue;
    for (const auto& count : counts) to->charge(count.cost, count.last, WindowSlot::width_of(span));
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
