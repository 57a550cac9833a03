#include "gateway/batch_upload.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "codec/json_scanner.hpp"
#include "codec/json_text.hpp"
#include "gateway/json_object.hpp"

namespace weir::gateway {
namespace {

using catalogue::Endpoint;

constexpr std::array<std::string_view, 1> kFields = {"purpose"};
constexpr std::size_t kMaxFieldBytes = 64;
constexpr std::size_t kMaxUrlBytes = 256;
constexpr std::string_view kPurpose = "batch";
constexpr std::string_view kBlanks = " \t\r\n";

// Those that can be called without a file or a stream, and are counted in tokens.
constexpr Endpoint kBatched[] = {Endpoint::chat_completions, Endpoint::completions,
                                 Endpoint::responses, Endpoint::embeddings};

enum Member : std::size_t { kBody, kUrl, kModel };
constexpr codec::MemberPaths kLineMembers = {{"body", "url", "model"}};

std::unexpected<Error> refused(std::string message) {
  return fail(Errc::invalid_parameter, std::move(message));
}

/// The members of a line, as they are found.
struct LineReading {
  std::optional<Span> body;
  std::optional<Endpoint> endpoint = Endpoint::chat_completions;  ///< nothing: of no batch
  std::array<bool, kLineMembers.size()> seen = {};
  std::string problem;

  void take(const codec::JsonValue& value) {
    const auto name = kLineMembers[value.member];
    if (std::exchange(seen[value.member], true)) {
      problem = fmt::format("The parameter {} is given twice.", name);
    } else if (!value.exact) {
      problem = fmt::format("Parameter names are case-sensitive. Use {}.", name);
    } else if (value.member == kModel) {
      problem = "The model belongs into the body.";
    } else if (value.member == kBody) {
      body = Span{value.begin, value.end};
    } else {
      take_url(codec::parse_json_string(value.text).value_or(std::string{}));
    }
  }

  void take_url(std::string_view url) {
    const auto* found = std::ranges::find_if(
        kBatched, [&](Endpoint each) { return catalogue::public_path(each) == url; });
    endpoint = found == std::end(kBatched) ? std::nullopt : std::optional(*found);
  }
};

std::string_view without_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

Result<BatchLine> read_batch_line(std::string_view line, std::size_t max_depth) {
  using codec::JsonScanner;
  // Some readers take it for the end of a line.
  if (line.contains('\r')) return refused("A line must not contain a bare CR.");
  JsonScanner scanner(kLineMembers, kMaxUrlBytes, max_depth, JsonScanner::Check::everything);
  LineReading reading;
  scanner.feed(line, [&](const codec::JsonValue& value) {
    if (reading.problem.empty()) reading.take(value);
  });
  if (auto sound = check_json_object(scanner, line, max_depth); !sound) {
    return std::unexpected(std::move(sound.error()));
  }
  if (!reading.problem.empty()) return refused(std::move(reading.problem));
  if (!reading.body) return refused("The parameter body is missing.");
  if (!reading.endpoint) {
    return refused(
        "The url must be /v1/chat/completions, /v1/completions, /v1/responses or /v1/embeddings.");
  }
  const auto body = line.substr(reading.body->begin, reading.body->end - reading.body->begin);
  auto request = read_json_request(body, *reading.endpoint, {.max_depth = max_depth});
  if (!request) return std::unexpected(std::move(request.error()));
  if (RequestSeal::is_sealed(SealedId::response, request->request_id)) {
    return refused("A batch cannot continue a response. Leave out previous_response_id.");
  }
  return BatchLine{*reading.endpoint, std::move(*request), *reading.body, body};
}

BatchUpload::BatchUpload(Form form) : form_(std::move(form)) { restart(); }

void BatchUpload::begin(std::string_view model, Weigh weigh) {
  sent_model_ = model;
  weigh_ = std::move(weigh);
  restart();
}

void BatchUpload::restart() {
  scanner_.emplace(form_.boundary, kFields, kMaxFieldBytes, form_.is_ascii);
  scanner_->visit_all(*this);
  model_.clear();
  tokens_ = {};
  lines_ = 0;
  line_.clear();
  has_file_ = has_purpose_ = false;
}

Result<std::string_view> BatchUpload::pass(std::string_view piece) {
  out_.clear();
  scanner_->feed(piece, [&](const codec::MultipartValue& value) { take_field(value); });
  if (!problem_.empty()) return refused(problem_);
  if (scanner_->state() == codec::MultipartScanner::State::broken) {
    return refused(scanner_->problem());
  }
  return out_;
}

Result<> BatchUpload::finish() const {
  if (scanner_->state() != codec::MultipartScanner::State::complete) {
    return refused("The form ends before its closing delimiter.");
  }
  if (!has_purpose_) return refused("The parameter purpose is missing.");
  if (!has_file_) return refused("The parameter file is missing.");
  if (model_.empty()) return refused("The file has no line.");
  return {};
}

void BatchUpload::take_field(const codec::MultipartValue& value) {
  has_purpose_ = true;
  if (value.value == kPurpose) return;
  problem_ = "Only the input of a batch can be uploaded: purpose must be batch.";
}

std::string BatchUpload::begin_part(std::string_view name, bool is_file, bool has_length) {
  constexpr std::string_view kFile = "file";
  if (!is_file) {
    const bool resembles = equals_ignoring_case(name.substr(0, name.find('[')), kFile);
    return resembles ? "The parameter file must be a file, with a file name." : "";
  }
  if (name != kFile) return fmt::format("The file {} is not expected. Name it file.", name);
  if (std::exchange(has_file_, true)) return "The parameter file is given twice.";
  // Another name of the model makes it another one, and which upstream gets the file is not known
  // yet.
  if (has_length) return "The part of the file must not have a Content-Length of its own.";
  return {};
}

std::string BatchUpload::file_content(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const bool is_whole = end != bytes.npos;
    const auto part = is_whole ? bytes.substr(0, end + 1) : bytes;
    bytes.remove_prefix(part.size());
    if (line_.size() + part.size() > form_.max_line_bytes) {
      return fmt::format("Line {} of the file is longer than {} bytes.", lines_ + 1,
                         form_.max_line_bytes);
    }
    if (!is_whole || !line_.empty()) line_ += part;
    if (!is_whole) break;
    auto problem = take_line(line_.empty() ? part : std::string_view(line_));
    if (!problem.empty()) return problem;
    line_.clear();
  }
  return {};
}

std::string BatchUpload::end_file() {
  if (line_.empty()) return {};
  auto problem = take_line(line_);
  line_.clear();
  return problem;
}

std::string BatchUpload::take_line(std::string_view line) {
  ++lines_;
  if (line.find_first_not_of(kBlanks) == line.npos) {
    out_ += line;
    return {};
  }
  const auto read = read_batch_line(without_end(line), form_.max_depth);
  auto problem = read ? check(*read) : read.error().detail;
  if (!problem.empty()) return fmt::format("Line {} of the file: {}", lines_, problem);
  if (weigh_) {
    const auto tokens = weigh_(*read);
    tokens_.prompt += tokens.prompt;
    tokens_.answer += tokens.answer;
  }
  append(line, *read);
  return {};
}

std::string BatchUpload::check(const BatchLine& line) {
  if (model_.empty()) {
    model_ = line.request.model;
    endpoint_ = line.endpoint;
  }
  if (line.request.model != model_) {
    return fmt::format("All lines must name the same model, and it is {} before.", model_);
  }
  if (line.endpoint != endpoint_) return "All lines must have the same url.";
  return {};
}

void BatchUpload::append(std::string_view line, const BatchLine& read) {
  if (!renames()) {
    out_ += line;
    return;
  }
  const auto begin = read.body_at.begin + read.request.model_at.begin;
  const auto end = read.body_at.begin + read.request.model_at.end;
  out_ += line.substr(0, begin);
  codec::append_json_string(out_, sent_model_);
  out_ += line.substr(end);
}

}  // namespace weir::gateway
