#include "discovery/kinds/list.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <ranges>

#include "discovery/kinds/serving.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::UpstreamModel;

// 128 bits in hexadecimal, with or without dashes.
bool is_uuid(std::string_view text) {
  const auto is_hex = [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; };
  return std::ranges::count_if(text, is_hex) == 32 &&
         std::ranges::all_of(text, [&](char c) { return c == '-' || is_hex(c); });
}

bool names_a_model(std::string_view id) {
  return !id.empty() && !is_uuid(id) && id.find("://") == std::string_view::npos;
}

std::vector<Alias> aliases_of(const Row& row) {
  std::vector<Alias> aliases;
  for (const auto alias : row.words("aliases") | std::views::take(kMaxAliases)) {
    if (auto text = usable_text(alias); !text.empty()) aliases.push_back({std::move(text)});
  }
  const auto instances = row.rows("loaded_instances");
  for (const Row& instance : instances | std::views::take(kMaxAliases - aliases.size())) {
    auto id = instance.text("id");
    if (id.empty()) continue;
    aliases.push_back({std::move(id), instance.child("config").count("context_length")});
  }
  return aliases;
}

UpstreamModel under_name(const UpstreamModel& model, Alias alias) {
  auto copy = model;
  if (copy.base_id.empty()) copy.base_id = model.id;
  copy.id = std::move(alias.id);
  if (alias.max_model_len) copy.facts.max_model_len = alias.max_model_len;
  return copy;
}

}  // namespace

std::string id_of(const Row& row, std::string_view key) {
  auto id = row.text(key);
  if (names_a_model(id)) return id;
  // Cloudflare and Azure number their rows; LiteLLM's /model/info has no id at all.
  constexpr std::array<std::string_view, 3> kNames = {"model_name", "model_id", "name"};
  for (const auto name : kNames) {
    // A `name` is a display name unless the id is certainly not the model's.
    if (name == "name" && id.empty()) break;
    if (auto text = row.text(name); names_a_model(text)) return text;
  }
  return id;
}

Result<> Collector::add_list(const boost::json::value& document, std::string_view id_key,
                             const Fill& fill) {
  auto rows = rows_of(document);
  if (!rows) return std::unexpected(rows.error());
  for (const Row& row : *rows) {
    UpstreamModel model;
    model.id = id_of(row, id_key);
    if (model.id.empty() || seen_.contains(model.id) || is_placeholder(model.id)) continue;
    model.available = can_serve(row, notes_.asked_at);
    fill(row, model, notes_);
    add(std::move(model), aliases_of(row));
  }
  return {};
}

void Collector::add(UpstreamModel model, std::vector<Alias> aliases) {
  if (model.id.empty() || !seen_.insert(model.id).second) return;
  entries_.push_back({std::move(model), std::move(aliases)});
}

Reading Collector::take(bool truncated) {
  Reading reading{.models = {}, .truncated = truncated, .unknown_words = notes_.unknown.take()};
  for (auto& entry : entries_) {
    std::vector<UpstreamModel> copies;
    for (auto& alias : entry.aliases) {
      if (seen_.insert(alias.id).second)
        copies.push_back(under_name(entry.model, std::move(alias)));
    }
    reading.models.push_back(std::move(entry.model));
    std::ranges::move(copies, std::back_inserter(reading.models));
  }
  return reading;
}

}  // namespace weir::discovery::kinds
