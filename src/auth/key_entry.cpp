#include "auth/key_entry.hpp"

#include "auth/limiter_pool.hpp"

namespace weir::auth {

KeyEntry::KeyEntry(std::string_view id, std::string_view name)
    : id_size_(static_cast<std::uint32_t>(id.size())) {
  text_.reserve(id.size() + name.size());
  text_.append(id).append(name);
}

const std::shared_ptr<limit::KeyLimiter>& KeyEntry::limiter() const {
  if (has_limiter_.load(std::memory_order_acquire)) return limiter_;
  return limiters->attach(*this);
}

}  // namespace weir::auth
