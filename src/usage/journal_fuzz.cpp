// A file of usage with any content: as a whole, and as the slots of a sound header.
// Covers: usage/journal.cpp
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/check.hpp"
#include "usage/journal.hpp"

namespace {

using namespace weir;

void read(std::span<const std::byte> memory) {
  const auto contents = usage::read_journal(memory, WallTime{});
  if (!contents) return;
  std::int64_t before = 0;
  for (const auto& batch : contents->batches) {
    CHECK(batch.number > before && !batch.rows.empty());
    before = batch.number;
    for (const auto& row : batch.rows) {
      for (const auto member : store::kUsageMembers) CHECK(row.counts.*member >= 0);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  read(bytes);
  std::vector<std::uint64_t> words((usage::kJournalHeaderBytes + 8 * sizeof(usage::JournalSlot)) /
                                   sizeof(std::uint64_t));
  const auto memory = std::as_writable_bytes(std::span(words));
  const usage::JournalMemory journal(memory, "fuzz", 2);
  const auto slots = memory.subspan(usage::kJournalHeaderBytes);
  std::memcpy(slots.data(), data, std::min(size, slots.size()));
  read(memory);
  // Its writer goes on in slots that hold anything.
  usage::JournalSection section(journal.section(1));
  section.add(nullptr, store::Day{}, "key", "model", {.requests = 1}, 1);
  read(memory);
  return 0;
}
