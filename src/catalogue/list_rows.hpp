/// The rows of one catalogue's lists, from which every list is assembled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "catalogue/list_query.hpp"
#include "catalogue/scope.hpp"
#include "codec/etag.hpp"

namespace weir::catalogue {

/// The models that a list contains, as runs of neighbours: first and one past the last.
using ModelRuns = std::vector<std::pair<std::size_t, std::size_t>>;

/// The models that `scope` and `query` both admit.
[[nodiscard]] ModelRuns select_models(const Catalogue& catalogue, const Scope& scope,
                                      const ListQuery& query);

/// Each model is rendered once per view, and a list is a copy of its rows.
///
/// Threads: any; immutable.
class ListRows {
 public:
  /// Cost: about 0.2 ms for 1,000 models.
  ListRows(const Catalogue& catalogue, View view);

  /// The tag of the list of these models: equal for equal lists, on every node and after every
  /// restart, and different for others. Cost: about 0.1 ms for 10,000 models.
  [[nodiscard]] std::string etag_of(const ModelRuns& runs) const;

  /// The same bytes as render_list. Cost: a copy of them.
  [[nodiscard]] std::string assemble(const ModelRuns& runs) const;

 private:
  std::string text_;                // of all rows, each followed by a comma
  std::vector<std::size_t> ends_;   // of each row in text_; the first is 0
  std::vector<std::uint8_t> tags_;  // codec::kTagBytes for each row
};

}  // namespace weir::catalogue
