/// An object pool.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace weir {

/// Lends objects of one kind. The one returned last is lent first, since it is still in the
/// processor's cache.
///
/// Threads:  one.
/// Lifetime: outlives the objects it has lent.
template <class T>
class ObjectPool {
 public:
  struct GiveBack {
    ObjectPool* pool = nullptr;
    void operator()(T* object) const { pool->take_back(std::unique_ptr<T>(object)); }
  };
  /// Returned to the pool, after T::reset, on destruction.
  using Ptr = std::unique_ptr<T, GiveBack>;

  /// Keeps at most `max` returned objects.
  explicit ObjectPool(std::size_t max) : max_(max) { kept_.reserve(max); }
  ObjectPool(const ObjectPool&) = delete;
  ObjectPool& operator=(const ObjectPool&) = delete;

  /// A pooled object, or a new one, constructed from `arguments`.
  template <class... Arguments>
  [[nodiscard]] Ptr lend(Arguments&&... arguments) {
    if (kept_.empty()) {
      return Ptr(std::make_unique<T>(std::forward<Arguments>(arguments)...).release(), {this});
    }
    auto object = std::move(kept_.back());
    kept_.pop_back();
    return Ptr(object.release(), {this});
  }

 private:
  void take_back(std::unique_ptr<T> object) {
    if (kept_.size() == max_) return;
    object->reset();
    kept_.push_back(std::move(object));
  }

  std::size_t max_;
  std::vector<std::unique_ptr<T>> kept_;
};

}  // namespace weir
