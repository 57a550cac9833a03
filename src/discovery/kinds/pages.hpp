/// A list at one path, in however many pages it comes.
#pragma once

#include <string_view>
#include <vector>

#include "discovery/kinds/list.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {

/// How a list is asked for.
struct List {
  Ask first;
  std::string_view id_key = "id";
  /// The parameter that takes the last id of a page; empty: by the page's shape.
  std::string_view after = {};
};

/// The list of OpenAI's API.
[[nodiscard]] List models_list();

/// The first page if it was not asked for yet, then one after the other, at most kMaxPages; empty
/// when there is none left. Pages are read at the path of the first: of what a page says about the
/// next one only the query is used. A page that has no row but those of the page before ends the
/// list.
[[nodiscard]] std::vector<Ask> ask_pages(const Transcript& transcript, const List& list);

/// The whole plan of a kind that needs no more than OpenAI's list.
[[nodiscard]] std::vector<Ask> ask_models_list(const Transcript& transcript);

/// The rows of all pages, in order.
[[nodiscard]] std::vector<Row> rows_of_pages(const Transcript& transcript, const List& list);

/// All pages in order. Later ones that are missing, failed, or lead elsewhere leave the reading
/// truncated; one that failed also sets `broken_off`. Error: upstream_answer_invalid if the first
/// page is no list.
[[nodiscard]] Result<Reading> read_pages(const Transcript& transcript, const List& list,
                                         const Fill& fill);

}  // namespace weir::discovery::kinds
