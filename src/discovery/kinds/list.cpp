#include "discovery/kinds/list.hpp"

#include <algorithm>
#include <array>
#include <cctype>

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

}  // namespace

std::string id_of(const Row& row, std::string_view key) {
  auto id = row.text(key);
  if (names_a_model(id)) return id;
  // Cloudflare and Azure number their rows; LiteLLM's /model/info has no id at all.
  constexpr std::array<std::string_view, 3> kNames = {"model_name", "model_id", "name"};
  for (const auto name : kNames) {
    // A `name` is for people unless the id proves not to be the model's.
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
    add(std::move(model));
  }
  return {};
}

void Collector::add(UpstreamModel model) {
  if (model.id.empty() || !seen_.insert(model.id).second) return;
  models_.push_back(std::move(model));
}

Reading Collector::take(bool truncated) {
  return {
      .models = std::move(models_), .truncated = truncated, .unknown_words = notes_.unknown.take()};
}

}  // namespace weir::discovery::kinds
