/// The ids of stored responses in an answer, replaced by those that the client knows. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/call_request.hpp"

namespace weir::gateway {

/// Finds the ids in a response, or in an event that has one. Every other byte stays.
///
/// Threads: one. Lifetime: that of one answer.
class StoredIds {
 public:
  /// Returns the client's id for one of the upstream's. Its text needs no escapes in JSON.
  using Seal = std::function<std::string(std::string_view id)>;

  static constexpr std::size_t kMaxIdBytes = 1024;  ///< a longer one stays; a sealed one has room

  explicit StoredIds(Seal seal) : seal_(std::move(seal)) {}

  /// The client knows `id` as `sealed` already: it is in its request.
  void know(std::string_view id, std::string sealed) { known_.emplace(id, std::move(sealed)); }

  /// The edits of `json`, a whole JSON text, in order.
  [[nodiscard]] std::vector<Edit> find(std::string_view json);
  /// A raw JSON string, as the client knows it.
  [[nodiscard]] std::string replaced(std::string_view raw);

 private:
  [[nodiscard]] const std::string& sealed(const std::string& id);

  Seal seal_;
  /// The same id has one sealed form within an answer: clients compare them.
  std::map<std::string, std::string, std::less<>> known_;
};

}  // namespace weir::gateway
