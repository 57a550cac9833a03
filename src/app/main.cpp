// The command line. Each command is a function in a file of its own; this one only parses
// arguments.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/command_line/command_doc.hpp"
#include "app/command_line/command_result.hpp"
#include "app/command_line/explain_command.hpp"
#include "app/command_line/key_limits_command.hpp"
#include "app/command_line/keys_command.hpp"
#include "app/command_line/man_page.hpp"
#include "app/command_line/reference.hpp"
#include "app/command_line/serve_command.hpp"
#include "app/command_line/setup_commands.hpp"
#include "app/command_line/show_command.hpp"
#include "app/command_line/usage_command.hpp"
#include "app/command_line/version.hpp"
#include "app/lifecycle/settings.hpp"
#include "app/process/process.hpp"
#include "config/problem.hpp"
#include "config/units.hpp"

namespace {

using namespace weir;
using app::finish;
using app::Settings;
using app::with_settings;

// Options as text, checked by the same functions as the config file's values.
struct Texts {
  std::string config, name, before, from, expires, overlap = "24h", admin, type, sub_type, explain,
                                                   page, file;
  std::vector<std::string> model_limits;
};

std::optional<WallTime> parse_expiry(const std::string& text) {
  if (const auto duration = config::parse_duration(text)) return wall_now() + *duration;
  return config::parse_timestamp(text);
}

std::string admin_endpoint(const Texts& texts, const Settings& settings) {
  if (!texts.admin.empty()) return texts.admin;
  const auto& server = settings.server;
  return (server.admin_tls.enabled() ? "https://" : "") + server.admin_listen;
}

class CommandLine {
 public:
  CommandLine() {
    app_.require_subcommand(1);
    app_.set_help_all_flag("--help-all", "Print help for all commands");
    add_serve();
    add_check();
    add_keys();
    add_usage();
    add_models();
    add_upstreams();
    add_health();
    setup_.add_to(app_, run_);
    add_small_ones();
  }

  int run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app_.exit(error) == 0 ? EXIT_SUCCESS : 2;
    }
    return run_();
  }

 private:
  CLI::App* add(CLI::App& parent, const std::string& name, const std::string& text,
                std::function<int()> run) {
    auto* command = parent.add_subcommand(name, text);
    command->callback([this, run = std::move(run)] { run_ = run; });
    return command;
  }

  void add_config(CLI::App* command) {
    command->add_option("-c,--config", texts_.config, "Config file (YAML)")->envname("WEIR_CONFIG");
  }

  void add_json(CLI::App* command) { command->add_flag("--json", json_, "Print JSON"); }

  void add_serve() {
    auto* command =
        add(app_, "serve",
            "Run the server; without a config file it uses the engines found on this machine and "
            "providers whose keys are in the environment",
            [this] { return app::serve(texts_.config, overrides_, take_over_); });
    command->add_option("--listen", overrides_.listen, "host:port; overrides server.listen");
    command->add_option("--admin-listen", overrides_.admin_listen,
                        "host:port; overrides server.admin_listen");
    command->add_flag("--take-over", take_over_,
                      "Take over the sockets of the running server, which then stops; if none is "
                      "running, start as usual");
    add_config(command);
  }

  void add_check() {
    auto* command = add(app_, "check", "Check a config file",
                        [this] { return app::check(texts_.file, show_); });
    command->add_option("FILE", texts_.file, "Config file")->required();
    command->add_flag("--print", show_, "Print all effective settings, with secrets masked");
  }

  void add_keys() {
    auto* keys = app_.add_subcommand("keys", "Create and manage keys");
    keys->require_subcommand(1);

    auto* create = add(*keys, "create", "Create a key and show it once", [this] { return make(); });
    auto* name = create->add_option("NAME", draft_.name, "Name of the key");
    auto* count = create->add_option("--count", count_,
                                     "Create that many keys at once, NAME-1, NAME-2 and so on");
    auto* from = create->add_option("--from", texts_.from,
                                    "Create a key for each name in this file, one in each line");
    count->needs(name);
    from->excludes(name)->excludes(count);
    create->add_option("--expires", texts_.expires,
                       "Time of expiry: 2026-12-31, 2026-12-31T12:00:00Z or 720h");
    for (const limit::LimitRow& row : limit::limit_rows()) {
      create->add_option(app::limit_options(row), draft_.grant.limits.*row.member,
                         std::string(row.text) + " 0 for unlimited");
    }
    create
        ->add_option("--model-limits", texts_.model_limits,
                     "Limits per model, such as \"Qwen/* tpm=100000 concurrency=4\"; repeatable")
        ->allow_extra_args(false);
    create->add_option("--models", draft_.grant.models, "Model ids or patterns; default: \"*\"")
        ->delimiter(',');
    create
        ->add_option("--sub-types", draft_.grant.sub_types, "Sub types such as chat; default: all")
        ->delimiter(',');
    create->add_option("--networks", draft_.grant.networks, "Networks: 10.0.0.0/8, …; default: all")
        ->delimiter(',');
    add_config(create);
    add_json(create);

    auto* list = add(*keys, "list", "List keys", [this] {
      return with_settings(texts_.config,
                           [this](const auto& s) { return app::list_keys(s, all_, json_); });
    });
    list->add_flag("--all", all_, "Include revoked keys");
    add_config(list);
    add_json(list);

    add_limits(*keys);

    auto* rotate = add(*keys, "rotate", "Issue a new secret", [this] { return rotate_key(); });
    rotate->add_option("--overlap", texts_.overlap,
                       "Time the old secret stays valid; default: 24h");
    add_json(rotate);
    add_named(rotate);
    add_named(add(*keys, "revoke", "Revoke a key permanently", [this] {
      return with_settings(texts_.config,
                           [this](const auto& s) { return app::revoke_key(s, texts_.name); });
    }));
    for (const bool disabled : {true, false}) {
      add_named(add(*keys, disabled ? "disable" : "enable",
                    disabled ? "Disable a key: requests with it get 403" : "Enable a disabled key",
                    [this, disabled] {
                      return with_settings(texts_.config, [&](const auto& s) {
                        return app::set_key_disabled(s, texts_.name, disabled);
                      });
                    }));
    }
  }

  void add_limits(CLI::App& keys) {
    auto* set = add(keys, "set", "Change the limits of a key; those not given stay", [this] {
      return with_settings(texts_.config, [this](const auto& s) {
        return app::set_key_limits(s, texts_.name, limits_);
      });
    });
    for (const auto dimension : kEnumerators<limit::Dimension>) {
      const auto& row = limit::describe(dimension);
      set->add_option(app::limit_options(row), limits_.limits[static_cast<std::size_t>(dimension)],
                      std::string(row.text) + " A number, or \"unlimited\"");
    }
    set->add_option(
           "--model-limits", limits_.model_limits,
           "Limits per model, instead of all that there are; repeatable; \"none\" for none")
        ->allow_extra_args(false);
    set->add_flag("--unlimited", limits_.unlimited, "Remove all limits that are not given");
    add_named(set);
    auto* show =
        add(keys, "show", "Show the limits of a key, and how much of them is in use", [this] {
          return with_settings(texts_.config, [this](const auto& s) {
            return app::show_key(s, texts_.name, json_);
          });
        });
    add_json(show);
    add_named(show);
  }

  void add_named(CLI::App* command) {
    command->add_option("NAME", texts_.name, "Name or id of the key")->required();
    add_config(command);
  }

  int make() {
    if (!texts_.expires.empty()) {
      draft_.grant.expires_at = parse_expiry(texts_.expires);
      if (!draft_.grant.expires_at) {
        return finish(fail(Errc::invalid_parameter,
                           "--expires " + config::in_quotes(texts_.expires) +
                               " is not allowed; expected a date, a time or a duration: "
                               "2026-12-31, 2026-12-31T12:00:00Z or 720h"));
      }
    }
    for (const auto& text : texts_.model_limits) {
      auto limits = app::parse_model_limits(text);
      if (!limits) return finish(std::unexpected(std::move(limits.error())));
      draft_.grant.model_limits.push_back(std::move(*limits));
    }
    for (const auto& name : draft_.grant.sub_types) {
      if (catalogue::parse_sub_type(name)) continue;
      return finish(bad_sub_type("--sub-types", name));
    }
    if (draft_.name.empty() && texts_.from.empty()) {
      return finish(fail(Errc::invalid_parameter, "a NAME is required, or --from FILE"));
    }
    return with_settings(texts_.config, [this](const auto& s) { return create(s); });
  }

  app::Output create(const Settings& settings) {
    if (texts_.from.empty() && !count_) return app::create_key(settings, draft_, json_);
    const auto names = texts_.from.empty() ? app::numbered_names(draft_.name, *count_)
                                           : app::names_from(texts_.from);
    if (!names) return std::unexpected(names.error());
    return app::create_keys(settings, draft_, *names, json_);
  }

  int rotate_key() {
    const auto overlap = texts_.overlap == "0" ? std::optional(std::chrono::milliseconds{0})
                                               : config::parse_duration(texts_.overlap);
    if (!overlap) {
      return finish(fail(Errc::invalid_parameter,
                         "--overlap " + config::in_quotes(texts_.overlap) +
                             " is not allowed; expected a duration such as 30m or 24h, or 0"));
    }
    return with_settings(texts_.config, [&](const auto& s) {
      return app::rotate_key(s, texts_.name, *overlap, json_);
    });
  }

  static std::unexpected<Error> bad_sub_type(std::string_view option, const std::string& value) {
    return fail(
        Errc::invalid_parameter,
        fmt::format("{} {} is not allowed; expected one of {}", option, config::in_quotes(value),
                    fmt::join(catalogue::kSubTypeNames.rows(), ", ")));
  }

  void add_usage() {
    auto* command = add(app_, "usage", "Show usage per key, model and day (UTC)",
                        [this] { return show_or_prune_usage(); });
    command->add_option("--from", usage_.from,
                        "First day, such as 2026-12-31; default: 30 days up to --to");
    command->add_option("--to", usage_.to, "Last day; default: today");
    command->add_option("--key", usage_.key, "Only this key; its name or id");
    command->add_option("--model", usage_.model, "Only models that match this pattern");
    usage_by_ =
        command
            ->add_option("--by", usage_.by,
                         "Columns to group by; default: day,key,model, or fewer for a long table")
            ->delimiter(',');
    add_config(command);
    add_json(command);
    prune_ = command->add_subcommand("prune", "Delete the usage of old days");
    prune_->add_option("--before", texts_.before, "First day that stays, such as 2026-12-31")
        ->required();
    add_config(prune_);
  }

  int show_or_prune_usage() {
    return with_settings(texts_.config, [this](const auto& s) {
      if (prune_->parsed()) return app::prune_usage(s, texts_.before, wall_now());
      usage_.may_leave_out = usage_by_->count() == 0 && !json_;
      return app::show_usage(s, usage_, wall_now(), json_);
    });
  }

  void add_models() {
    auto* command = add(app_, "models", "Show the models of a running server and their types",
                        [this] { return models(); });
    command->add_option("--type", texts_.type, "Only this type: text, image, audio or video");
    command->add_option("--sub-type", texts_.sub_type, "Only this sub type: chat, embedding, …");
    command->add_option("--explain", texts_.explain,
                        "Show step by step how the model with this id is classified");
    add_show(command);
  }

  void add_upstreams() {
    add_show(add(app_, "upstreams", "Show the state of a running server's upstreams", [this] {
      return with_settings(texts_.config, [this](const auto& s) {
        return app::show_upstreams(admin_endpoint(texts_, s), s.server.admin_key, json_);
      });
    }));
  }

  void add_health() {
    auto* command = add(app_, "health", "Exit with status 0 if a running server is ready", [this] {
      return with_settings(texts_.config, [this](const auto& s) {
        return app::show_health(admin_endpoint(texts_, s));
      });
    });
    command->add_option("--admin", texts_.admin,
                        "Admin address, or https://host:port; default: from the config file");
    add_config(command);
  }

  void add_show(CLI::App* command) {
    command->add_option("--admin", texts_.admin,
                        "Admin address, or https://host:port; default: from the config file");
    add_config(command);
    add_json(command);
  }

  int models() {
    if (!texts_.explain.empty()) {
      return with_settings(texts_.config, [&](const auto& s) {
        return app::explain_model(admin_endpoint(texts_, s), s.server.admin_key, texts_.explain,
                                  json_);
      });
    }
    app::ModelFilter filter;
    if (!texts_.type.empty()) {
      filter.type = catalogue::parse_type(texts_.type);
      if (!filter.type) {
        return finish(fail(Errc::invalid_parameter,
                           "--type " + config::in_quotes(texts_.type) +
                               " is not allowed; expected one of text, image, audio, video"));
      }
    }
    if (!texts_.sub_type.empty()) {
      filter.sub_type = catalogue::parse_sub_type(texts_.sub_type);
      if (!filter.sub_type) return finish(bad_sub_type("--sub-type", texts_.sub_type));
    }
    return with_settings(texts_.config, [&](const auto& s) {
      return app::show_models(admin_endpoint(texts_, s), s.server.admin_key, filter, json_);
    });
  }

  void add_small_ones() {
    add(app_, "version", "Print the version",
        [] { return finish(fmt::format("weir {}\n", app::version())); });
    auto* page = add(app_, "reference", "Print a page of docs/reference",
                     [this] { return finish(reference()); });
    page->add_option("NAME", texts_.page, "config, errors, man, metrics or routes")->required();
    page->group("");  // for developers of Weir
  }

  app::Output reference() const {
    if (texts_.page == "man") return app::man_page(app::describe_commands(app_));
    return app::reference(texts_.page);
  }

  app::SetupCommands setup_;
  CLI::Option* usage_by_ = nullptr;
  CLI::App* prune_ = nullptr;  // CLI11 runs the callback of its parent, too
  CLI::App app_{"Weir: one address and one key for all the AI models you can call", "weir"};
  Texts texts_;
  app::Overrides overrides_;
  auth::KeyDraft draft_;
  app::UsageQuery usage_;
  app::LimitTexts limits_;
  std::optional<std::int64_t> count_;
  bool take_over_ = false;
  bool json_ = false;
  bool all_ = false;
  bool show_ = false;
  std::function<int()> run_;
};

}  // namespace

int main(int argc, char** argv) {
  app::forbid_core_files();
  return CommandLine().run(argc, argv);
}
