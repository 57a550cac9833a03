#include "catalogue/list_cache.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

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
    if (Slot& slot = stripe.slot(key); slot.holds(key)) {
      slot.is_used = true;
      return slot.list;
    }
  }
  std::lock_guard lock(mutex_);
  const auto found = stored_.find(key);
  if (found == stored_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second.place);
  auto list = with_own_count(found->second.content->list);
  // Still under mutex_: otherwise a list that was replaced meanwhile could return and stay.
  std::lock_guard stripe_lock(stripe.mutex);
  stripe.slot(key) = {key.scope, key.query_bits, false, list};
  return list;
}

const ListRows& ListCache::rows(View view) {
  const auto index = static_cast<std::size_t>(view);
  std::call_once(rendered_[index],
                 [&] { rows_[index] = std::make_unique<const ListRows>(*catalogue_, view); });
  return *rows_[index];
}

// The content that another scope or query has already, else a new one, which is not stored.
std::shared_ptr<ListCache::Content> ListCache::make(const Scope& scope, const ListQuery& query) {
  const auto& all = rows(query.view);
  const auto runs = select_models(*catalogue_, scope, query);
  auto etag = all.etag_of(runs);
  auto missing = missing_names(*catalogue_, missing_, scope);
  auto id = etag + missing;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = contents_.find(id); found != contents_.end()) return found->second;
  }
  auto content = std::make_shared<Content>();
  content->id = std::move(id);
  content->list = std::make_shared<const RenderedList>(Body(all.assemble(runs), std::move(etag)),
                                                       std::move(missing));
  return content;
}

// noexcept: lack of memory is fatal here; otherwise callers waiting for this list would wait for
// ever.
ListPtr ListCache::get(const Scope& scope, const ListQuery& query) noexcept {
  const ListKey key(scope, query);
  std::unique_lock lock(mutex_);
  if (const auto found = stored_.find(key); found != stored_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second.place);
    return found->second.content->list;
  }
  if (const auto found = in_the_making_.find(key); found != in_the_making_.end()) {
    const auto awaited = found->second;
    lock.unlock();
    return awaited.get();
  }
  std::promise<ListPtr> promise;
  in_the_making_.emplace(key, promise.get_future().share());
  lock.unlock();

  auto content = make(scope, query);

  lock.lock();
  // Another scope's list may have become the same one meanwhile, and have more forms.
  if (const auto same = contents_.find(content->id); same != contents_.end()) {
    content = same->second;
  }
  auto list = content->list;
  store(key, content);
  in_the_making_.erase(key);
  lock.unlock();
  promise.set_value(list);
  return list;
}

void ListCache::add_coding(const ListKey& key, codec::Coding coding) {
  std::shared_ptr<Content> content;
  ListPtr plain;
  {
    std::lock_guard lock(mutex_);
    const auto found = stored_.find(key);
    if (found == stored_.end()) return;
    forget(key);  // this thread's slot may have the list without the form
    content = found->second.content;
    if (content->begun.contains(coding)) return;
    content->begun.insert(coding);
    plain = content->list;
  }
  if (!lacks_coding(*plain, coding)) return;
  auto form = plain->coded(coding);

  std::lock_guard lock(mutex_);
  const auto before = content->list->size_bytes();
  content->list =
      std::make_shared<const RenderedList>(content->list->with(coding, std::move(form)));
  if (content->keys == 0) return;
  bytes_ += content->list->size_bytes() - before;
  forget(key);
  make_room();
}

bool ListCache::lacks_coding(const RenderedList& list, codec::Coding coding) const {
  return !list.has_tried(coding) &&
         list.body(codec::Coding::identity).bytes.size() >= limits_.compress_above_bytes;
}

ListCache::Usage ListCache::usage() const {
  std::lock_guard lock(mutex_);
  return {stored_.size(), bytes_};
}

// REQUIRES: mutex_ is held, here and below.
void ListCache::store(const ListKey& key, const std::shared_ptr<Content>& content) {
  const auto size = content->list->size_bytes();
  if (size > limits_.max_bytes) return;
  if (content->keys++ == 0) {
    bytes_ += size;
    contents_.emplace(content->id, content);
  }
  by_use_.push_front(key);
  stored_.emplace(key, Stored{content, by_use_.begin()});
  make_room();
}

// Hits in stripes are not in by_use_: a list with one gets a second chance, behind the newest.
void ListCache::make_room() {
  const auto is_full = [&] {
    return stored_.size() > limits_.max_lists || bytes_ > limits_.max_bytes;
  };
  for (auto chances = kSlots; is_full();) {
    const ListKey key = by_use_.back();
    if (stored_.size() > 1 && chances > 0 && take_used(key)) {
      --chances;
      by_use_.splice(std::next(by_use_.begin()), by_use_, std::prev(by_use_.end()));
    } else {
      drop(key);
    }
  }
}

// True if a thread has found the list in its stripe since the last call.
bool ListCache::take_used(const ListKey& key) {
  bool is_used = false;
  for (Stripe& stripe : stripes_) {
    std::lock_guard lock(stripe.mutex);
    if (Slot& slot = stripe.slot(key); slot.holds(key)) {
      is_used = std::exchange(slot.is_used, false) || is_used;
    }
  }
  return is_used;
}

void ListCache::drop(const ListKey& key) {
  const auto found = stored_.find(key);
  const auto content = found->second.content;
  by_use_.erase(found->second.place);
  stored_.erase(found);
  forget(key);
  if (--content->keys > 0) return;
  bytes_ -= content->list->size_bytes();
  contents_.erase(content->id);
}

void ListCache::forget(const ListKey& key) {
  for (Stripe& stripe : stripes_) {
    std::lock_guard lock(stripe.mutex);
    if (Slot& slot = stripe.slot(key); slot.holds(key)) slot.list.reset();
  }
}

}  // namespace weir::catalogue
