// POST /images/generations, /images/edits and /images/variations: a real PNG, never larger than 256
// by 256. The answer has SiliconFlow's `images` and OpenAI's `data`.
#include <utility>

#include <fmt/format.h>

#include "codec/base64.hpp"
#include "codec/json_text.hpp"
#include "simulator/detail/picture_request.hpp"
#include "simulator/detail/scripts.hpp"
#include "synthetic/data_uri.hpp"
#include "synthetic/seed.hpp"

namespace weir::simulator::detail {
namespace {

constexpr Range kBatch{1, 4};
constexpr std::string_view kFormats[] = {"url", "b64_json"};

struct Drawn {
  std::string base64;
  std::string url;
};

Drawn draw(std::uint64_t seed, synthetic::Size size) {
  const std::string png = synthetic::format_png(synthetic::draw_waves(seed, size));
  return {codec::format_base64(png), synthetic::data_uri("image/png", png)};
}

void write_rows(codec::JsonWriter& json, std::string_view list, std::string_view member,
                const std::vector<Drawn>& pictures, std::string Drawn::* value) {
  json.key(list).begin_array();
  for (const Drawn& picture : pictures) {
    json.begin_object().key(member).value(picture.*value).end_object();
  }
  json.end_array();
}

Outcome<Script> pictures_of(Fields& fields, const Asked& asked, std::string_view prompt) {
  const synthetic::Size size = read_size(fields, kMaxSide);
  const auto seed = read_seed(fields, asked, prompt);
  const auto count = fields.integer_or(fields.find("batch_size") ? "batch_size" : "n", kBatch, 1);
  const bool base64 = fields.one_of("response_format", kFormats) == "b64_json";
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  std::vector<Drawn> pictures;
  pictures.reserve(static_cast<std::size_t>(count));
  synthetic::Dice seeds(synthetic::hash(prompt, static_cast<std::uint64_t>(seed)));
  for (std::int64_t i = 0; i < count; ++i) pictures.push_back(draw(seeds.roll(), size));

  std::string body;
  codec::JsonWriter json(body);
  json.begin_object().key("created").value(asked.created());
  write_rows(json, "images", "url", pictures, &Drawn::url);
  if (base64) {
    write_rows(json, "data", "b64_json", pictures, &Drawn::base64);
  } else {
    write_rows(json, "data", "url", pictures, &Drawn::url);
  }
  body += fmt::format(R"(,"timings":{{"inference":{:.3f}}},"seed":{}}})",
                      std::chrono::duration<double>(asked.pace.picture).count(), seed);
  return json_answer(std::move(body), asked.pace.picture);
}

}  // namespace

Outcome<Script> images(Fields& fields, const Asked& asked) {
  const auto prompt = fields.text("prompt");
  return pictures_of(fields, asked, prompt);
}

Outcome<Script> variations(Fields& fields, const Asked& asked) {
  [[maybe_unused]] const auto source = read_source(fields, asked);
  return pictures_of(fields, asked, {});
}

}  // namespace weir::simulator::detail
