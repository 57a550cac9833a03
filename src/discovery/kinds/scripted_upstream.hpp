/// For tests: an upstream with scripted answers, and models as one line of text.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "discovery/base_url.hpp"
#include "discovery/inquiry.hpp"
#include "discovery/kinds.hpp"

namespace weir::discovery::kinds {

/// 2026-03-01T00:00:00Z
inline const WallTime kAskedAt{std::chrono::seconds(1'772'323'200)};

/// `id {class} fact=value …`, with known facts only; `{?}` for no class of its own, `off` for one
/// that cannot be called.
inline std::string show(const catalogue::UpstreamModel& model) {
  std::vector<std::string_view> classes;
  if (model.model_class) {
    model.model_class->sub_types.for_each([&](auto s) { classes.push_back(wire_name(s)); });
    if (classes.empty()) {
      model.model_class->types.for_each([&](auto t) { classes.push_back(wire_name(t)); });
    }
  }
  auto text = fmt::format("{} {{{}}}", model.id, fmt::join(classes, ","));
  if (!model.model_class) text = model.id + " {?}";
  const auto number = [&](std::string_view name, const std::optional<std::int64_t>& value) {
    if (value) text += fmt::format(" {}={}", name, *value);
  };
  const auto words = [&](std::string_view name, const std::vector<std::string>& value) {
    if (!value.empty()) text += fmt::format(" {}={}", name, fmt::join(value, ","));
  };
  const auto& facts = model.facts;
  if (!model.base_id.empty()) text += " base=" + model.base_id;
  if (facts.owned_by) text += " owner=" + *facts.owned_by;
  number("created", facts.created);
  number("context", facts.context_length);
  number("len", facts.max_model_len);
  number("output", facts.max_output_tokens);
  words("in", facts.input_modalities);
  words("out", facts.output_modalities);
  words("can", facts.capabilities);
  if (!model.available) text += " off";
  return text;
}

/// Paths not in the script are 404, as plain text.
class ScriptedUpstream {
 public:
  ScriptedUpstream& on(std::string path, std::string body, int status = 200) {
    script_[std::move(path)] = Answer{status, std::move(body)};
    return *this;
  }
  ScriptedUpstream& on_post(std::string path, std::string request, std::string body) {
    return on(std::move(path) + " " + std::move(request), std::move(body));
  }
  /// No HTTP answer at all.
  ScriptedUpstream& on_failure(std::string path, Errc code) {
    broken_[std::move(path)] = code;
    return *this;
  }

  /// `link` is the Link field of the answer at `path`.
  ScriptedUpstream& on_linked(std::string path, std::string body, std::string link) {
    script_[std::move(path)] = Answer{200, std::move(body), {}, std::move(link)};
    return *this;
  }

  Result<Listing> listing(std::string_view slug) {
    const auto base = parse_base_url("https://api.example/v1");
    Inquiry inquiry(*find_kind(slug), kAskedAt, *base, ApiRoot::versioned);
    for (auto asks = inquiry.next(); !asks.empty(); asks = inquiry.next()) {
      batches_.push_back(asks.size());
      for (std::size_t i = 0; i < asks.size(); ++i) inquiry.answer(i, answer(asks[i]));
    }
    return inquiry.listing();
  }

  Result<catalogue::ModelRows> models(std::string_view slug) {
    auto result = listing(slug);
    if (!result) return std::unexpected(std::move(result.error()));
    return std::move(result->models);
  }

  /// models(), each as one line; an error as its line.
  std::vector<std::string> list(std::string_view slug) {
    const auto result = models(slug);
    if (!result) return {result.error().text()};
    std::vector<std::string> lines;
    for (const auto& model : *result) lines.push_back(show(model));
    return lines;
  }

  /// The requests so far, in order; a POST as `path body`.
  [[nodiscard]] const std::vector<std::string>& asked() const { return asked_; }
  /// The size of each batch.
  [[nodiscard]] const std::vector<std::size_t>& batches() const { return batches_; }

 private:
  Result<Answer> answer(const Ask& ask) {
    asked_.push_back(ask.body.empty() ? ask.path : ask.path + " " + ask.body);
    if (const auto it = broken_.find(asked_.back()); it != broken_.end()) return fail(it->second);
    if (const auto it = script_.find(asked_.back()); it != script_.end()) return it->second;
    return Answer{404, "404 page not found"};
  }

  std::map<std::string, Answer> script_;
  std::map<std::string, Errc> broken_;
  std::vector<std::string> asked_;
  std::vector<std::size_t> batches_;
};

using Lines = std::vector<std::string>;

}  // namespace weir::discovery::kinds
