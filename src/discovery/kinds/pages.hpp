/// A list at one path, with any number of pages.
#pragma once

#include <string_view>
#include <vector>

#include "discovery/kinds/list.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {

/// The requests for a list.
struct List {
  Ask first;
  std::string_view id_key = "id";
  /// The parameter that takes the last id of a page; empty: derived from the page.
  std::string_view after = {};
};

/// The list of OpenAI's API.
[[nodiscard]] List models_list();

/// The first page if it was not requested yet, then one after the other, at most kMaxPages; empty
/// if there is none left. All pages are requested at the path of the first: only the query of a
/// page's reference to the next one is used. A page that only repeats rows of the previous page
/// ends the list.
[[nodiscard]] std::vector<Ask> ask_pages(const Transcript& transcript, const List& list);

/// The complete plan of a kind that needs only OpenAI's list.
[[nodiscard]] std::vector<Ask> ask_models_list(const Transcript& transcript);

/// The rows of all pages, in order.
[[nodiscard]] std::vector<Row> rows_of_pages(const Transcript& transcript, const List& list);

/// All pages in order. If later ones are missing, failed, or lead elsewhere, the reading is
/// truncated; a failed one also sets `broken_off`. Error: upstream_answer_invalid if the first page
/// is not a list.
[[nodiscard]] Result<Reading> read_pages(const Transcript& transcript, const List& list,
                                         const Fill& fill);

}  // namespace weir::discovery::kinds
