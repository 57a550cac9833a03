#include "gateway/stored_ids.hpp"

#include <array>

#include "base/check.hpp"
#include "codec/json_scanner.hpp"

namespace weir::gateway {
namespace {

using catalogue::Endpoint;
using enum SealedId;

// Items have ids of their own, which name nothing outside of their response.
constexpr codec::MemberPaths kResponse = {
    {"id", "previous_response_id", "response.id", "response.previous_response_id"}};
constexpr std::array kResponseKinds = {response, response, response, response};
// SiliconFlow's files are in an envelope.
constexpr codec::MemberPaths kFile = {{"id", "data.id"}};
constexpr std::array kFileKinds = {file, file};
constexpr codec::MemberPaths kBatch = {{"id", "input_file_id", "output_file_id", "error_file_id"}};
constexpr std::array kBatchKinds = {batch, file, file, file};
constexpr codec::MemberPaths kVideo = {{"id", "remixed_from_video_id"}};
constexpr std::array kVideoKinds = {openai_video, openai_video};
constexpr codec::MemberPaths kVoice = {{"uri"}};
constexpr std::array kVoiceKinds = {voice};

// Some upstreams give the address of a file in its id's place.
bool is_id(const std::string& text) {
  return !text.empty() && text.size() <= StoredIds::kMaxIdBytes && !text.contains("://");
}

}  // namespace

IdMembers id_members(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::responses:
    case Endpoint::stored_responses:
      return {&kResponse, kResponseKinds};
    case Endpoint::files:
    case Endpoint::stored_files:
      return {&kFile, kFileKinds};
    case Endpoint::batches:
    case Endpoint::stored_batches:
      return {&kBatch, kBatchKinds};
    case Endpoint::videos:
    case Endpoint::stored_videos:
      return {&kVideo, kVideoKinds};
    case Endpoint::voice_upload:
      return {&kVoice, kVoiceKinds};
    default:
      CHECK(false);
  }
  __builtin_unreachable();
}

std::vector<Edit> StoredIds::find(std::string_view json) {
  std::vector<Edit> edits;
  codec::JsonScanner scanner(*members_.paths);
  scanner.feed(json, [&](const codec::JsonValue& value) {
    if (!value.exact || !value.text.starts_with('"')) return;
    if (auto text = replaced(members_.kinds[value.member], value.text); text != value.text) {
      edits.push_back({{value.begin, value.end}, std::move(text)});
    }
  });
  return edits;
}

std::string StoredIds::replaced(SealedId kind, std::string_view raw) {
  const auto id = codec::parse_json_string(raw);
  if (!id || !is_id(*id)) return std::string(raw);
  return '"' + sealed(kind, *id) + '"';
}

const std::string& StoredIds::sealed(SealedId kind, const std::string& id) {
  const auto known = known_.find(id);
  return known != known_.end() ? known->second : known_.emplace(id, seal_(kind, id)).first->second;
}

}  // namespace weir::gateway
