#include "gateway/reference_request.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "codec/json_scanner.hpp"
#include "codec/json_walk.hpp"
#include "gateway/json_object.hpp"

namespace weir::gateway {
namespace {

using catalogue::Endpoint;

constexpr std::size_t kMaxIdBytes = 8192;

constexpr codec::MemberPaths kVoice = {{"uri"}};
constexpr codec::MemberPaths kBatch = {{"input_file_id"}};
// Source: platform.openai.com, API reference: create batch, read 2026-11. SiliconFlow's `replace`
// names another model.
constexpr std::array<std::string_view, 5> kBatchMembers = {
    "input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after"};

const codec::MemberPaths& members_of(Endpoint endpoint) {
  return endpoint == Endpoint::batches ? kBatch : kVoice;
}

std::unexpected<Error> refused(std::string message) {
  return fail(Errc::invalid_parameter, std::move(message));
}

/// Finds a member of the top-level object that is none of a batch's.
class StrangerSearch {
 public:
  explicit StrangerSearch(std::string_view body) { walk_.feed(body, *this); }

  void open(char, std::size_t) {}
  void close(std::size_t) {}
  void name(std::string_view text) {
    const bool is_known = std::ranges::find(kBatchMembers, text) != kBatchMembers.end();
    if (walk_.depth() == 1 && !is_known && found_.empty()) found_ = text.empty() ? " " : text;
  }
  void string(std::string_view, std::size_t, bool, bool) {}
  void scalar(std::string_view, bool, bool) {}

  /// Empty: there is none.
  [[nodiscard]] const std::string& found() const { return found_; }

 private:
  codec::JsonWalk walk_;
  std::string found_;
};

}  // namespace

bool is_reference(Endpoint endpoint) {
  return endpoint == Endpoint::batches || endpoint == Endpoint::voice_deletion;
}

Result<CallRequest> read_reference(std::string_view body, Endpoint endpoint,
                                   std::size_t max_depth) {
  using codec::JsonScanner;
  const auto& members = members_of(endpoint);
  const auto name = members[0];
  JsonScanner scanner(members, kMaxIdBytes, max_depth, JsonScanner::Check::everything);
  CallRequest request;
  std::string problem;
  bool is_seen = false;
  scanner.feed(body, [&](const codec::JsonValue& value) {
    if (std::exchange(is_seen, true))
      problem = fmt::format("The parameter {} is given twice.", name);
    if (!value.exact) problem = fmt::format("Parameter names are case-sensitive. Use {}.", name);
    request.request_id_at = {value.begin, value.end};
    request.request_id = codec::parse_json_string(value.text).value_or(std::string{});
  });
  if (auto sound = check_json_object(scanner, body, max_depth); !sound) {
    return std::unexpected(std::move(sound.error()));
  }
  if (!problem.empty()) return refused(std::move(problem));
  if (!is_seen) return refused(fmt::format("The parameter {} is missing.", name));
  if (request.request_id.empty()) {
    return refused(fmt::format("The parameter {} must be a non-empty string.", name));
  }
  if (endpoint == Endpoint::batches) {
    if (const StrangerSearch search(body); !search.found().empty()) {
      return refused(
          fmt::format("The parameter {} is not one of a batch. Its model is that of its "
                      "file's lines.",
                      search.found()));
    }
  }
  return request;
}

}  // namespace weir::gateway
