#include "catalogue/list_cache.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "catalogue/render.hpp"

namespace weir::catalogue {
namespace {

// Numbers threads in order of arrival, so that a few I/O threads never share a stripe.
std::size_t thread_number() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

// The same list under a reference count of its own, which no other stripe touches.
ListPtr with_own_count(const ListPtr& list) {
  return {list.get(), [keep = list](const RenderedList*) {}};
}

}  // namespace

ListCache::ListCache(std::shared_ptr<const Catalogue> catalogue, Limits limits,
                     std::vector<MissingUpstream> missing)
    : catalogue_(std::move(catalogue)), limits_(limits), missing_(std::move(missing)) {}

ListCache::Stripe& ListCache::my_stripe() { return stripes_[thread_number() % kStripes]; }

ListPtr ListCache::find(const ListKey& key) {
  Stripe& stripe = my_stripe();
  {
    std::lock_guard lock(stripe.mutex);
    if (const Slot& slot = stripe.slot(key); slot.holds(key)) return slot.list;
  }
  std::lock_guard lock(mutex_);
  const auto found = stored_.find(key);
  if (found == stored_.end()) return nullptr;
  auto list = with_own_count(found->second.list);
  // Still under mutex_: otherwise a list that was replaced meanwhile could return and stay.
  std::lock_guard stripe_lock(stripe.mutex);
  stripe.slot(key) = {key.scope, key.query_bits, list};
  return list;
}

// noexcept: lack of memory is fatal here; otherwise callers waiting for this list would wait for
// ever.
ListPtr ListCache::get(const Scope& scope, const ListQuery& query) noexcept {
  const ListKey key(scope, query);
  std::unique_lock lock(mutex_);
  if (const auto found = stored_.find(key); found != stored_.end()) return found->second.list;
  if (const auto found = in_the_making_.find(key); found != in_the_making_.end()) {
    const auto awaited = found->second;
    lock.unlock();
    return awaited.get();
  }
  std::promise<ListPtr> promise;
  in_the_making_.emplace(key, promise.get_future().share());
  lock.unlock();

  auto list = std::make_shared<const RenderedList>(render_list(*catalogue_, scope, query),
                                                   missing_names(*catalogue_, missing_, scope));

  lock.lock();
  store(key, list);
  in_the_making_.erase(key);
  lock.unlock();
  promise.set_value(list);
  return list;
}

void ListCache::add_codings(const ListKey& key) {
  ListPtr plain;
  {
    std::lock_guard lock(mutex_);
    const auto found = stored_.find(key);
    if (found == stored_.end() || std::exchange(found->second.codings_begun, true)) return;
    plain = found->second.list;
  }
  if (!lacks_codings(*plain)) return;
  auto coded = std::make_shared<const RenderedList>(plain->with_codings());

  std::lock_guard lock(mutex_);
  const auto found = stored_.find(key);
  if (found == stored_.end() || found->second.list != plain) return;
  bytes_ += coded->size_bytes() - plain->size_bytes();
  found->second.list = std::move(coded);
  forget(key);
  make_room();
}

bool ListCache::lacks_codings(const RenderedList& list) const {
  return !list.codings_tried() &&
         list.body(codec::Coding::identity).bytes.size() >= limits_.compress_above_bytes;
}

ListCache::Usage ListCache::usage() const {
  std::lock_guard lock(mutex_);
  return {stored_.size(), bytes_};
}

// REQUIRES: mutex_ is held, here and below.
void ListCache::store(const ListKey& key, ListPtr list) {
  if (list->size_bytes() > limits_.max_bytes) return;
  bytes_ += list->size_bytes();
  stored_.emplace(key, Stored{std::move(list)});
  oldest_first_.push_back(key);
  make_room();
}

void ListCache::make_room() {
  while (stored_.size() > limits_.max_lists || bytes_ > limits_.max_bytes) {
    const ListKey key = oldest_first_.front();
    oldest_first_.pop_front();
    const auto oldest = stored_.find(key);
    bytes_ -= oldest->second.list->size_bytes();
    stored_.erase(oldest);
    forget(key);
  }
}

void ListCache::forget(const ListKey& key) {
  for (Stripe& stripe : stripes_) {
    std::lock_guard lock(stripe.mutex);
    if (Slot& slot = stripe.slot(key); slot.holds(key)) slot.list.reset();
  }
}

}  // namespace weir::catalogue
