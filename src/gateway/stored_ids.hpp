/// The ids of what an upstream keeps, in an answer, replaced by those that the client knows. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/endpoint.hpp"
#include "codec/member_paths.hpp"
#include "gateway/call_request.hpp"
#include "gateway/request_token.hpp"

namespace weir::gateway {

/// The members of an endpoint's answers that have ids.
struct IdMembers {
  const codec::MemberPaths* paths;
  std::span<const SealedId> kinds;  ///< one for each path
};

/// REQUIRES: answers of the endpoint have ids.
[[nodiscard]] IdMembers id_members(catalogue::Endpoint endpoint);

/// Finds the ids in an answer, or in an event of one. Every other byte stays.
///
/// Threads: one. Lifetime: that of one answer.
class StoredIds {
 public:
  /// Returns the client's id for one of the upstream's. Its text needs no escapes in JSON.
  using Seal = std::function<std::string(SealedId kind, std::string_view id)>;

  static constexpr std::size_t kMaxIdBytes = 1024;  ///< a longer one stays; a sealed one has room

  StoredIds(catalogue::Endpoint endpoint, Seal seal)
      : members_(id_members(endpoint)), seal_(std::move(seal)) {}

  /// The client knows `id` as `sealed` already: it is in its request.
  void know(std::string_view id, std::string sealed) { known_.emplace(id, std::move(sealed)); }

  /// The edits of `json`, a whole JSON text, in order.
  [[nodiscard]] std::vector<Edit> find(std::string_view json);
  /// A raw JSON string that is an id of `kind`, as the client knows it.
  [[nodiscard]] std::string replaced(SealedId kind, std::string_view raw);

 private:
  [[nodiscard]] const std::string& sealed(SealedId kind, const std::string& id);

  IdMembers members_;
  Seal seal_;
  /// The same id has one sealed form within an answer: clients compare them.
  std::map<std::string, std::string, std::less<>> known_;
};

}  // namespace weir::gateway
