// GET /models, filtered by `type` and `sub_type` as SiliconFlow's; the rows also have the class.
#include <utility>

#include "codec/json_text.hpp"
#include "codec/query.hpp"
#include "simulator/detail/endpoints.hpp"
#include "simulator/detail/scripts.hpp"

namespace weir::simulator::detail {
namespace {

void write_row(codec::JsonWriter& json, const DemoModel& model) {
  json.begin_object().key("id").value(model.id).key("object").value("model");
  json.key("created").value(0).key("owned_by").value("weir");
  json.key("type").value(catalogue::wire_name(catalogue::type_of(model.sub_type)));
  json.key("sub_types").begin_array().value(catalogue::wire_name(model.sub_type));
  json.end_array().end_object();
}

}  // namespace

Outcome<Script> list_models(Fields& fields, const Asked& asked) {
  const auto query = codec::Query::parse(asked.call.query);
  if (!query) return std::unexpected(invalid("The query has too many parameters."));
  const auto type = query->find("type");
  const auto sub_type = query->find("sub_type");
  if (type.count > 0 && !catalogue::parse_type(type.value)) {
    fields.expect("type", "text, image, audio or video");
  }
  if (sub_type.count > 0 && !catalogue::parse_sub_type(sub_type.value)) {
    fields.expect("sub_type", "a sub type such as chat, embedding or text-to-image");
  }
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  std::string body;
  codec::JsonWriter json(body);
  json.begin_object().key("object").value("list").key("data").begin_array();
  for (const DemoModel& model : demo_models()) {
    const bool fits_type =
        type.count == 0 || catalogue::parse_type(type.value) == catalogue::type_of(model.sub_type);
    const bool fits_sub_type =
        sub_type.count == 0 || catalogue::parse_sub_type(sub_type.value) == model.sub_type;
    if (fits_type && fits_sub_type) write_row(json, model);
  }
  json.end_array().end_object();
  return json_answer(std::move(body), {});
}

}  // namespace weir::simulator::detail
