/// From the rows of a list to models: what one row says is a kind's, the rest is here.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <boost/json/value.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalogue/model.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"
#include "discovery/kinds/unknown_words.hpp"

namespace weir::discovery::kinds {

/// State that the rows of one reading share.
struct Notes {
  WallTime asked_at;
  UnknownWords unknown = {};
};

/// Adds to `model`, whose id is set, what one row says.
using Fill = std::function<void(const Row&, catalogue::UpstreamModel&, Notes&)>;

/// The name of a row's model: the text at `key`; where that is an id of the row and not of a model
/// (a UUID, a URI) or missing, its name. Empty if there is none.
[[nodiscard]] std::string id_of(const Row& row, std::string_view key);

/// Another name that a server accepts for a model.
struct Alias {
  std::string id;
  std::optional<std::int64_t> max_model_len = {};  ///< where it differs by name
};
/// Names of one row that count. The rest is not read: a row could multiply itself without end.
inline constexpr std::size_t kMaxAliases = 64;

/// Collects models from one or several answers; the first row of an id stays. A row that stands for
/// "no model is loaded" is left out, and one that says it cannot be called is not available.
///
/// A model that the server also accepts under other names (`aliases`, LM Studio's instances) is
/// followed by one copy of it for each, unless a row of its own has that name.
class Collector {
 public:
  explicit Collector(WallTime asked_at) : notes_{.asked_at = asked_at} {}

  /// A row without a usable id is skipped.
  Result<> add_list(const boost::json::value& document, std::string_view id_key, const Fill& fill);
  /// For engines that serve one model and have no list.
  void add(catalogue::UpstreamModel model, std::vector<Alias> aliases = {});
  [[nodiscard]] Notes& notes() { return notes_; }
  [[nodiscard]] Reading take(bool truncated = false);

 private:
  struct Entry {
    catalogue::UpstreamModel model;
    std::vector<Alias> aliases;
  };
  Notes notes_;
  std::vector<Entry> entries_;
  std::unordered_set<std::string> seen_;
};

}  // namespace weir::discovery::kinds
