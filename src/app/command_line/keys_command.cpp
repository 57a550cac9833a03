#include "app/command_line/keys_command.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "app/command_line/number.hpp"
#include "app/command_line/table.hpp"
#include "app/lifecycle/key_store.hpp"
#include "base/ascii.hpp"
#include "codec/json_text.hpp"
#include "codec/visible.hpp"
#include "config/problem.hpp"
#include "config/units.hpp"
#include "files/read_file.hpp"

namespace weir::app {
namespace {

using codec::JsonWriter;
using store::KeyRecord;

void write_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.key(name).begin_array();
  for (const auto& text : texts) json.value(text);
  json.end_array();
}

void write_time(JsonWriter& json, std::string_view name, const std::optional<WallTime>& time) {
  json.key(name);
  if (time) {
    json.value(config::format_timestamp(*time));
  } else {
    json.null();
  }
}

// `active`, `disabled`, `revoked`, or `expired`, which is not stored but depends on the time.
std::string_view state_of(const KeyRecord& key) {
  const bool expired = key.grant.expires_at && *key.grant.expires_at <= wall_now();
  return key.state == store::KeyState::active && expired ? "expired" : name(key.state);
}

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

void write_limits(JsonWriter& json, const limit::Limits& limits) {
  for (const limit::LimitRow& row : limit::limit_rows()) {
    json.key(row.name).value(limits.*row.member);
  }
}

void write_model_limits(JsonWriter& json, const std::vector<limit::ModelLimits>& entries) {
  json.key("model_limits").begin_array();
  for (const auto& entry : entries) {
    json.begin_object().key("models").value(entry.models);
    write_limits(json, entry.limits);
    json.end_object();
  }
  json.end_array();
}

// "RPM 600 TPM 100000"; empty if nothing is limited.
std::string amounts_text(const limit::Limits& limits) {
  std::string text;
  for (const limit::LimitRow& row : limit::limit_rows()) {
    if (limits.*row.member == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : " ", row.short_name, limits.*row.member);
  }
  return text;
}

std::string shown(const KeyRecord& key) {
  return fmt::format("{}…{}", key.secrets.front().prefix, key.secrets.front().last4);
}

void write_key(JsonWriter& json, const KeyRecord& key, const Secret* text) {
  json.begin_object().key("id").value(key.id).key("name").value(key.name);
  if (text != nullptr) json.key("key").value(text->reveal());
  json.key("shown").value(shown(key)).key("state").value(state_of(key));
  write_limits(json, key.grant.limits);
  write_model_limits(json, key.grant.model_limits);
  write_texts(json, "models", key.grant.models);
  write_texts(json, "sub_types", key.grant.sub_types);
  write_texts(json, "networks", key.grant.networks);
  write_time(json, "created_at", key.created_at);
  write_time(json, "expires_at", key.grant.expires_at);
  json.end_object();
}

std::string issued_text(const auth::IssuedKey& issued, bool json) {
  if (json) {
    std::string text;
    JsonWriter writer(text);
    write_key(writer, issued.record, &issued.text);
    return text + "\n";
  }
  return fmt::format("{}\n\nKey {}. It is shown only once.\n", issued.text.reveal(),
                     name_for_people(issued.record));
}

std::string created_text(const std::vector<Secret>& texts, const std::vector<KeyRecord>& records,
                         bool json) {
  std::string text;
  if (json) {
    JsonWriter writer(text);
    writer.begin_array();
    for (std::size_t i = 0; i < texts.size(); ++i) write_key(writer, records[i], &texts[i]);
    writer.end_array();
    return text + "\n";
  }
  std::vector<std::vector<std::string>> rows{{"NAME", "ID", "KEY"}};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    rows.push_back({records[i].name, records[i].id, std::string(texts[i].reveal())});
  }
  return format_table(rows);
}

std::unexpected<Error> name_is_taken(const std::string& name) {
  return fail(Errc::already_exists,
              fmt::format("the config file already has a key named {}", name));
}

std::string join_or(const std::vector<std::string>& texts, std::string_view none) {
  return texts.empty() ? std::string(none) : fmt::format("{}", fmt::join(texts, " "));
}

std::vector<std::string> config_key_row(const auth::KeySettings& key) {
  const bool expired = key.grant.expires_at && *key.grant.expires_at <= wall_now();
  return {key.name,
          "config:" + key.name,
          "in the config file",
          key.disabled ? "disabled"
          : expired    ? "expired"
                       : "active",
          limits_text(key.grant.limits, key.grant.model_limits),
          join_or(key.grant.models, "none"),
          join_or(key.grant.sub_types, "all"),
          join_or(key.grant.networks, "all"),
          key.grant.expires_at ? config::format_timestamp(*key.grant.expires_at) : "never"};
}

std::string key_table(const Settings& settings, const std::vector<KeyRecord>& keys) {
  std::vector<std::vector<std::string>> rows{
      {"NAME", "ID", "KEY", "STATE", "LIMITS", "MODELS", "SUB TYPES", "NETWORKS", "EXPIRES"}};
  for (const auto& key : keys) {
    rows.push_back(
        {key.name, key.id, shown(key), std::string(state_of(key)),
         limits_text(key.grant.limits, key.grant.model_limits), join_or(key.grant.models, "none"),
         join_or(key.grant.sub_types, "all"), join_or(key.grant.networks, "all"),
         key.grant.expires_at ? config::format_timestamp(*key.grant.expires_at) : "never"});
  }
  for (const auto& key : settings.keys) rows.push_back(config_key_row(key));
  return format_table(rows);
}

std::unexpected<Error> bad_model_limits(std::string_view text, std::string_view why) {
  return fail(
      Errc::invalid_parameter,
      fmt::format("--model-limits {} is not allowed: {}; expected a pattern and limits, such "
                  "as \"Qwen/* tpm=100000 concurrency=4\"",
                  config::in_quotes(text), why));
}

// The row of `short_name`, in lower case; null if there is none.
const limit::LimitRow* find_row(std::string_view short_name) {
  for (const limit::LimitRow& row : limit::limit_rows()) {
    if (in_lower_case(row.short_name) == short_name) return &row;
  }
  return nullptr;
}

}  // namespace

std::string limits_text(const limit::Limits& limits,
                        const std::vector<limit::ModelLimits>& of_models) {
  std::string text = amounts_text(limits);
  for (const auto& entry : of_models) {
    const auto of_model = amounts_text(entry.limits);
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", entry.models,
                        of_model.empty() ? "-" : of_model);
  }
  return text.empty() ? "-" : text;
}

std::string name_for_people(const KeyRecord& key) {
  return codec::visible_text(fmt::format("\"{}\" ({})", key.name, key.id));
}

bool is_config_key(const Settings& settings, const std::string& name) {
  return std::ranges::any_of(settings.keys, [&](const auto& key) { return key.name == name; });
}

std::unexpected<Error> config_key_error(const std::string& name) {
  return fail(Errc::invalid_parameter,
              fmt::format("the key {} is in the config file; change it there", name));
}

std::string limit_options(const limit::LimitRow& row) {
  std::string name(row.name);
  std::ranges::replace(name, '_', '-');
  return fmt::format("--{},--{}", name, in_lower_case(row.short_name));
}

Result<limit::ModelLimits> parse_model_limits(std::string_view text) {
  std::string_view rest = text;
  limit::ModelLimits parsed{std::string(take_word(rest)), {}};
  for (auto word = take_word(rest); !word.empty(); word = take_word(rest)) {
    const auto equals = std::min(word.find('='), word.size());
    const limit::LimitRow* row = find_row(word.substr(0, equals));
    if (row == nullptr) {
      return bad_model_limits(text, fmt::format("\"{}\" is not a limit", word));
    }
    const auto value = parse_number(word.substr(std::min(equals + 1, word.size())));
    if (!value) return bad_model_limits(text, fmt::format("\"{}\" has no integer value", word));
    parsed.limits.*row->member = *value;
  }
  if (parsed.limits == limit::Limits{}) return bad_model_limits(text, "it sets no limit");
  if (auto valid = limit::check(parsed.limits, {}); !valid) return std::unexpected(valid.error());
  return parsed;
}

Output create_key(const Settings& settings, const auth::KeyDraft& draft, bool json) {
  if (is_config_key(settings, draft.name)) return name_is_taken(draft.name);
  auto opened = open_key_store(settings, Missing::is_made);
  if (!opened) return std::unexpected(std::move(opened.error()));
  auth::Digester digester(opened->pepper);
  const auto issued =
      auth::issue_key(*opened->store, digester, auth::system_random, draft, wall_now());
  if (!issued) return std::unexpected(issued.error());
  auto text = issued_text(*issued, json);
  if (!json)
    text += fmt::format("Its digest is stored in {}.\n", codec::visible_text(store_path(settings)));
  return text;
}

Result<std::vector<std::string>> numbered_names(const std::string& name, std::int64_t count) {
  if (count < 1 || count > static_cast<std::int64_t>(kMostKeys)) {
    return fail(Errc::invalid_parameter,
                fmt::format("--count {} is not allowed; expected 1 to {}", count, kMostKeys));
  }
  std::vector<std::string> names;
  for (std::int64_t i = 1; i <= count; ++i) names.push_back(fmt::format("{}-{}", name, i));
  return names;
}

Result<std::vector<std::string>> names_from(const std::string& file) {
  constexpr std::size_t kMostBytes = 4 << 20;
  constexpr std::string_view kBlanks = " \t\r";
  const auto refuse = [&](std::string_view why) {
    return fail(Errc::invalid_parameter,
                fmt::format("--from {}: {}", config::in_quotes(file), why));
  };
  const auto read = files::read_file(file, kMostBytes);
  if (!read) return refuse(read.error().what);
  std::vector<std::string> names;
  std::string_view rest = read->text.reveal();
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
    if (!line.empty()) names.emplace_back(line);
  }
  if (names.empty()) return refuse("it has not a single name; expected one in each line");
  if (names.size() > kMostKeys) {
    return refuse(fmt::format("it has {} names; expected at most {}", names.size(), kMostKeys));
  }
  return names;
}

Output create_keys(const Settings& settings, const auth::KeyDraft& draft,
                   const std::vector<std::string>& names, bool json) {
  auto opened = open_key_store(settings, Missing::is_made);
  if (!opened) return std::unexpected(std::move(opened.error()));
  auth::Digester digester(opened->pepper);
  std::vector<Secret> texts;
  std::vector<KeyRecord> records;
  for (auth::KeyDraft each = draft; const std::string& name : names) {
    if (is_config_key(settings, name)) return name_is_taken(name);
    each.name = name;
    auto made = auth::make_key(digester, auth::system_random, each, wall_now());
    if (!made) return std::unexpected(made.error());
    texts.push_back(std::move(made->text));
    records.push_back(std::move(made->record));
  }
  if (auto stored = opened->store->create_all(records); !stored) {
    return std::unexpected(stored.error());
  }
  return created_text(texts, records, json);
}

Output list_keys(const Settings& settings, bool with_revoked, bool json) {
  auto opened = open_key_store(settings, Missing::is_an_error);
  if (!opened) return std::unexpected(std::move(opened.error()));
  auto keys = opened->store->list();
  if (!keys) return std::unexpected(std::move(keys.error()));
  if (!with_revoked) {
    std::erase_if(*keys, [](const auto& key) { return key.state == store::KeyState::revoked; });
  }
  if (!json) return key_table(settings, *keys);
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& key : *keys) write_key(writer, key, nullptr);
  writer.end_array();
  return text + "\n";
}

Output rotate_key(const Settings& settings, const std::string& name_or_id,
                  std::chrono::milliseconds overlap, bool json) {
  if (is_config_key(settings, name_or_id)) return config_key_error(name_or_id);
  auto opened = open_key_store(settings, Missing::is_an_error);
  if (!opened) return std::unexpected(std::move(opened.error()));
  auth::Digester digester(opened->pepper);
  const auto issued = auth::rotate_key(*opened->store, digester, auth::system_random, name_or_id,
                                       overlap, wall_now());
  if (!issued) return std::unexpected(issued.error());
  auto text = issued_text(*issued, json);
  if (!json) {
    text += overlap.count() == 0 ? "The old key no longer works.\n"
                                 : fmt::format("The old key stays valid for {}.\n",
                                               config::format_duration(overlap));
  }
  return text;
}

Output revoke_key(const Settings& settings, const std::string& name_or_id) {
  if (is_config_key(settings, name_or_id)) return config_key_error(name_or_id);
  auto opened = open_key_store(settings, Missing::is_an_error);
  if (!opened) return std::unexpected(std::move(opened.error()));
  const auto key = opened->store->find(name_or_id);
  if (!key) return std::unexpected(key.error());
  if (auto ok = opened->store->revoke(key->id, wall_now()); !ok) return std::unexpected(ok.error());
  return fmt::format("Key {} is revoked.\n", name_for_people(*key));
}

Output set_key_disabled(const Settings& settings, const std::string& name_or_id, bool disabled) {
  if (is_config_key(settings, name_or_id)) return config_key_error(name_or_id);
  auto opened = open_key_store(settings, Missing::is_an_error);
  if (!opened) return std::unexpected(std::move(opened.error()));
  const auto key = opened->store->find(name_or_id);
  if (!key) return std::unexpected(key.error());
  if (auto ok = opened->store->set_disabled(key->id, disabled); !ok) {
    return std::unexpected(ok.error());
  }
  return fmt::format("Key {} is {}.\n", name_for_people(*key), disabled ? "disabled" : "enabled");
}

}  // namespace weir::app
