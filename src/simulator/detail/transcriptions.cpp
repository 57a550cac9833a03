// POST /audio/transcriptions and /audio/translations. A WAV file of the simulator's own
// /audio/speech yields its text; for any other file the text is its name and size.
#include <utility>

#include <fmt/format.h>

#include "codec/json_text.hpp"
#include "simulator/detail/endpoints.hpp"
#include "simulator/detail/scripts.hpp"
#include "synthetic/wav.hpp"
#include "synthetic/words.hpp"

namespace weir::simulator::detail {
namespace {

constexpr std::string_view kFormats[] = {"json", "text"};

std::string transcribe(const FormPart& file) {
  const auto wav = synthetic::read_wav(file.content);
  if (wav && !wav->text.empty()) return wav->text;
  const auto duration = wav ? fmt::format(", {:.1f} seconds of sound", wav->seconds) : "";
  return fmt::format(
      "You sent the file “{}”: {} bytes{}. This is the simulator built into Weir: no model ran, so "
      "nobody listened.",
      file.file_name.value_or(""), file.content.size(), duration);
}

}  // namespace

Outcome<Script> transcriptions(Fields& fields, const Asked& asked) {
  const FormPart* file = find_file(asked.parts, "file");
  if (!file) fields.expect("file", "a file in a multipart/form-data body");
  const bool bare = fields.one_of("response_format", kFormats) == "text";
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  const std::string text = transcribe(*file);
  const auto wait = asked.pace.first_token + asked.pace.token * synthetic::count_tokens(text);
  if (bare) return whole_answer("text/plain; charset=utf-8", text + '\n', wait);
  std::string body;
  codec::JsonWriter(body).begin_object().key("text").value(text).end_object();
  return json_answer(std::move(body), wait);
}

}  // namespace weir::simulator::detail
