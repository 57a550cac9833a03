/// Cache of one catalogue's lists.
///
/// Rows are rendered once, and a list is assembled from them for the first caller that asks for it;
/// all others get the same bytes. Scopes that admit the same models share one list. There is one
/// cache per catalogue: publishing the next catalogue, with a new cache, is the invalidation.
#pragma once

#include <array>
#include <cstdint>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "catalogue/list_query.hpp"
#include "catalogue/list_rows.hpp"
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
/// a coding, add_coding().
///
/// Threads:  any. Hits of different threads share no cache line: each thread has a stripe of its
///           own, with its own reference counts.
/// Cost:     a hit about 40 ns, no allocation; see list_cache_bench.cpp. A miss assembles.
/// Lifetime: lists in use outlive the cache.
class ListCache {
 public:
  struct Limits {
    std::size_t max_lists = 10'000;
    std::size_t max_bytes = 128U << 20U;  ///< all forms of all lists together
    std::size_t compress_above_bytes = 4096;
  };

  /// `missing`: the upstreams without a list, which each list reports to its client.
  ListCache(std::shared_ptr<const Catalogue> catalogue, Limits limits,
            std::vector<MissingUpstream> missing = {});
  ListCache(const ListCache&) = delete;
  ListCache& operator=(const ListCache&) = delete;

  /// The stored list, or null. Never renders, and never waits for a list being rendered.
  [[nodiscard]] ListPtr find(const ListKey& key);

  /// The list, assembled if necessary; concurrent callers wait for it. The least recently used
  /// lists make room for a new one; one that exceeds the limits by itself is returned but not
  /// stored.
  [[nodiscard]] ListPtr get(const Scope& scope, const ListQuery& query) noexcept;

  /// Adds one compressed form to a stored list, if its size is at least compress_above_bytes.
  /// Compresses once, however often it is called.
  void add_coding(const ListKey& key, codec::Coding coding);

  /// True if add_coding may still add that form to `list`.
  [[nodiscard]] bool lacks_coding(const RenderedList& list, codec::Coding coding) const;

  struct Usage {
    std::size_t lists;  ///< by scope and query; several may share their bytes
    std::size_t bytes;
  };
  [[nodiscard]] Usage usage() const;

 private:
  struct Hash {
    std::size_t operator()(const ListKey& key) const { return key.hash(); }
  };
  /// A list as bytes, whichever scopes and queries it answers.
  struct Content {
    std::string id;
    ListPtr list;
    std::size_t keys = 0;  ///< of stored_ that have it
    codec::CodingSet begun = {};
  };
  struct Stored {
    std::shared_ptr<Content> content;
    std::list<ListKey>::iterator place;  ///< in by_use_
  };
  struct Slot {
    ScopeId scope{};
    std::uint32_t query_bits = 0;
    bool is_used = false;  ///< since make_room last looked
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
  [[nodiscard]] const ListRows& rows(View view);
  [[nodiscard]] std::shared_ptr<Content> make(const Scope& scope, const ListQuery& query);
  void store(const ListKey& key, const std::shared_ptr<Content>& content);
  void make_room();
  [[nodiscard]] bool take_used(const ListKey& key);
  void drop(const ListKey& key);
  void forget(const ListKey& key);

  const std::shared_ptr<const Catalogue> catalogue_;
  const Limits limits_;
  const std::vector<MissingUpstream> missing_;
  std::array<std::once_flag, kEnumeratorCount<View>> rendered_;
  std::array<std::unique_ptr<const ListRows>, kEnumeratorCount<View>> rows_;  // once rendered_

  // Lock order: mutex_, then a stripe's. Lists in stripes are in stored_ too.
  mutable std::mutex mutex_;
  std::unordered_map<ListKey, Stored, Hash> stored_;
  std::list<ListKey> by_use_;  // the keys of stored_, the last used first
  std::unordered_map<std::string, std::shared_ptr<Content>> contents_;  // of stored_, by id
  std::size_t bytes_ = 0;                                               // of contents_
  std::unordered_map<ListKey, std::shared_future<ListPtr>, Hash> in_the_making_;

  std::array<Stripe, kStripes> stripes_;
};

}  // namespace weir::catalogue
