/// The terms of a key, apart from its expiry, as a value that many keys share.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "auth/network.hpp"
#include "auth/permission.hpp"
#include "base/result.hpp"
#include "limit/limits.hpp"
#include "store/key_grant.hpp"

namespace weir::auth {

/// A grant without its expiry. Immutable once it is in a pool.
struct KeyTerms : boost::intrusive_ref_counter<KeyTerms> {
  limit::Limits limits;
  std::vector<limit::ModelLimits> model_limits;
  std::vector<Network> networks;  ///< empty: all
  std::shared_ptr<const Permission> permission;
  std::size_t hash = 0;

  /// False if no call is ever limited.
  [[nodiscard]] bool has_limits() const;
};

using KeyTermsPtr = boost::intrusive_ptr<const KeyTerms>;

/// Gives equal terms one object, and forgets those that no key has: it holds at most twice as many
/// as keys have.
///
/// Threads: any.
class TermsPool {
 public:
  /// Errors: invalid_parameter for a network that cannot be parsed.
  [[nodiscard]] Result<KeyTermsPtr> intern(const store::KeyGrant& grant);

  [[nodiscard]] std::size_t size() const;

 private:
  struct Hash {
    std::size_t operator()(const KeyTermsPtr& terms) const { return terms->hash; }
  };
  struct Equal {
    bool operator()(const KeyTermsPtr& a, const KeyTermsPtr& b) const;
  };
  void forget_unused();

  mutable std::mutex mutex_;
  PermissionPool permissions_;
  std::unordered_set<KeyTermsPtr, Hash, Equal> terms_;
  std::size_t forget_at_ = 0;
};

}  // namespace weir::auth
