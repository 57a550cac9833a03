#include "usage/journal.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>
#include <utility>

#include "base/check.hpp"

namespace weir::usage {
namespace {

using store::Day;
using store::UsageCounts;

constexpr std::string_view kMagic = "weir usage ";
constexpr std::string_view kVersion = "1\n";
constexpr std::size_t kCounts = store::kUsageMembers.size();
static_assert(kCounts <= JournalCopy::kMaxCounts);

// Slots that only rows without a model, and only those without a key, may use.
constexpr std::size_t kSpareForKeys = 8;  // one in so many
constexpr std::size_t kSpareForDays = 2;

struct Header {
  std::array<char, 16> magic;
  std::array<char, kMaxWriterBytes + 1> writer;
  std::uint64_t sections;
  std::uint64_t counts;  ///< of UsageCounts; new ones are added at the end
  std::uint64_t check;
};

// The number of the last batch in the store: a word of its own, written in one step.
constexpr std::size_t kStoredOffset = 1024;

constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;

constexpr std::uint64_t add_word(std::uint64_t sum, std::uint64_t word) {
  sum = (sum ^ word) * kOdd;
  return sum ^ (sum >> 32);
}

std::uint64_t checksum(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t sum = add_word(seed, bytes.size());
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const auto part = std::min(bytes.size(), sizeof word);
    std::memcpy(&word, bytes.data(), part);
    sum = add_word(sum, word);
    bytes.remove_prefix(part);
  }
  return sum == 0 ? 1 : sum;
}

template <class Record>
std::string_view before_check(const Record& record) {
  return {reinterpret_cast<const char*>(&record), offsetof(Record, check)};
}

constexpr std::uint64_t checked_number(std::uint64_t number) {
  return number << 16 | add_word(kOdd, number) >> 48;
}

// ---- Slots

std::uint64_t check_of_name(const JournalSlot& slot) {
  const auto bytes = std::size_t{slot.key_bytes} + slot.model_bytes;
  const auto kind = static_cast<std::uint64_t>(static_cast<std::uint32_t>(slot.day)) << 32 |
                    static_cast<std::uint64_t>(slot.key_bytes) << 16 | slot.model_bytes;
  return checksum({slot.names.data(), bytes}, kind);
}

bool fits(std::string_view key_id, std::string_view model) {
  return key_id.size() + model.size() <= JournalSlot::kNameBytes;
}

void write_name(JournalSlot& slot, Day day, std::string_view key_id, std::string_view model) {
  slot.check = 0;
  slot.day = static_cast<std::int32_t>(day.time_since_epoch().count());
  slot.key_bytes = static_cast<std::uint16_t>(key_id.size());
  slot.model_bytes = static_cast<std::uint16_t>(model.size());
  key_id.copy(slot.names.data(), key_id.size());
  model.copy(slot.names.data() + key_id.size(), model.size());
  slot.check = check_of_name(slot);
}

bool has_name(const JournalSlot& slot) {
  return std::size_t{slot.key_bytes} + slot.model_bytes <= JournalSlot::kNameBytes &&
         slot.check == check_of_name(slot);
}

// A copy belongs to its slot's name: of a name before, it is not whole. Zeros at the end of what
// most calls do not have are left out.
std::uint64_t check_of_copy(const JournalCopy& copy, std::uint64_t name, std::size_t counts) {
  std::uint64_t sum = add_word(add_word(name, copy.batch), copy.version);
  const auto add_at = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      sum = add_word(sum, static_cast<std::uint64_t>(copy.counts[i]));
    }
  };
  add_at(0, std::min(counts, store::kUsualCounts));
  std::int64_t rare = 0;
  for (std::size_t i = store::kUsualCounts; i < counts; ++i) rare |= copy.counts[i];
  if (rare != 0) add_at(store::kUsualCounts, counts);
  return sum;
}

// ---- Reading

struct Reading {
  std::uint64_t stored = 0;
  std::size_t counts = 0;
  std::map<std::tuple<std::uint64_t, std::int32_t, std::string, std::string>, UsageCounts> sums;
  std::size_t damaged = 0;
};

UsageCounts counts_of(const JournalCopy& copy, std::size_t counts) {
  UsageCounts read;
  for (std::size_t i = 0; i < std::min(counts, kCounts); ++i) {
    read.*store::kUsageMembers[i] = std::max<std::int64_t>(copy.counts[i], 0);
  }
  return read;
}

/// The newest whole copy of a batch; null if there is none.
const JournalCopy* newest(std::span<const JournalCopy> copies, const JournalSlot& slot,
                          std::size_t counts) {
  const JournalCopy* found = nullptr;
  for (const JournalCopy& copy : copies) {
    if (copy.batch == 0 || copy.check != check_of_copy(copy, slot.check, counts)) continue;
    const auto is_newer = [&] {
      return std::tie(copy.batch, copy.version) > std::tie(found->batch, found->version);
    };
    if (found == nullptr || is_newer()) found = &copy;
  }
  return found;
}

void read_slot(const JournalSlot& slot, Reading& reading) {
  if (slot.check == 0) return;
  if (!has_name(slot)) {
    ++reading.damaged;
    return;
  }
  const std::span copies(slot.copies);
  for (const auto pair : {copies.first(2), copies.last(2)}) {
    const auto* const copy = newest(pair, slot, reading.counts);
    if (copy == nullptr || copy->batch <= reading.stored) continue;
    const std::string_view names(slot.names.data(), slot.names.size());
    auto& sum = reading.sums[{copy->batch, slot.day, std::string(names.substr(0, slot.key_bytes)),
                              std::string(names.substr(slot.key_bytes, slot.model_bytes))}];
    sum.add(counts_of(*copy, reading.counts));
  }
}

}  // namespace

// ---- JournalSection

class JournalSection::Row {
 public:
  Row(JournalSlot& slot, Day day, std::string_view key_id, std::string_view model) : slot_(&slot) {
    write_name(slot, day, key_id, model);
  }

  void add(const UsageCounts& counts, std::uint64_t batch) {
    if (batch != batch_) {
      batch_ = batch;
      version_ = 0;
      sum_ = {};
    }
    sum_.add(counts);
    ++version_;
    auto& copy = slot_->copies[(batch & 1) * 2 + (version_ & 1)];
    copy.batch = batch_;
    copy.version = version_;
    for (std::size_t i = 0; i < kCounts; ++i) copy.counts[i] = sum_.*store::kUsageMembers[i];
    copy.check = check_of_copy(copy, slot_->check, kCounts);
  }

  [[nodiscard]] std::uint64_t batch() const { return batch_; }
  [[nodiscard]] JournalSlot* slot() const { return slot_; }

 private:
  JournalSlot* slot_;
  std::uint64_t batch_ = 0;
  std::uint64_t version_ = 0;
  UsageCounts sum_;
};

JournalSection::JournalSection(std::span<JournalSlot> slots) : slots_(slots) {
  free_.reserve(slots.size());
  for (std::size_t i = slots.size(); i > 0; --i) free_.push_back(&slots[i - 1]);
}

JournalSection::~JournalSection() = default;

void JournalSection::add(Note* note, Day day, std::string_view key_id, std::string_view model,
                         const UsageCounts& counts, std::uint64_t batch) {
  DCHECK(batch > stored_ && batch <= stored_ + 2);
  if (note != nullptr && note->generation == generation_) {
    note->row->add(counts, batch);
    return;
  }
  const auto for_keys = std::max(slots_.size() / kSpareForKeys, 2 * kSpareForDays);
  Row* row = find_or_make(day, key_id, model, for_keys);
  const bool is_own = row != nullptr;
  if (row == nullptr) row = find_or_make(day, key_id, {}, kSpareForDays);
  if (row == nullptr) row = find_or_make(day, {}, {}, 0);
  if (row == nullptr) {
    left_out_ += counts.requests;
    return;
  }
  row->add(counts, batch);
  if (note != nullptr && is_own) *note = {row, generation_};
}

/// The row of a name, if there is one or more than `spare` slots are free.
JournalSection::Row* JournalSection::find_or_make(Day day, std::string_view key_id,
                                                  std::string_view model, std::size_t spare) {
  if (!fits(key_id, model)) return nullptr;
  const auto day_number = day.time_since_epoch().count();
  name_.assign(reinterpret_cast<const char*>(&day_number), sizeof day_number);
  name_.append(key_id).append(1, '\0').append(model);
  if (const auto known = rows_.find(std::string_view(name_)); known != rows_.end()) {
    return &known->second;
  }
  if (free_.size() <= spare) forget_stored();
  if (free_.size() <= spare) return nullptr;
  JournalSlot* const slot = free_.back();
  free_.pop_back();
  return &rows_.try_emplace(name_, *slot, day, key_id, model).first->second;
}

/// Frees the rows of which the store has everything. They are read no more, whatever their slots
/// hold.
void JournalSection::forget_stored() {
  if (std::exchange(forgotten_at_, stored_) == stored_) return;
  std::erase_if(rows_, [&](const auto& row) {
    if (row.second.batch() > stored_) return false;
    free_.push_back(row.second.slot());
    return true;
  });
  ++generation_;
}

// ---- JournalMemory

JournalMemory::JournalMemory(std::span<std::byte> memory, std::string_view writer,
                             std::size_t sections)
    : memory_(memory), sections_(sections) {
  CHECK(sections > 0 && writer.size() <= kMaxWriterBytes);
  CHECK(memory.size() >= kJournalHeaderBytes + sections * sizeof(JournalSlot));
  set_stored(0);
  Header header{};
  kMagic.copy(header.magic.data(), header.magic.size());
  kVersion.copy(header.magic.data() + kMagic.size(), kVersion.size());
  writer.copy(header.writer.data(), writer.size());
  header.sections = sections;
  header.counts = kCounts;
  header.check = checksum(before_check(header), 0);
  std::memcpy(memory.data(), &header, sizeof header);
}

std::span<JournalSlot> JournalMemory::section(std::size_t index) const {
  const auto each = (memory_.size() - kJournalHeaderBytes) / sizeof(JournalSlot) / sections_;
  auto* const first = reinterpret_cast<JournalSlot*>(memory_.data() + kJournalHeaderBytes);
  return {first + index * each, each};
}

void JournalMemory::set_stored(std::uint64_t batch) const {
  const auto word = checked_number(batch);
  std::memcpy(memory_.data() + kStoredOffset, &word, sizeof word);
}

// ---- Reading

std::expected<JournalContents, JournalFault> read_journal(std::span<const std::byte> memory,
                                                          WallTime now) {
  const auto head = memory.first(std::min(memory.size(), kJournalHeaderBytes));
  if (std::ranges::all_of(head, [](std::byte b) { return b == std::byte{0}; })) {
    return std::unexpected(JournalFault::empty);
  }
  if (memory.size() < kJournalHeaderBytes) return std::unexpected(JournalFault::foreign);
  Header header;
  std::memcpy(&header, memory.data(), sizeof header);
  const std::string_view magic(header.magic.data(), header.magic.size());
  if (!magic.starts_with(kMagic)) return std::unexpected(JournalFault::foreign);
  if (magic.substr(kMagic.size(), kVersion.size()) != kVersion || header.counts > kCounts) {
    return std::unexpected(JournalFault::version);
  }
  if (header.check != checksum(before_check(header), 0)) {
    return std::unexpected(JournalFault::foreign);
  }
  Reading reading;
  reading.counts = header.counts;
  std::uint64_t word = 0;
  std::memcpy(&word, memory.data() + kStoredOffset, sizeof word);
  // Damaged, it says nothing: the store knows the numbers, too.
  if (checked_number(word >> 16) == word) reading.stored = word >> 16;
  const auto slots = memory.subspan(kJournalHeaderBytes);
  for (std::size_t i = 0; i + sizeof(JournalSlot) <= slots.size(); i += sizeof(JournalSlot)) {
    JournalSlot slot;
    std::memcpy(&slot, slots.data() + i, sizeof slot);
    read_slot(slot, reading);
  }
  JournalContents contents{.batches = {}, .damaged = reading.damaged};
  const std::string_view writer(header.writer.data(), kMaxWriterBytes);
  for (auto& [name, sum] : reading.sums) {
    const auto& [batch, day, key_id, model] = name;
    if (contents.batches.empty() ||
        contents.batches.back().number != static_cast<std::int64_t>(batch)) {
      auto& next = contents.batches.emplace_back();
      next.writer = writer.substr(0, writer.find('\0'));
      next.number = static_cast<std::int64_t>(batch);
      next.made_at = now;
    }
    contents.batches.back().rows.push_back({Day(std::chrono::days(day)), key_id, model, sum});
  }
  return contents;
}

}  // namespace weir::usage
