// A file of limits with any content: as a whole, and as the slots of a sound header.
// Covers: limit/window_slot.cpp limit/window_table.cpp limit/journaled_window.cpp
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/check.hpp"
#include "limit/journaled_window.hpp"
#include "limit/table_memory_for_test.hpp"

namespace weir::limit {
namespace {

constexpr std::chrono::nanoseconds kSpan = std::chrono::minutes(1);
constexpr WindowName kName = 0x0101'0101'0101'0101;  // easy to guess

void use(const WindowTable& table, const ClockReading& now) {
  const auto time = table.time_at(now.monotonic);
  if (const auto slot = table.find(kName); slot) {
    JournalTime before{};
    for (const auto& count : slot.counts(time, kSpan)) {
      CHECK(count.last >= before && count.last <= time);
      CHECK(count.cost > 0 && count.cost <= WindowSlot::kMaxCost);
      before = count.last;
    }
  }
  JournaledWindow window(100, kSpan, {&table, kName});
  const auto admission = window.look(1, now.monotonic);
  CHECK(admission.remaining >= 0 && admission.remaining <= 100);
  CHECK(admission.retry_after <= kSpan);
  if (!admission.admitted) return;
  window.charge(1, now.monotonic);
  window.give_back(1, now.monotonic, now.monotonic);
  CHECK(window.look(0, now.monotonic).remaining == admission.remaining);
}

}  // namespace
}  // namespace weir::limit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::limit;
  TableMemory memory;
  const auto now = memory.now();
  const auto slots = memory.bytes().subspan(WindowTable::kHeaderBytes);
  std::memcpy(slots.data(), data, std::min(size, slots.size()));
  use(memory.table(), now);

  TableMemory whole;
  std::memcpy(whole.bytes().data(), data, std::min(size, whole.bytes().size()));
  if (!WindowTable::check(whole.bytes())) use(WindowTable(whole.bytes(), now), now);
  return 0;
}
