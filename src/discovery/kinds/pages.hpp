/// Lists that come in pages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {

/// `first`, and after each page the same path with what `more` appends to it; `more` gives an empty
/// text for the last page. At most kMaxPages. `first.path` ends in a query.
[[nodiscard]] std::vector<Ask> ask_pages(const Transcript& transcript, Ask first,
                                         std::string (*more)(const Row& page));

/// All pages in order, each an answer of the transcript.
[[nodiscard]] Result<Models> read_pages(const Transcript& transcript, std::string_view id_key,
                                        const Fill& fill);

}  // namespace weir::discovery::kinds
