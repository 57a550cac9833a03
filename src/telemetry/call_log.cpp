#include "telemetry/call_log.hpp"

#include <thread>

#include "base/check.hpp"

namespace weir::telemetry {
namespace {

constexpr std::size_t kTenth = 10;

}  // namespace

// Held for one copy, so that waiting for it is not worth more than giving the processor away.
class CallLog::Lock {
 public:
  explicit Lock(Slot& slot) : flag_(slot.is_locked) {
    while (flag_.exchange(1, std::memory_order_acquire) != 0) std::this_thread::yield();
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { flag_.store(0, std::memory_order_release); }

 private:
  std::atomic_ref<std::uint32_t> flag_;
};

CallLog::CallLog(std::size_t capacity)
    : capacity_(capacity),
      at_first_(capacity == 0 ? 0 : std::max<std::size_t>(1, capacity / kTenth)),
      slots_(capacity == 0 ? nullptr : static_cast<Slot*>(std::calloc(capacity, sizeof(Slot)))),
      used_(at_first_) {
  CHECK(capacity == 0 || slots_ != nullptr);
}

CallLog::Source& CallLog::add_source() {
  sources_.push_back(std::unique_ptr<Source>(new Source(*this)));
  return *sources_.back();
}

CallTotals CallLog::totals() const {
  CallTotals sum;
  for (const auto& source : sources_) source->counts_.add_to(sum);
  return sum;
}

void CallLog::Source::record(const CallSummary& call) {
  counts_.count({.failed = call.failed,
                 .input_tokens = call.input_tokens,
                 .output_tokens = call.output_tokens,
                 .total_us = call.total_us,
                 .first_token_us = call.streamed ? call.first_event_us : 0});
  log_.put(call);
}

void CallLog::put(const CallSummary& call) {
  if (capacity_ == 0) return;
  const auto id = last_.fetch_add(1, std::memory_order_relaxed) + 1;
  Slot& slot = slot_of(id, used_.load(std::memory_order_relaxed));
  const Lock lock(slot);
  if (slot.call.id > id) return;  // this thread was held up for a whole round
  slot.call = call;
  slot.call.id = id;
}

// A call of before `open_up` is where a smaller ring had it.
std::optional<CallSummary> CallLog::find(std::uint64_t id) const {
  if (capacity_ == 0 || id == 0) return std::nullopt;
  for (const auto used : {capacity_, at_first_}) {
    Slot& slot = slot_of(id, used);
    const Lock lock(slot);
    if (slot.call.id == id) return slot.call;
  }
  return std::nullopt;
}

}  // namespace weir::telemetry
