// POST /video/submit and /video/status, and OpenAI's /videos. The request id encodes all data of a
// video, the time of its submission included, so that any process can answer for it and none keeps
// a table.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "codec/json_text.hpp"
#include "simulator/detail/picture_request.hpp"
#include "simulator/detail/scripts.hpp"
#include "synthetic/data_uri.hpp"
#include "synthetic/seed.hpp"

namespace weir::simulator::detail {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kIdPrefix = "video-";
constexpr int kMaxVideoSide = 160;
constexpr int kFrames = 12;
constexpr milliseconds kPerFrame{100};

struct Video {
  milliseconds submitted{0};  // since the epoch
  std::int64_t seed = 0;
  synthetic::Size size{1, 1};
};

std::string checksum(std::string_view text) {
  return fmt::format("{:08x}", synthetic::hash(text) >> 32U);
}

std::string format_id(const Video& video) {
  const auto facts = fmt::format("{:x}-{:x}-{:x}-{:x}", video.submitted.count(), video.seed,
                                 video.size.width, video.size.height);
  return fmt::format("{}{}-{}", kIdPrefix, facts, checksum(facts));
}

// -1 for text that is not a number. There are no negative numbers, since `-` separates.
std::int64_t take_hex(std::string_view& text) {
  const auto part = text.substr(0, text.find('-'));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), value, 16);
  return error == std::errc{} && stop == part.data() + part.size() ? value : -1;
}

bool is_side(std::int64_t side) { return side >= 1 && side <= kMaxVideoSide; }

// Forging the checksum gains nothing over submitting a video; sides are bounded all the same.
std::optional<Video> parse_id(std::string_view id) {
  const auto last = id.rfind('-');
  if (!id.starts_with(kIdPrefix) || last < kIdPrefix.size()) return std::nullopt;
  auto facts = id.substr(kIdPrefix.size(), last - kIdPrefix.size());
  if (id.substr(last + 1) != checksum(facts)) return std::nullopt;
  const auto submitted = take_hex(facts);
  const auto seed = take_hex(facts);
  const auto width = take_hex(facts);
  const auto height = take_hex(facts);
  if (submitted < 0 || seed < 0 || !is_side(width) || !is_side(height)) return std::nullopt;
  return Video{milliseconds(submitted), seed, {static_cast<int>(width), static_cast<int>(height)}};
}

Video read_video(Fields& fields) {
  const auto video = parse_id(fields.text("requestId"));
  if (!video) fields.expect("requestId", "a requestId from /video/submit");
  return video.value_or(Video{});
}

milliseconds since_epoch(WallTime time) {
  return std::chrono::duration_cast<milliseconds>(time.time_since_epoch());
}

// The status names of SiliconFlow.
std::string_view status_at(milliseconds age, milliseconds whole) {
  if (age >= whole) return "Succeed";
  return age < whole / 4 ? "InQueue" : "InProgress";
}

std::string gif_of(const Video& video) {
  std::vector<synthetic::Picture> frames;
  frames.reserve(kFrames);
  for (int i = 0; i < kFrames; ++i) {
    frames.push_back(synthetic::draw_waves(static_cast<std::uint64_t>(video.seed), video.size,
                                           static_cast<double>(i) / kFrames));
  }
  return synthetic::format_gif(frames, kPerFrame);
}

struct Named {
  std::string_view id;
  std::string_view model;
  Video video;
};

// OpenAI's object of a video. Source: platform.openai.com, API reference: videos, read 2026-11.
Script tell_video(const Named& named, const Asked& asked) {
  const auto age = since_epoch(asked.call.now) - named.video.submitted;
  const auto whole = asked.pace.video;
  const bool ready = age >= whole;
  std::string body;
  codec::JsonWriter json(body);
  json.begin_object().key("id").value(named.id).key("object").value("video");
  json.key("model").value(named.model);
  json.key("status").value(ready ? "completed" : age < whole / 4 ? "queued" : "in_progress");
  json.key("progress")
      .value(ready ? 100 : 100 * age.count() / std::max<std::int64_t>(whole.count(), 1));
  json.key("created_at")
      .value(std::chrono::floor<std::chrono::seconds>(named.video.submitted).count());
  json.key("size").value(fmt::format("{}x{}", named.video.size.width, named.video.size.height));
  json.key("seconds").value("4").key("error").null().end_object();
  return json_answer(std::move(body), asked.pace.token);
}

}  // namespace

Outcome<Script> create_video(Fields& fields, const Asked& asked) {
  const auto prompt = fields.text("prompt");
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);
  const auto seed = static_cast<std::int64_t>(synthetic::hash(prompt) >> 32U);
  const Video video{since_epoch(asked.call.now), seed, {kMaxVideoSide, kMaxVideoSide}};
  const auto id = format_id(video);
  return tell_video({id, asked.model->id, video}, asked);
}

// /videos/{id} and what is below it; any id of the right form is that of a video.
Outcome<Script> stored_video(Fields&, const Asked& asked) {
  const auto id = asked.rest.substr(0, asked.rest.find('/'));
  const auto suffix = asked.rest.substr(id.size());
  const auto video = parse_id(id);
  const bool is_content = suffix == "/content";
  if (!video || !(suffix.empty() || is_content)) return std::unexpected(usual_refusal(404));
  const auto& method = asked.call.method;
  if (method == "DELETE" && !is_content) {
    std::string body;
    codec::JsonWriter json(body);
    json.begin_object().key("id").value(id).key("object").value("video.deleted");
    json.key("deleted").value(true).end_object();
    return json_answer(std::move(body), asked.pace.token);
  }
  if (method != "GET") return std::unexpected(usual_refusal(405));
  if (!is_content) return tell_video({id, "demo/text-to-video", *video}, asked);
  const bool ready = since_epoch(asked.call.now) - video->submitted >= asked.pace.video;
  if (!ready) return std::unexpected(invalid("The video is not complete."));
  return whole_answer("image/gif", gif_of(*video), asked.pace.token);
}

Outcome<Script> submit_video(Fields& fields, const Asked& asked) {
  const auto prompt = fields.text("prompt");
  const synthetic::Size size = read_size(fields, kMaxVideoSide);
  const auto seed = read_seed(fields, asked, prompt);
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  const auto id = format_id({since_epoch(asked.call.now), seed, size});
  return json_answer(fmt::format(R"({{"requestId":"{}"}})", id), asked.pace.token);
}

Outcome<Script> video_status(Fields& fields, const Asked& asked) {
  const Video video = read_video(fields);
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  const auto whole = asked.pace.video;
  const auto status = status_at(since_epoch(asked.call.now) - video.submitted, whole);
  const bool ready = status == "Succeed";
  const auto row =
      ready ? fmt::format(R"({{"url":"{}"}})", synthetic::data_uri("image/gif", gif_of(video)))
            : "";
  const double inference = ready ? std::chrono::duration<double>(whole).count() : 0;
  auto body = fmt::format(R"({{"status":"{}","reason":"","results":{{"videos":[{}],)"
                          R"("timings":{{"inference":{:.3f}}},"seed":{}}}}})",
                          status, row, inference, video.seed);
  return json_answer(std::move(body), asked.pace.token);
}

}  // namespace weir::simulator::detail
