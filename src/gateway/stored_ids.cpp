#include "gateway/stored_ids.hpp"

#include "codec/json_scanner.hpp"

namespace weir::gateway {
namespace {

// Items have ids of their own, which name nothing outside of their response.
constexpr codec::MemberPaths kMembers = {
    {"id", "previous_response_id", "response.id", "response.previous_response_id"}};

}  // namespace

std::vector<Edit> StoredIds::find(std::string_view json) {
  std::vector<Edit> edits;
  codec::JsonScanner scanner(kMembers);
  scanner.feed(json, [&](const codec::JsonValue& value) {
    if (!value.exact || !value.text.starts_with('"')) return;
    if (auto text = replaced(value.text); text != value.text) {
      edits.push_back({{value.begin, value.end}, std::move(text)});
    }
  });
  return edits;
}

std::string StoredIds::replaced(std::string_view raw) {
  const auto id = codec::parse_json_string(raw);
  if (!id || id->empty() || id->size() > kMaxIdBytes) return std::string(raw);
  return '"' + sealed(*id) + '"';
}

const std::string& StoredIds::sealed(const std::string& id) {
  const auto known = known_.find(id);
  return known != known_.end() ? known->second : known_.emplace(id, seal_(id)).first->second;
}

}  // namespace weir::gateway
