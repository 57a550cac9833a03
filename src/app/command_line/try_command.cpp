#include "app/command_line/try_command.hpp"

#include <cstdio>
#include <optional>
#include <unistd.h>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/command_line/api_client.hpp"
#include "app/command_line/new_file.hpp"
#include "app/command_line/try_call.hpp"
#include "app/process/environment.hpp"
#include "codec/sse.hpp"
#include "codec/visible.hpp"

namespace weir::app {
namespace {

namespace json = boost::json;
using catalogue::SubType;

constexpr std::size_t kMaxEventBytes = 16 << 20;

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

// A model's text may contain anything; only its line breaks act on the terminal.
std::string shown(std::string_view text) {
  std::string out;
  for (bool is_first = true; is_first || !text.empty(); is_first = false) {
    const auto line = text.substr(0, text.find('\n'));
    out += codec::visible_text(line);
    text.remove_prefix(line.size());
    if (!text.starts_with('\n')) break;
    out += '\n';
    text.remove_prefix(1);
  }
  return out;
}

// Prints the text of a stream's events as they arrive.
class StreamPrinter {
 public:
  void take(std::string_view piece) {
    pending_ += piece;
    const auto whole = splitter_.whole_events(pending_);
    if (!whole) return;
    std::string_view events = std::string_view(pending_).substr(0, *whole);
    while (!events.empty()) {
      const auto text = text_of_event(codec::event_data(codec::take_event(events), scratch_));
      print(stdout, shown(text));
    }
    std::fflush(stdout);
    pending_.erase(0, *whole);
  }

 private:
  codec::SseSplitter splitter_{kMaxEventBytes};
  std::string pending_;
  std::string scratch_;
};

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

  StreamPrinter printer;
  ApiCall call{.target = made->path, .body = std::move(made->body)};
  if (made->is_stream) call.on_piece = [&printer](std::string_view piece) { printer.take(piece); };
  auto answer = call_api(url, *key, std::move(call));
  if (!answer) return std::unexpected(std::move(answer.error()));
  if (answer->status != 200) return std::unexpected(refused(answer->status, answer->body));
  if (made->is_stream) return "\n";
  auto read = read_answer(chosen->sub_type, std::move(answer->body));
  if (!read) return std::unexpected(std::move(read.error()));
  return read->file ? save(*read->file, options.output) : Output(read->text);
}

}  // namespace weir::app
