#include "app/command_line/try_command.hpp"

#include <cstdio>
#include <optional>
#include <unistd.h>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/command_line/api_client.hpp"
#include "app/command_line/chat_stream.hpp"
#include "app/command_line/new_file.hpp"
#include "app/command_line/try_call.hpp"
#include "app/process/environment.hpp"
#include "codec/terminal_text.hpp"
#include "codec/visible.hpp"

namespace weir::app {
namespace {

namespace json = boost::json;
using catalogue::SubType;

struct Chosen {
  std::string model;
  SubType sub_type;
};

Error refused(int status, std::string_view body) {
  return fail(Errc::upstream_answer_invalid,
              fmt::format("the server answered {}: {}", status, message_of(body)))
      .error();
}

std::optional<SubType> sub_type_of(const json::value& model) {
  const auto* sub_types = model.as_object().if_contains("sub_types");
  if (sub_types == nullptr || !sub_types->is_array()) return std::nullopt;
  for (const auto& name : sub_types->get_array()) {
    if (name.is_string()) return catalogue::parse_sub_type(name.get_string());
  }
  return std::nullopt;
}

// A sub type names the first model of the list that has it.
Result<Chosen> choose(const json::array& models, const std::string& target) {
  const auto sub_type = catalogue::parse_sub_type(target);
  for (const auto& model : models) {
    if (!model.is_object() || !model.as_object().contains("id")) continue;
    const auto* id = model.as_object().at("id").if_string();
    if (id == nullptr || (!sub_type && *id != target)) continue;
    const auto own = sub_type ? sub_type : sub_type_of(model);
    if (own) return Chosen{std::string(*id), *own};
  }
  if (sub_type) {
    return fail(
        Errc::model_not_found,
        fmt::format("no model of sub type {} can be called now; `weir models` shows all", target));
  }
  return fail(Errc::model_not_found,
              fmt::format("no model {} is in the list; `weir models` shows all",
                          codec::visible_excerpt(target)));
}

Result<Chosen> find_model(const std::string& url, const Secret& key, const std::string& target) {
  auto query = std::string("/v1/models?view=full");
  if (catalogue::parse_sub_type(target)) query += "&sub_type=" + target;
  const auto answer = call_api(url, key, {.target = query, .body = {}});
  if (!answer) return std::unexpected(answer.error());
  if (answer->status == 404) {
    return fail(Errc::upstream_answer_invalid,
                url + " has no list of models; is that Weir's address?");
  }
  if (answer->status != 200) return std::unexpected(refused(answer->status, answer->body));
  boost::system::error_code error;
  const auto list = json::parse(answer->body, error);
  const auto* object = error ? nullptr : list.if_object();
  const auto* models = object == nullptr ? nullptr : object->if_contains("data");
  if (models == nullptr || !models->is_array()) {
    return fail(Errc::upstream_answer_invalid, url + " sent no list of models; is that Weir?");
  }
  return choose(models->get_array(), target);
}

Output save(const TryFile& file, const std::string& output) {
  const auto path = output.empty() ? fmt::format("weir-try{}", file.suffix) : output;
  // Replaces no file, unless the user has named it.
  const auto existing = output.empty() ? Existing::is_kept : Existing::is_replaced;
  if (auto ok = write_new_file(path, file.bytes, 0644, existing); !ok) {
    return fail(ok.error().code, ok.error().detail + ", with --output");
  }
  const bool is_shown = file.suffix == ".png" && ::isatty(STDOUT_FILENO) == 1;
  const auto protocol = image_protocol(read_variable("TERM").value_or(std::string()),
                                       read_variable("TERM_PROGRAM").value_or(std::string()));
  return fmt::format("{}saved {} ({} bytes)\n",
                     is_shown ? image_sequence(protocol, file.bytes) : std::string(),
                     codec::visible_text(path), file.bytes.size());
}

}  // namespace

Output try_model(const Settings& settings, const TryOptions& options) {
  const auto key = own_key(settings);
  if (!key) return std::unexpected(key.error());
  const auto url = options.url.empty() ? own_url(settings) : options.url;
  const auto chosen = find_model(url, *key, options.target);
  if (!chosen) return std::unexpected(chosen.error());
  auto made = make_call(chosen->sub_type, chosen->model, options.text);
  if (!made) return std::unexpected(std::move(made.error()));
  complain(fmt::format("{} ({})", chosen->model, catalogue::wire_name(chosen->sub_type)));

  ChatStream stream;
  ApiCall call{.target = made->path, .body = std::move(made->body)};
  if (made->is_stream) {
    call.on_piece = [&stream](std::string_view piece) {
      print(stdout, codec::terminal_text(stream.take(piece)));
      std::fflush(stdout);
    };
  }
  auto answer = call_api(url, *key, std::move(call));
  if (stream.has_text()) print(stdout, "\n");
  if (!answer) return std::unexpected(std::move(answer.error()));
  if (answer->status != 200) return std::unexpected(refused(answer->status, answer->body));
  if (made->is_stream) {
    auto end = stream.end();
    return end ? Output(std::string()) : std::unexpected(std::move(end.error()));
  }
  auto read = read_answer(chosen->sub_type, std::move(answer->body));
  if (!read) return std::unexpected(std::move(read.error()));
  return read->file ? save(*read->file, options.output) : Output(read->text);
}

}  // namespace weir::app
