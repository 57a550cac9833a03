// The resource `config`.
#include "management/answer_json.hpp"
#include "management/body_json.hpp"
#include "management/resources.hpp"

namespace weir::management {
namespace {

void write_problems(codec::JsonWriter& json, const std::vector<ConfigProblem>& problems) {
  json.key("problems").begin_array();
  for (const auto& problem : problems) {
    json.begin_object();
    write_number_or_null(
        json, "line", problem.line == 0 ? std::nullopt : std::optional<std::int64_t>(problem.line));
    write_text_or_null(json, "setting", problem.setting);
    json.key("message").value(problem.message).end_object();
  }
  json.end_array();
}

Answered<std::string> parse_check(std::string_view text) {
  const auto body = parse_object(text);
  if (!body) return std::unexpected(body.error());
  if (auto ok = require_known(*body, {"yaml"}); !ok) return std::unexpected(std::move(ok.error()));
  auto yaml = read_text(*body, "yaml");
  if (!yaml) return std::unexpected(std::move(yaml.error()));
  if (!*yaml) return refuse(Reason::invalid_parameter, "Send the config as `yaml`.", "yaml");
  return std::move(**yaml);
}

}  // namespace

Serving show_config(Context& context) {
  const auto state = context.services.config();
  std::string text;
  codec::JsonWriter json(text);
  json.begin_object();
  write_text_or_null(json, "file", context.services.facts.config_file);
  write_time(json, "loaded_at", state.loaded_at);
  json.key("version").value(context.services.config_version()).key("yaml").value(state.yaml);
  write_texts(json, "restart_needed", state.restart_needed);
  write_texts(json, "warnings", state.warnings);
  json.end_object();
  co_return Body{.json = std::move(text)};
}

Serving check_config(Context& context) {
  auto yaml = parse_check(context.body);
  if (!yaml) co_return std::unexpected(std::move(yaml.error()));
  auto check = [&services = context.services, yaml = std::move(*yaml)] {
    return services.check_config(yaml);
  };
  auto checking = context.services.report_pool.run(std::move(check));
  const auto found = co_await std::move(checking);
  std::string text;
  codec::JsonWriter json(text);
  json.begin_object().key("valid").value(found.problems.empty());
  write_problems(json, found.problems);
  write_texts(json, "restart_needed", found.restart_needed);
  json.end_object();
  co_return Body{.json = std::move(text)};
}

Serving reload_config(Context& context) {
  if (const auto body = parse_object(context.body); !body) {
    co_return std::unexpected(body.error());
  }
  audit(context, {.action = "reload config", .subject = context.services.facts.config_file});
  auto reloading = context.services.reload_config();
  const auto problems = co_await std::move(reloading);
  std::string text;
  codec::JsonWriter json(text);
  json.begin_object().key("reloaded").value(problems.empty());
  write_problems(json, problems);
  json.end_object();
  co_return Body{.json = std::move(text)};
}

}  // namespace weir::management
