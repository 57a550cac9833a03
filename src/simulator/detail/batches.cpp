// /files and /batches. Nothing is stored: any id of the right form is that of a file or of a batch,
// and a batch's id has the time of its creation. Its output is one line.
//
// Source: platform.openai.com, API reference: files and batches, read 2026-11.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "codec/json_text.hpp"
#include "simulator/detail/endpoints.hpp"
#include "simulator/detail/scripts.hpp"
#include "synthetic/seed.hpp"

namespace weir::simulator::detail {
namespace {

using codec::JsonWriter;
using std::chrono::milliseconds;

constexpr std::string_view kFilePrefix = "file-";
constexpr std::string_view kBatchPrefix = "batch_";
constexpr std::size_t kDigits = 16;
constexpr std::string_view kPurposes[] = {"batch"};
constexpr std::string_view kEndpoints[] = {"/v1/chat/completions", "/v1/completions",
                                           "/v1/responses", "/v1/embeddings"};
constexpr std::string_view kOutput =
    R"({"id":"batch_req_1","custom_id":"1","response":{"status_code":200,"body":{}},"error":null})"
    "\n";

// The digits of an id; nothing: it has another form.
std::optional<std::uint64_t> number_of(std::string_view id, std::string_view prefix) {
  if (!id.starts_with(prefix)) return std::nullopt;
  const auto digits = id.substr(prefix.size());
  std::uint64_t number = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number, 16);
  const bool sound = digits.size() == kDigits && error == std::errc{} && stop == end;
  return sound ? std::optional(number) : std::nullopt;
}

std::string file_id(std::uint64_t number) { return fmt::format("{}{:016x}", kFilePrefix, number); }

struct File {
  std::string id;
  std::string name;
  std::size_t bytes;
  std::int64_t created;
};

Script tell_file(const File& file, const Asked& asked) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("id").value(file.id).key("object").value("file");
  json.key("bytes").value(file.bytes).key("created_at").value(file.created);
  json.key("filename").value(file.name).key("purpose").value("batch");
  json.key("status").value("processed").end_object();
  return json_answer(std::move(body), asked.pace.token);
}

struct Batch {
  milliseconds created;  // since the epoch
  std::string_view input;
  std::string_view endpoint = kEndpoints[0];
  bool is_cancelled = false;
};

std::string_view status_of(const Batch& batch, milliseconds age, milliseconds whole) {
  if (batch.is_cancelled) return "cancelled";
  if (age >= whole) return "completed";
  return age < whole / 4 ? "validating" : "in_progress";
}

Script tell_batch(const Batch& batch, const Asked& asked) {
  const auto now = std::chrono::duration_cast<milliseconds>(asked.call.now.time_since_epoch());
  const auto number = static_cast<std::uint64_t>(batch.created.count());
  const auto status = status_of(batch, now - batch.created, asked.pace.video);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(batch.created).count();
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("id").value(fmt::format("{}{:016x}", kBatchPrefix, number));
  json.key("object").value("batch").key("endpoint").value(batch.endpoint);
  json.key("errors").null().key("input_file_id").value(batch.input);
  json.key("completion_window").value("24h").key("status").value(status);
  json.key("output_file_id");
  if (status == "completed") {
    json.value(file_id(~number));
  } else {
    json.null();
  }
  json.key("error_file_id").null().key("created_at").value(seconds);
  json.key("request_counts").begin_object().key("total").value(1);
  json.key("completed").value(status == "completed" ? 1 : 0).key("failed").value(0).end_object();
  json.key("metadata").null().end_object();
  return json_answer(std::move(body), asked.pace.token);
}

std::pair<std::string_view, std::string_view> split(std::string_view rest) {
  const auto end = std::min(rest.find('/'), rest.size());
  return {rest.substr(0, end), rest.substr(end)};
}

}  // namespace

Outcome<Script> upload_file(Fields& fields, const Asked& asked) {
  [[maybe_unused]] const auto purpose = fields.one_of("purpose", kPurposes);
  const FormPart* file = find_file(asked.parts, "file");
  if (file == nullptr) fields.expect("file", "a file");
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);
  return tell_file(
      {file_id(synthetic::hash(file->content)), std::string(file->file_name.value_or("")),
       file->content.size(), asked.created()},
      asked);
}

Outcome<Script> stored_file(Fields&, const Asked& asked) {
  const auto [id, suffix] = split(asked.rest);
  if (!number_of(id, kFilePrefix)) return std::unexpected(usual_refusal(404));
  const auto& method = asked.call.method;
  if (suffix == "/content" && method == "GET") {
    return whole_answer("application/octet-stream", std::string(kOutput), asked.pace.token);
  }
  if (!suffix.empty()) return std::unexpected(usual_refusal(suffix == "/content" ? 405 : 404));
  if (method == "GET") {
    return tell_file({std::string(id), "output.jsonl", kOutput.size(), asked.created()}, asked);
  }
  if (method != "DELETE") return std::unexpected(usual_refusal(405));
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("id").value(id).key("object").value("file");
  json.key("deleted").value(true).end_object();
  return json_answer(std::move(body), asked.pace.token);
}

Outcome<Script> create_batch(Fields& fields, const Asked& asked) {
  Batch batch;
  batch.created = std::chrono::duration_cast<milliseconds>(asked.call.now.time_since_epoch());
  batch.input = fields.text("input_file_id");
  batch.endpoint = fields.one_of("endpoint", kEndpoints);
  if (!number_of(batch.input, kFilePrefix)) fields.expect("input_file_id", "an id from /files");
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);
  return tell_batch(batch, asked);
}

Outcome<Script> stored_batch(Fields&, const Asked& asked) {
  const auto [id, suffix] = split(asked.rest);
  const auto created = number_of(id, kBatchPrefix);
  if (!created) return std::unexpected(usual_refusal(404));
  const bool is_cancel = suffix == "/cancel";
  if (!suffix.empty() && !is_cancel) return std::unexpected(usual_refusal(404));
  if (asked.call.method != (is_cancel ? "POST" : "GET")) return std::unexpected(usual_refusal(405));
  const auto input = file_id(*created);
  return tell_batch({.created = milliseconds(static_cast<std::int64_t>(*created)),
                     .input = input,
                     .is_cancelled = is_cancel},
                    asked);
}

}  // namespace weir::simulator::detail
