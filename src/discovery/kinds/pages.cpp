#include "discovery/kinds/pages.hpp"

#include "discovery/inquiry.hpp"

namespace weir::discovery::kinds {

std::vector<Ask> ask_pages(const Transcript& transcript, Ask first,
                           std::string (*more)(const Row&)) {
  if (transcript.exchanges.empty()) return {std::move(first)};
  const auto& last = transcript.exchanges.back();
  if (transcript.exchanges.size() >= kMaxPages || !last.document) return {};
  const auto suffix = more(as_row(&*last.document));
  if (suffix.empty()) return {};
  first.path += suffix;
  return {std::move(first)};
}

Result<Models> read_pages(const Transcript& transcript, std::string_view id_key, const Fill& fill) {
  Collector collector;
  for (const auto& page : transcript.exchanges) {
    if (!page.document) return std::unexpected(page.document.error());
    if (auto ok = collector.add_list(*page.document, id_key, fill); !ok) {
      return std::unexpected(ok.error());
    }
  }
  return collector.take();
}

}  // namespace weir::discovery::kinds
