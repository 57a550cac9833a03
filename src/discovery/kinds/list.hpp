/// Turns the rows of a list into models. A kind reads a single row; the rest is here.
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

/// Reads one row into `model`, whose id is set.
using Fill = std::function<void(const Row&, catalogue::UpstreamModel&, Notes&)>;

/// The name of a row's model: the text at `key`; if that is an id of the row instead of the model
/// (a UUID, a URI) or missing, its name. Empty if there is none.
[[nodiscard]] std::string id_of(const Row& row, std::string_view key);

/// Another name that a server accepts for a model.
struct Alias {
  std::string id;
  std::optional<std::int64_t> max_model_len = {};  ///< if it differs by name
};
/// Bound on names per row: otherwise a row could multiply without limit.
inline constexpr std::size_t kMaxAliases = 64;

/// Collects models from one or several answers; the first row of an id is kept. A row that means
/// "no model is loaded" is dropped, and one that cannot be called is marked unavailable.
///
/// A model that the server also accepts under other names (`aliases`, LM Studio's instances) is
/// followed by one copy for each, unless a row of its own has that name.
class Collector {
 public:
  explicit Collector(WallTime asked_at) : notes_{.asked_at = asked_at} {}

  /// A row without a usable id is skipped.
  Result<> add_list(const boost::json::value& document, std::string_view id_key, const Fill& fill);
  /// For engines with one model and no list.
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
