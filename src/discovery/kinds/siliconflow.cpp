// SiliconFlow, and Weir itself. A row has four fields and no type, so each sub_type is asked for by
// name; a model's class is every sub_type whose list it is in. The plain list gives the order.
// text-to-speech and image-to-video are not documented, but the first works.
#include <algorithm>
#include <string>
#include <unordered_map>

#include <fmt/format.h>

#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::SubType;
using catalogue::SubTypes;

constexpr std::string_view kPlain = "/models";

std::string filtered(SubType sub_type) {
  return fmt::format("/models?sub_type={}", catalogue::wire_name(sub_type));
}

SubTypes every_sub_type() {
  SubTypes all;
  for (int i = 0; i < catalogue::kSubTypeCount; ++i) all.insert(static_cast<SubType>(i));
  return all;
}

std::vector<Ask> next(const Transcript& transcript) {
  std::vector<Ask> asks;
  if (!transcript.exchanges.empty()) return asks;
  asks.push_back(Ask::api(std::string(kPlain)));
  every_sub_type().for_each(
      [&](SubType sub_type) { asks.push_back(Ask::api(filtered(sub_type)).optionally()); });
  return asks;
}

struct Typed {
  SubType sub_type;
  Models models;
};

// The server does not know this value; any other failure would make classes come and go.
bool is_unknown_sub_type(const Exchange& exchange) {
  return exchange.status == 400 || exchange.status == 404 || exchange.status == 422;
}

Result<std::vector<Typed>> typed_lists(const Transcript& transcript, const Fill& fill) {
  std::vector<Typed> lists;
  for (const auto& exchange : transcript.exchanges) {
    if (exchange.ask.path == kPlain) continue;
    if (!exchange.document) {
      if (is_unknown_sub_type(exchange)) continue;
      return std::unexpected(exchange.document.error());
    }
    auto models = read_list(&*exchange.document, "id", fill);
    if (!models) return std::unexpected(models.error());
    const auto name = std::string_view(exchange.ask.path).substr(filtered(SubType{}).find('=') + 1);
    lists.push_back({*catalogue::parse_sub_type(name), std::move(*models)});
  }
  return lists;
}

bool same_ids(const Models& one, const Models& other) {
  return std::ranges::equal(one, other, {}, &catalogue::UpstreamModel::id,
                            &catalogue::UpstreamModel::id);
}

// A server that takes no notice of sub_type answers its whole list each time: that types nothing.
bool ignores_filter(const Models& plain, const std::vector<Typed>& lists) {
  return !plain.empty() && lists.size() > 1 && std::ranges::all_of(lists, [&](const Typed& list) {
    return same_ids(list.models, plain);
  });
}

// Two values are in nobody's documentation. A server that knows the others but takes no notice of
// one of these answers its whole list for it, and would make everything a text-to-speech model.
bool is_undocumented(SubType sub_type) {
  return sub_type == SubType::text_to_speech || sub_type == SubType::image_to_video;
}

void drop_unfiltered(const Models& plain, std::vector<Typed>& lists) {
  const bool filters = std::ranges::any_of(lists, [&](const Typed& list) {
    return !is_undocumented(list.sub_type) && !list.models.empty() && !same_ids(list.models, plain);
  });
  if (!filters) return;
  std::erase_if(lists, [&](const Typed& list) {
    return is_undocumented(list.sub_type) && same_ids(list.models, plain);
  });
}

// Models that only a filtered list has come after the plain ones.
void assign(Models& models, const std::vector<Typed>& lists) {
  std::unordered_map<std::string, std::size_t> index;
  for (auto& model : models) {
    model.model_class.reset();
    index.emplace(model.id, index.size());
  }
  for (const auto& list : lists) {
    for (const auto& typed : list.models) {
      const auto [it, added] = index.emplace(typed.id, models.size());
      if (added) models.push_back(typed);
      auto& model = models[it->second];
      auto sub_types = model.model_class && !added ? model.model_class->sub_types : SubTypes{};
      sub_types.insert(list.sub_type);
      model.model_class = class_of(sub_types);
    }
  }
}

Result<Models> read(const Transcript& transcript) {
  const Fill fill = [&](const Row& row, catalogue::UpstreamModel& model) {
    learn_common(row, transcript.asked_at, model);
  };
  auto plain = read_list(transcript.document(kPlain), "id", fill);
  if (!plain) return plain;
  auto lists = typed_lists(transcript, fill);
  if (!lists) return std::unexpected(lists.error());
  if (ignores_filter(*plain, *lists)) return plain;
  drop_unfiltered(*plain, *lists);

  assign(*plain, *lists);
  return plain;
}

}  // namespace

const Protocol siliconflow{next, read};

}  // namespace weir::discovery::kinds
