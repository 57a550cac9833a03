#include "app/command_line/explain_command.hpp"

#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/command_line/admin_client.hpp"
#include "app/command_line/json_rows.hpp"
#include "app/command_line/table.hpp"
#include "codec/percent.hpp"

namespace weir::app {
namespace {

namespace json = boost::json;

// "chat embedding", "image" for a model outside all sub types, "-" if nothing is stated.
std::string class_of(const json::value& said) {
  const auto sub_types = member_of(said, "sub_types");
  return sub_types == "-" ? member_of(said, "types") : sub_types;
}

const json::value& child_of(const json::value& object, std::string_view name) {
  static const json::value none;
  const auto* members = object.if_object();
  const auto* child = members == nullptr ? nullptr : members->if_contains(name);
  return child == nullptr ? none : *child;
}

json::array rows_of(const json::value& object, std::string_view name) {
  const auto& rows = child_of(object, name);
  return rows.is_array() ? rows.get_array() : json::array();
}

std::string heading(const json::value& page) {
  const auto& model = child_of(page, "model");
  const auto asked = member_of(page, "asked");
  if (!model.is_object()) {
    return format_table({{"ID", "STATUS"}, {asked, "not listed; classified by its name only:"}});
  }
  return format_table(
      {{"ID", "TYPE", "SUB TYPES", "STATUS", "CONTEXT", "CAPABILITIES", "FACTS FROM"},
       {member_of(model, "id"), member_of(model, "types"), member_of(model, "sub_types"),
        member_of(model, "status"), member_of(model, "context_length"),
        member_of(model, "capabilities"), member_of(model, "registry")}});
}

std::string steps_of(const json::value& page) {
  Rows rows{{"STEP", "INPUT", "RESULT", "RULE", "DECIDES"}};
  for (const auto& step : rows_of(page, "steps")) {
    const auto looked_at = member_of(step, "looked_at");
    const auto rule = member_of(step, "rule");
    rows.push_back({member_of(step, "step"), looked_at.empty() ? "-" : looked_at,
                    class_of(child_of(step, "says")), rule.empty() ? "-" : rule,
                    member_of(step, "decides") == "true" ? "yes" : "-"});
  }
  return format_table(rows);
}

std::string words_of(const json::value& page) {
  Rows rows{{"UPSTREAM", "UPSTREAM MODEL", "RESULT"}};
  for (const auto& word : rows_of(page, "upstreams")) {
    rows.push_back(
        {member_of(word, "upstream"), member_of(word, "model"), class_of(child_of(word, "says"))});
  }
  return rows.size() == 1 ? std::string() : "\n" + format_table(rows);
}

std::string routes_of(const json::value& page) {
  Rows rows{{"UPSTREAM", "UPSTREAM MODEL", "LISTED", "STATUS", "REASON"}};
  for (const auto& route : rows_of(child_of(page, "model"), "routes")) {
    rows.push_back({member_of(route, "upstream"), member_of(route, "model"),
                    member_of(route, "listed") == "true" ? "yes" : "no", member_of(route, "status"),
                    member_of(route, "reason")});
  }
  return rows.size() == 1 ? std::string() : "\n" + format_table(rows);
}

}  // namespace

Output explain_model(const std::string& admin_endpoint, const Secret& admin_key,
                     std::string_view id, bool json) {
  const auto path = "/admin/explain?model=" + codec::percent_encode(id);
  const auto body = read_admin_page(admin_endpoint, path, admin_key);
  if (!body) return std::unexpected(body.error());
  boost::system::error_code error;
  const auto page = json::parse(*body, error);
  if (error || !page.is_object()) {
    return fail(Errc::upstream_answer_invalid,
                admin_endpoint + " sent an unexpected answer; is that Weir's admin address?");
  }
  if (json) return *body + "\n";
  return heading(page) + "\n" + steps_of(page) + words_of(page) + routes_of(page);
}

}  // namespace weir::app
