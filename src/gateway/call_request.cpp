#include "gateway/call_request.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "codec/json_scanner.hpp"
#include "codec/json_walk.hpp"
#include "dialect/endpoint.hpp"
#include "gateway/json_object.hpp"
#include "gateway/reference_request.hpp"
#include "gateway/request_token.hpp"

namespace weir::gateway {
namespace {

using catalogue::Endpoint;
using dialect::Streams;

constexpr std::size_t kMaxValueBytes = 4096;

enum Member : std::size_t {
  kModel,
  kRequestId,
  kStream,
  kStreamOptions,
  kIncludeUsage,
  kMaxTokens,
  kMaxCompletionTokens,
  kMaxOutputTokens,
  kN,
  kBatchSize,
  kInput,  // of endpoints that take lists, of speech, and of conversations
  kVoice,  // of speech
  // Members of conversations.
  kMessages,
  kSystem,
  kInstructions,
  kPreviousResponse,
  kConversation,
  kStore,
  // Members of endpoints that take lists.
  kPrompt,
  kBestOf,
  kDocuments,
  // Members of Ollama's API.
  kNumPredict,
  // Members of Google's, which reads each name in two spellings.
  kGoogleLimit,
  kGoogleSnakeLimit,
  kSnakeGoogleLimit,
  kSnakeGoogleSnakeLimit,
  kMemberCount,
};

constexpr std::array<std::string_view, kMemberCount> kNames = {
    "model",
    "requestId",
    "stream",
    "stream_options",
    "stream_options.include_usage",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "n",
    "batch_size",
    "input",
    "voice",
    "messages",
    "system",
    "instructions",
    "previous_response_id",
    "conversation",
    "store",
    "prompt",
    "best_of",
    "documents",
    "options.num_predict",
    "generationConfig.maxOutputTokens",
    "generationConfig.max_output_tokens",
    "generation_config.maxOutputTokens",
    "generation_config.max_output_tokens",
};
constexpr codec::MemberPaths kMembers(std::span(kNames).first(kInput));
constexpr codec::MemberPaths kSpeechMembers(std::span(kNames).first(kMessages));
constexpr codec::MemberPaths kConversationMembers(std::span(kNames).first(kPrompt));
constexpr codec::MemberPaths kListMembers(std::span(kNames).first(kNumPredict));
constexpr codec::MemberPaths kOllamaMembers(std::span(kNames).first(kGoogleLimit));
constexpr codec::MemberPaths kGoogleMembers{std::span(kNames)};

bool takes_lists(Endpoint endpoint) {
  return endpoint == Endpoint::completions || endpoint == Endpoint::embeddings ||
         endpoint == Endpoint::rerank || endpoint == Endpoint::ollama_embed ||
         endpoint == Endpoint::ollama_embeddings;
}

const codec::MemberPaths& members_of(Endpoint endpoint, const ReadOptions& options) {
  const auto& row = dialect::of(endpoint);
  if (row.family == dialect::Family::ollama) return kOllamaMembers;
  if (row.family == dialect::Family::gemini) return kGoogleMembers;
  if (takes_lists(endpoint)) return kListMembers;
  if (row.counts(dialect::Meter::characters)) return kSpeechMembers;
  if (row.ids.continues_response()) return kConversationMembers;
  const bool has_turns = row.turns != dialect::Turns::none;
  return options.finds_turns && has_turns ? kConversationMembers : kMembers;
}

// Counts those of a raw JSON string. An escape is one, and so is a pair of surrogates.
std::int64_t count_characters(std::string_view raw) {
  if (!raw.starts_with('"')) return 0;
  raw = raw.substr(1, raw.size() - 2);
  std::int64_t count = 0;
  for (std::size_t at = 0; at < raw.size(); ++at) {
    const auto byte = static_cast<unsigned char>(raw[at]);
    constexpr unsigned kMask = 0xc0;
    constexpr unsigned kContinuation = 0x80;
    if ((byte & kMask) == kContinuation) continue;
    const auto rest = raw.substr(at);
    const bool is_low_half = rest.starts_with("\\ud") || rest.starts_with("\\uD");
    constexpr std::string_view kLow = "cdefCDEF";
    if (!is_low_half || rest.size() < 4 || kLow.find(rest[3]) == kLow.npos) ++count;
    if (byte == '\\') at += rest.substr(1).starts_with('u') ? 5 : 1;
  }
  return count;
}

// Counts the prompts of a list: its elements, unless they are the tokens of a single one. Numbers
// are tokens only in a list of nothing else: beside a text they would hide what it costs.
class ListReading {
 public:
  explicit ListReading(std::string_view list) { walk_.feed(list, *this); }

  void open(char, std::size_t) {
    if (walk_.depth() == 1) ++prompts_;
  }
  void close(std::size_t) {}
  void name(std::string_view) { has_others_ = true; }
  void string(std::string_view, std::size_t, bool begins, bool) {
    has_others_ = true;
    if (walk_.depth() == 1 && begins) ++prompts_;
  }
  void scalar(std::string_view text, bool begins, bool) {
    if (walk_.depth() == 0 || !begins) return;
    const bool is_number = text.starts_with('-') || (text >= "0" && text < ":");
    has_others_ = has_others_ || !is_number;
    ++numbers_;
  }

  [[nodiscard]] std::int64_t prompts() const { return std::max<std::int64_t>(prompts_, 1); }
  [[nodiscard]] std::int64_t numbers() const { return has_others_ ? 0 : numbers_; }

 private:
  codec::JsonWalk walk_;
  std::int64_t prompts_ = 0;
  std::int64_t numbers_ = 0;
  bool has_others_ = false;
};

std::unexpected<Error> refused(std::string message) {
  return fail(Errc::invalid_parameter, std::move(message));
}

// Collects the members as they are read.
class Reading {
 public:
  explicit Reading(Endpoint endpoint)
      : counts_images_(dialect::of(endpoint).counts(dialect::Meter::images)),
        counts_characters_(dialect::of(endpoint).counts(dialect::Meter::characters)),
        is_kept_(dialect::of(endpoint).ids.continues_response()),
        reads_input_(takes_lists(endpoint) || counts_characters_),
        streams_(dialect::of(endpoint).streams) {
    request_.streamed = streams_ != Streams::on_request;
  }

  void take(const codec::JsonValue& value) {
    const auto member = value.member;
    if (is_only_observed(member)) {
      observe(member, value);
      return;
    }
    if (seen_[member] && problem_.empty()) {
      problem_ = fmt::format("The parameter {} is given twice.", kNames[member]);
    } else if (!value.exact && problem_.empty()) {
      problem_ = fmt::format("Parameter names are case-sensitive. Use {}.", kNames[member]);
    }
    seen_[member] = true;
    const Span at{value.begin, value.end};
    switch (static_cast<Member>(member)) {
      case kModel:
        request_.model_at = at;
        take_text(member, value, request_.model);
        break;
      case kRequestId:
        request_.request_id_at = at;
        take_text(member, value, request_.request_id);
        break;
      case kStream:
        request_.streamed = is_streamed(value.text);
        break;
      case kStreamOptions:
        request_.stream_options_at = at;
        break;
      case kIncludeUsage:
        request_.include_usage_at = at;
        request_.wants_usage = value.text == "true";
        break;
      case kMaxTokens:
      case kMaxCompletionTokens:
      case kMaxOutputTokens:
      case kNumPredict:
      case kGoogleLimit:
      case kGoogleSnakeLimit:
      case kSnakeGoogleLimit:
      case kSnakeGoogleSnakeLimit:
        if (auto number = read_count(value.text)) {
          request_.max_tokens = std::max(request_.max_tokens.value_or(0), *number);
        }
        break;
      case kN:
      case kBatchSize:
      case kBestOf:
        take_answers(member, value);
        break;
      case kPrompt:
        request_.turns_at = at;
        [[fallthrough]];
      case kInput:
      case kDocuments:
        input_at_ = at;
        break;
      case kVoice: {
        // Any other voice is for the upstream to judge.
        auto voice = codec::parse_json_string(value.text).value_or(std::string{});
        if (!RequestSeal::is_sealed(SealedId::voice, voice)) break;
        request_.request_id_at = at;
        request_.request_id = std::move(voice);
        break;
      }
      case kPreviousResponse:
        observe(member, value);
        request_.request_id_at = at;
        request_.request_id = codec::parse_json_string(value.text).value_or(std::string{});
        break;
      case kStore:
        request_.is_kept = value.text != "false";
        break;
      case kMessages:
      case kSystem:
      case kInstructions:
      case kConversation:
      case kMemberCount:
        break;
    }
  }

  [[nodiscard]] bool seen(Member member) const { return seen_[member]; }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] CallRequest& request() { return request_; }

  // The path counts, as in Google's API.
  void name_model(std::string_view model) {
    request_.model = model;
    request_.model_at = {};
  }

  // A later turn alone is sent: the conversation is known by its name, if it has one.
  void find_conversation() {
    if (!continues_) return;
    request_.instructions_at = {};
    request_.turns_at = conversation_at_;
  }

  // The input may be longer than a value that the scanner hands over.
  void count_input(std::string_view body) {
    if (input_at_.end == 0) return;
    const auto size = input_at_.end - input_at_.begin;
    if (counts_characters_) {
      request_.characters = count_characters(body.substr(input_at_.begin, size));
      return;
    }
    const ListReading list(body.substr(input_at_.begin, size));
    request_.prompts = list.prompts();
    // Beside a longer text in another member, the body's size tells more.
    constexpr std::size_t kUsualBytes = 1024;
    const bool is_most = body.size() - size <= size + kUsualBytes;
    request_.token_ids = is_most ? list.numbers() : 0;
  }

 private:
  // Nothing that is charged or sent depends on it.
  [[nodiscard]] bool is_only_observed(std::size_t member) const {
    if (is_kept_ && (member == kPreviousResponse || member == kStore)) return false;
    if (counts_characters_ && member == kVoice) return false;
    return member >= kInput && member < kPrompt && (member != kInput || !reads_input_);
  }
  void observe(std::size_t member, const codec::JsonValue& value) {
    const Span at{value.begin, value.end};
    if (member == kPreviousResponse || member == kConversation) {
      if (value.text == "null") return;
      continues_ = true;
      if (member == kConversation && value.text.starts_with('"')) conversation_at_ = at;
      return;
    }
    if (member == kStore || member == kVoice) return;
    const bool instructs = member == kSystem || member == kInstructions;
    (instructs ? request_.instructions_at : request_.turns_at) = at;
  }

  void take_text(std::size_t member, const codec::JsonValue& value, std::string& text) {
    if (auto parsed = codec::parse_json_string(value.text); parsed && !parsed->empty()) {
      text = std::move(*parsed);
    } else if (problem_.empty()) {
      problem_ = fmt::format("The parameter {} must be a non-empty string.", kNames[member]);
    }
  }

  [[nodiscard]] bool is_streamed(std::string_view raw) const {
    if (streams_ == Streams::on_request) return raw == "true";
    return streams_ == Streams::always || raw != "false";
  }

  // An unreadable token count only affects the estimate, which is settled later. Images are not
  // reported in usage, so their count must be known.
  void take_answers(std::size_t member, const codec::JsonValue& value) {
    if (const auto number = read_count(value.text)) {
      request_.answers = std::max(request_.answers, *number);
    } else if (counts_images_ && value.text != "null" && problem_.empty()) {
      problem_ = fmt::format("The parameter {} must be a positive integer.", kNames[member]);
    }
  }

  bool counts_images_;
  bool counts_characters_;
  bool is_kept_;
  bool reads_input_;
  Streams streams_;
  CallRequest request_;
  Span input_at_;
  Span conversation_at_;    ///< its name
  bool continues_ = false;  ///< a conversation that the upstream holds
  std::array<bool, kMemberCount> seen_{};
  std::string problem_;
};

}  // namespace

std::optional<std::int64_t> read_count(std::string_view text) {
  constexpr std::int64_t kLargest = 1'000'000'000;
  const auto number = codec::parse_json_integer(text);
  if (!number || *number < 1) return std::nullopt;
  return std::min(*number, kLargest);
}

Result<CallRequest> read_json_request(std::string_view body, Endpoint endpoint,
                                      const ReadOptions& options) {
  using codec::JsonScanner;
  const auto max_depth = options.max_depth;
  if (is_reference(endpoint)) return read_reference(body, endpoint, max_depth);
  JsonScanner scanner(members_of(endpoint, options), kMaxValueBytes, max_depth,
                      JsonScanner::Check::everything);
  Reading reading(endpoint);
  scanner.feed(body, [&](const codec::JsonValue& value) { reading.take(value); });
  if (auto sound = check_json_object(scanner, body, max_depth); !sound) {
    return std::unexpected(std::move(sound.error()));
  }
  if (!reading.problem().empty()) return refused(reading.problem());
  const bool by_request = dialect::of(endpoint).ids.use == dialect::RequestId::taken;
  if (by_request && !reading.seen(kRequestId)) {
    return refused("The parameter requestId is missing.");
  }
  const bool by_path = !options.model.empty();
  if (!by_request && !by_path && !reading.seen(kModel)) {
    return refused("The parameter model is missing.");
  }
  if (by_path) reading.name_model(options.model);
  reading.count_input(body);
  reading.find_conversation();
  return std::move(reading.request());
}

Edit ask_for_usage(std::string_view body, const CallRequest& request) {
  if (request.include_usage_at) return {*request.include_usage_at, "true"};
  if (!request.stream_options_at) {
    const auto at = body.find('{') + 1;
    return {{at, at}, R"("stream_options":{"include_usage":true},)"};
  }
  const auto [begin, end] = *request.stream_options_at;
  const auto options = body.substr(begin, end - begin);
  if (!options.starts_with('{')) return {{begin, end}, R"({"include_usage":true})"};
  const auto inside = options.find_first_not_of(" \t\r\n", 1);
  const bool is_empty = options[inside] == '}';
  return {{begin + 1, begin + 1},
          is_empty ? R"("include_usage":true)" : R"("include_usage":true,)"};
}

}  // namespace weir::gateway
