// SiliconFlow, and Weir itself. A row has four fields and no type, so the list is requested for
// each sub_type; a model's class is every sub_type whose list contains it. The plain list gives the
// order. text-to-speech and image-to-video are not documented, but the first works.
#include <algorithm>
#include <string>
#include <unordered_map>

#include <fmt/format.h>

#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
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

List plain_list() { return {.first = Ask::api(std::string(kPlain))}; }
List typed_list(SubType sub_type) { return {.first = Ask::api(filtered(sub_type)).optionally()}; }

// All first pages at once, then the following ones.
std::vector<Ask> next(const Transcript& transcript) {
  auto asks = ask_pages(transcript, plain_list());
  catalogue::kAllSubTypes.for_each([&](SubType sub_type) {
    std::ranges::move(ask_pages(transcript, typed_list(sub_type)), std::back_inserter(asks));
  });
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

// Marks `plain` truncated, or broken off, if one of the lists is.
Result<std::vector<Typed>> typed_lists(const Transcript& transcript, Reading& plain) {
  std::vector<Typed> lists;
  for (const SubType sub_type : kEnumerators<SubType>) {
    const auto* first = transcript.find(filtered(sub_type));
    if (first == nullptr) continue;
    if (!first->document) {
      if (is_unknown_sub_type(*first)) continue;
      return std::unexpected(first->document.error());
    }
    auto reading = read_pages(transcript, typed_list(sub_type), learn_common);
    if (!reading) return std::unexpected(reading.error());
    plain.truncated = plain.truncated || reading->truncated;
    if (!plain.broken_off) plain.broken_off = std::move(reading->broken_off);
    lists.push_back({sub_type, std::move(reading->models)});
  }
  return lists;
}

bool same_ids(const Models& one, const Models& other) {
  return std::ranges::equal(one, other, {}, &catalogue::UpstreamModel::id,
                            &catalogue::UpstreamModel::id);
}

// A server that ignores sub_type returns its whole list each time, which determines no class.
bool ignores_filter(const Models& plain, const std::vector<Typed>& lists) {
  return !plain.empty() && lists.size() > 1 && std::ranges::all_of(lists, [&](const Typed& list) {
    return same_ids(list.models, plain);
  });
}

// Two values are undocumented. A server that knows the others but ignores one of these returns its
// whole list for it, which would make every model text-to-speech.
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

// Models that are in a filtered list only come after the plain ones.
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

Result<Reading> read(const Transcript& transcript) {
  auto plain = read_pages(transcript, plain_list(), learn_common);
  if (!plain) return plain;
  auto lists = typed_lists(transcript, *plain);
  if (!lists) return std::unexpected(lists.error());
  if (ignores_filter(plain->models, *lists)) return plain;
  drop_unfiltered(plain->models, *lists);

  assign(plain->models, *lists);
  return plain;
}

}  // namespace

const Protocol siliconflow{next, read};

}  // namespace weir::discovery::kinds
