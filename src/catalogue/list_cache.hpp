/// Cache of one catalogue's rendered lists.
///
/// A list is rendered once, for the first caller that asks for it; all others get the same bytes.
/// There is one cache per catalogue: publishing the next catalogue, with a new cache, is the
/// invalidation.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "catalogue/list_query.hpp"
#include "catalogue/missing.hpp"
#include "catalogue/rendered_list.hpp"
#include "catalogue/scope.hpp"

namespace weir::catalogue {

/// Identifies a list. Cheap to compute for each request.
struct ListKey {
  ScopeId scope;
  std::uint32_t query_bits;

  ListKey(const Scope& of_scope, const ListQuery& query)
      : scope(of_scope.id()), query_bits(query.bits()) {}
  bool operator==(const ListKey&) const = default;

  [[nodiscard]] std::size_t hash() const { return scope[0] + query_bits; }  // scope is a digest
};

/// An I/O thread calls find(); on a miss it has a worker call get() and, for a client that accepts
/// a coding, add_codings().
///
/// Threads:  any. Hits of different threads share no cache line: each thread has a stripe of its
///           own, with its own reference counts.
/// Cost:     a hit about 40 ns, no allocation; see list_cache_bench.cpp. A miss renders.
/// Lifetime: lists in use outlive the cache.
class ListCache {
 public:
  struct Limits {
    std::size_t max_lists = 256;
    std::size_t max_bytes = 32U << 20U;  ///< all forms of all lists together
    std::size_t compress_above_bytes = 4096;
  };

  /// `missing`: the upstreams without a list, which each list reports to its client.
  ListCache(std::shared_ptr<const Catalogue> catalogue, Limits limits,
            std::vector<MissingUpstream> missing = {});
  ListCache(const ListCache&) = delete;
  ListCache& operator=(const ListCache&) = delete;

  /// The stored list, or null. Never renders, and never waits for a list being rendered.
  [[nodiscard]] ListPtr find(const ListKey& key);

  /// The list, rendered if necessary; concurrent callers wait for it. The oldest lists make room
  /// for a new one; one that exceeds the limits by itself is returned but not stored.
  [[nodiscard]] ListPtr get(const Scope& scope, const ListQuery& query) noexcept;

  /// Adds the compressed forms to a stored list, if its size is at least compress_above_bytes.
  /// Compresses once, however often it is called.
  void add_codings(const ListKey& key);

  /// True if add_codings may still add forms to `list`.
  [[nodiscard]] bool lacks_codings(const RenderedList& list) const;

  struct Usage {
    std::size_t lists;
    std::size_t bytes;
  };
  [[nodiscard]] Usage usage() const;

 private:
  struct Hash {
    std::size_t operator()(const ListKey& key) const { return key.hash(); }
  };
  struct Stored {
    ListPtr list;
    bool codings_begun = false;
  };
  struct Slot {
    ScopeId scope{};
    std::uint32_t query_bits = 0;
    ListPtr list;
    [[nodiscard]] bool holds(const ListKey& key) const {
      return list && query_bits == key.query_bits && scope == key.scope;
    }
  };
  static constexpr std::size_t kStripes = 16;
  static constexpr std::size_t kSlots = ListQuery::kBitsEnd;  // one scope's lists never collide
  struct alignas(64) Stripe {
    std::mutex mutex;
    std::array<Slot, kSlots> slots;
    [[nodiscard]] Slot& slot(const ListKey& key) { return slots[key.hash() % kSlots]; }
  };

  [[nodiscard]] Stripe& my_stripe();
  void store(const ListKey& key, ListPtr list);
  void make_room();
  void forget(const ListKey& key);

  const std::shared_ptr<const Catalogue> catalogue_;
  const Limits limits_;
  const std::vector<MissingUpstream> missing_;

  // Lock order: mutex_, then a stripe's. Lists in stripes are in stored_ too.
  mutable std::mutex mutex_;
  std::unordered_map<ListKey, Stored, Hash> stored_;
  std::deque<ListKey> oldest_first_;  // the keys of stored_
  std::size_t bytes_ = 0;             // of stored_
  std::unordered_map<ListKey, std::shared_future<ListPtr>, Hash> in_the_making_;

  std::array<Stripe, kStripes> stripes_;
};

}  // namespace weir::catalogue
