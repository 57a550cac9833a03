#include "limit/window_slot.hpp"

#include <algorithm>

namespace weir::limit {
namespace {

// ---- Words: checksum, age, cost

constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;

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

/// The word of a bucket that a tenure has not used: never written, as the window reads it, and in
/// no other tenure the same. So no change that began in one tenure succeeds in another.
constexpr std::uint64_t unused_word(std::uint64_t number, std::size_t index, std::uint64_t salt) {
  const auto body = (number * WindowSlot::kBuckets + index) * kOdd & kBodyMask;
  return (checksum(body, salt) ^ 1) << kBodyBits | body;
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

}  // namespace

// ---- WindowSlot

// A charge changes a bucket and then reads the tenure; this writes the tenure and then reads the
// buckets. So in the one order of all these steps, one of the two sees the other.
WindowSlot::Taken WindowSlot::take(WindowName name, JournalTime now,
                                   std::chrono::nanoseconds span) {
  auto before = tenure_.load();
  if ((before & kPhaseMask) == kClearing) return Taken::no;
  if (!is_idle(now)) return Taken::no;
  // A claim that its process left behind, or is slow with, is replaced by this one.
  const auto attempt =
      (before & ~kAttemptMask) | ((before + kAttempt) & kAttemptMask & ~kPhaseMask);
  auto claim = attempt | kClaimed;
  if (!tenure_.compare_exchange_strong(before, claim)) return Taken::raced;
  if (!is_idle(now)) {
    tenure_.compare_exchange_strong(claim, attempt | kSettled);
    return Taken::no;
  }
  if (!tenure_.compare_exchange_strong(claim, attempt | kClearing)) return Taken::raced;
  const auto number = ((before >> kNumberShift) + 1) << kNumberShift;
  clear(number >> kNumberShift, name, span);
  tenure_.store(number | kSettled);
  return Taken::yes;
}

void WindowSlot::clear(std::uint64_t number, WindowName name, std::chrono::nanoseconds span) {
  for (std::size_t i = 0; i < kBuckets; ++i) {
    buckets_[i].store(unused_word(number, i, salt_of(name, i)), std::memory_order_relaxed);
  }
  span_.store(span.count(), std::memory_order_relaxed);
  changes_.fetch_add(1, std::memory_order_acq_rel);
  name_.store(name, std::memory_order_release);
}

bool WindowSlot::is_idle(JournalTime now) const {
  const auto owner = name();
  // Without its span it cannot be read, nor by the window that it belongs to.
  return owner == kFree || span().count() <= 0 || counts_of(owner, now, span()).empty();
}

std::vector<KeptCount> WindowSlot::counts_of(WindowName name, JournalTime now,
                                             std::chrono::nanoseconds span) const {
  std::vector<KeptCount> found;
  const auto width = width_of(span);
  const auto newest = bucket_at(now, width);
  for (std::size_t index = 0; index < kBuckets; ++index) {
    const auto word = decode(buckets_[index].load(), salt_of(name, index));
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

// ---- KeptSlot

KeptSlot::KeptSlot(WindowSlot& slot, WindowName name) : slot_(&slot), name_(name) {
  number_ = slot.tenure_.load(std::memory_order_acquire) >> WindowSlot::kNumberShift;
  if (!is_held() ||
      slot.tenure_.load(std::memory_order_acquire) >> WindowSlot::kNumberShift != number_) {
    *this = {};
  }
}

/// Whether the tenure goes on after a change; a claim that may not have seen the change ends.
bool KeptSlot::keep() const {
  auto tenure = slot_->tenure_.load();
  for (;;) {
    const auto phase = tenure & WindowSlot::kPhaseMask;
    if (tenure >> WindowSlot::kNumberShift != number_ || phase == WindowSlot::kClearing) {
      return false;
    }
    if (phase == WindowSlot::kSettled) return true;
    const auto settled = tenure & ~WindowSlot::kPhaseMask;
    if (slot_->tenure_.compare_exchange_weak(tenure, settled)) return true;
  }
}

std::optional<std::uint64_t> KeptSlot::charge(std::int64_t cost, JournalTime at,
                                              std::int64_t width) const {
  const auto number = bucket_at(at, width);
  const auto index = number % WindowSlot::kBuckets;
  const auto salt = salt_of(name_, index);
  const auto started = encode({number, 0}, salt) & kBodyMask;
  const auto added = static_cast<std::uint64_t>(std::min(cost, WindowSlot::kMaxCost));
  auto& bucket = slot_->buckets_[index];
  auto bits = bucket.load(std::memory_order_acquire);
  for (;;) {
    // After the word was read: it is of this tenure, or is replaced before the exchange.
    if (!is_held()) return std::nullopt;
    // The rule: the bucket has been used, and has room. A sum that fits is added as it is.
    const auto body = bits & kBodyMask;
    auto next = body + added;
    if ((next ^ started) > kCostMask || bits >> kBodyBits != checksum(body, salt)) {
      next = body_of_other(bits, number, salt, cost);
    }
    const auto sealed = checksum(next, salt) << kBodyBits | next;
    if (bucket.compare_exchange_weak(bits, sealed)) break;
  }
  if (!keep()) return std::nullopt;
  return slot_->changes_.fetch_add(1, std::memory_order_acq_rel);
}

std::optional<std::uint64_t> KeptSlot::give_back(std::int64_t amount, JournalTime at,
                                                 std::int64_t width) const {
  const auto number = bucket_at(at, width);
  const auto index = number % WindowSlot::kBuckets;
  const auto salt = salt_of(name_, index);
  auto& bucket = slot_->buckets_[index];
  auto bits = bucket.load(std::memory_order_acquire);
  for (;;) {
    if (!is_held()) return std::nullopt;
    const auto body = bits & kBodyMask;
    const auto cost = static_cast<std::int64_t>(body & kCostMask);
    const bool is_here = body >> kCostBits == (number & kAgeMask) && cost != WindowSlot::kMaxCost &&
                         bits >> kBodyBits == checksum(body, salt);
    if (!is_here) break;
    const auto next = body - static_cast<std::uint64_t>(std::min(amount, cost));
    const auto sealed = checksum(next, salt) << kBodyBits | next;
    if (bucket.compare_exchange_weak(bits, sealed)) break;
  }
  if (!keep()) return std::nullopt;
  return slot_->changes_.fetch_add(1, std::memory_order_acq_rel);
}

std::vector<KeptCount> KeptSlot::counts(JournalTime now, std::chrono::nanoseconds span) const {
  if (!is_held()) return {};
  auto found = slot_->counts_of(name_, now, span);
  if (!is_held()) found.clear();
  return found;
}

}  // namespace weir::limit
