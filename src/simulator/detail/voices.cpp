// POST /uploads/audio/voice and /audio/voice/deletions. Nothing is stored: a voice's uri is made
// from its name and its sound.
//
// Source: SiliconFlow's documentation: upload-voice, delete-voice, read 2026-11.
#include <utility>

#include <fmt/format.h>

#include "codec/json_text.hpp"
#include "simulator/detail/endpoints.hpp"
#include "simulator/detail/scripts.hpp"
#include "synthetic/seed.hpp"

namespace weir::simulator::detail {

Outcome<Script> upload_voice(Fields& fields, const Asked& asked) {
  const auto name = fields.text("customName");
  const auto text = fields.text("text");
  const FormPart* file = find_file(asked.parts, "file");
  const auto sound = file != nullptr ? file->content : fields.text("audio");
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  const auto uri =
      fmt::format("speech:{}:{:016x}:{:016x}", name, synthetic::hash(text), synthetic::hash(sound));
  std::string body;
  codec::JsonWriter(body).begin_object().key("uri").value(uri).end_object();
  return json_answer(std::move(body), asked.pace.token);
}

Outcome<Script> delete_voice(Fields& fields, const Asked& asked) {
  const auto uri = fields.text("uri");
  if (!uri.starts_with("speech:")) fields.expect("uri", "a uri from /uploads/audio/voice");
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);
  return json_answer("{}", asked.pace.token);
}

}  // namespace weir::simulator::detail
