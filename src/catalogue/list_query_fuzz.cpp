// Any query of a list is either refused with a displayable sentence, or one of few filters, which
// is independent of the spelling.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/memory_for_test.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/list_query.hpp"
#include "catalogue/scope.hpp"
#include "codec/utf8.hpp"

namespace {

using namespace weir::catalogue;

std::string written(const ListQuery& query) {
  std::string text = query.view == View::full ? "view=full" : "view=basic";
  if (query.type) text.append("&type=").append(wire_name(*query.type));
  if (query.sub_type) text.append("&sub_type=").append(wire_name(*query.sub_type));
  text += query.include_unavailable ? "&include_unavailable=true" : "";
  return text;
}

// Every model that a filter admits has the requested properties.
void check_filter(const ListQuery& query) {
  for (const SubType sub_type : weir::kEnumerators<SubType>) {
    for (const auto status : {Status::available, Status::unavailable}) {
      Model model;
      model.model_class = {.sub_types = {sub_type}, .types = {type_of(sub_type)}};
      model.status = status;
      const bool fits = (!query.type || *query.type == type_of(sub_type)) &&
                        (!query.sub_type || *query.sub_type == sub_type);
      const bool shown = status == Status::available || query.include_unavailable;
      CHECK(query.admits(model) == (fits && shown));
      if (sub_type != SubType{}) continue;
      model.id = "m";
      const Catalogue catalogue({model}, 1);
      const auto* found = find_visible(catalogue, "m", Scope(), query.include_unavailable);
      CHECK((found != nullptr) == shown);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const weir::PeakMemory memory;
  const auto query = parse_list_query(text, View::basic);
  memory.check_against(size);
  if (!query) {
    const auto& refusal = query.error();
    CHECK(refusal.value.size() <= kMaxEchoBytes + std::string_view("…").size());
    CHECK(!refusal.message.empty() && refusal.message.size() <= 512);
    return 0;
  }
  CHECK(query->bits() < ListQuery::kBitsEnd);
  CHECK(parse_list_query(written(*query), View::full) == *query);
  check_filter(*query);
  return 0;
}
