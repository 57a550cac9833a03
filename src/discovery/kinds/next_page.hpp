/// Finds the next page of a list, in the many notations for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {

/// The next page, as described by the current one.
struct NextPage {
  bool exists = false;
  /// The query for it, without `?`. Empty if the page does not say how, or names another origin or
  /// path: no upstream chooses where requests go.
  std::string query = {};
};

/// One page and its request.
struct Page {
  const Exchange& exchange;
  const std::vector<Row>& rows;
  std::string_view id_key;     ///< the field that names a row
  std::string_view after;      ///< the parameter that takes the last id; empty: derived from the
                               ///< page
  std::string_view authority;  ///< Transcript::authority
};

/// Order of precedence: an explicit end (`has_more: false`), the Link field, a link in the page
/// (`next`, `links.next` …), a token (`next_page_token` …), `has_more` with the last id, a page
/// number with a number of pages, an offset with a total.
[[nodiscard]] NextPage next_page(const Page& page);

/// The query of `link`, a URL reference, if it leads to `path` (compared by its last segments,
/// since the part before them may be unknown) on `authority` (empty: any). Empty if it does not, or
/// if it has no query or one that is invalid in a request line.
[[nodiscard]] std::string_view query_of_link(std::string_view link, std::string_view path,
                                             std::string_view authority);

/// The target of the first link with `rel=next` in a Link field; empty if there is none.
/// Source: RFC 8288 §3.
[[nodiscard]] std::string_view next_link(std::string_view field);

}  // namespace weir::discovery::kinds
