#include "catalogue/list_rows.hpp"

#include "catalogue/render.hpp"

namespace weir::catalogue {

ModelRuns select_models(const Catalogue& catalogue, const Scope& scope, const ListQuery& query) {
  ModelRuns runs;
  std::size_t index = 0;
  for (const Model& model : catalogue.models()) {
    if (query.admits(model) && scope.admits(model)) {
      if (runs.empty() || runs.back().second != index) runs.emplace_back(index, index);
      ++runs.back().second;
    }
    ++index;
  }
  return runs;
}

ListRows::ListRows(const Catalogue& catalogue, View view) {
  ends_.reserve(catalogue.models().size() + 1);
  ends_.push_back(0);
  tags_.reserve(catalogue.models().size() * codec::kTagBytes);
  for (const Model& model : catalogue.models()) {
    const auto row = render_model(model, view);
    const auto tag = codec::tag_bytes(row);
    tags_.insert(tags_.end(), tag.begin(), tag.end());
    text_.append(row).push_back(',');
    ends_.push_back(text_.size());
  }
  text_.shrink_to_fit();
}

std::string ListRows::etag_of(const ModelRuns& runs) const {
  std::string tags;
  for (const auto& [first, end] : runs) {
    const auto bytes =
        std::span(tags_).subspan(first * codec::kTagBytes, (end - first) * codec::kTagBytes);
    tags.append(bytes.begin(), bytes.end());
  }
  return codec::strong_etag(tags);
}

std::string ListRows::assemble(const ModelRuns& runs) const {
  constexpr std::string_view kBegin = R"({"object":"list","data":[)";
  constexpr std::string_view kEnd = "]}";
  std::size_t size = kBegin.size() + kEnd.size();
  for (const auto& [first, end] : runs) size += ends_[end] - ends_[first];
  std::string list;
  list.reserve(size);  // stored as long as the catalogue lives
  list.append(kBegin);
  for (const auto& [first, end] : runs) {
    list.append(text_, ends_[first], ends_[end] - ends_[first]);
  }
  if (!runs.empty()) list.pop_back();  // the last row's comma
  return list.append(kEnd);
}

}  // namespace weir::catalogue
