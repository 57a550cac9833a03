#include "catalogue/render.hpp"

#include <random>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

Model everything() {
  Model model{.id = "vendor/m \"1\"",
              .model_class = ModelClass::of({SubType::text_to_image, SubType::chat}),
              .class_source = ClassSource::rule,
              .class_rule = "secret-rule",
              .status = Status::degraded,
              .routes = {{"secret-upstream", "secret-id"}}};
  model.facts = {.created = 1700000000,
                 .owned_by = "vendor",
                 .context_length = 131072,
                 .max_model_len = 32768,
                 .max_output_tokens = 8192,
                 .input_modalities = {"text", "image"},
                 .output_modalities = {"text"},
                 .capabilities = {"tools", "vision"}};
  return model;
}

TEST(Render, BasicIsTheContractsFourFields) {
  EXPECT_EQ(render_model({.id = "m"}, View::basic),
            R"({"id":"m","object":"model","created":0,"owned_by":""})");
  EXPECT_EQ(render_model(everything(), View::basic),
            R"({"id":"vendor/m \"1\"","object":"model","created":1700000000,"owned_by":"vendor"})");
}

TEST(Render, FullAddsWhatIsKnownAndNothingForTheOperator) {
  EXPECT_EQ(render_model(everything(), View::full),
            R"({"id":"vendor/m \"1\"","object":"model","created":1700000000,"owned_by":"vendor",)"
            R"("type":"text","sub_types":["chat","text-to-image"],"context_length":131072,)"
            R"("max_model_len":32768,"max_output_tokens":8192,"input_modalities":["text","image"],)"
            R"("output_modalities":["text"],"capabilities":["tools","vision"],)"
            R"("status":"degraded"})");
}

TEST(Render, FullLeavesOutWhatIsUnknown) {
  EXPECT_EQ(render_model({.id = "m"}, View::full),
            R"({"id":"m","object":"model","created":0,"owned_by":"","status":"available"})");
}

TEST(Render, AModelOutsideAllSubTypesHasItsOwnType) {
  Model moderation{.id = "m", .model_class = {.sub_types = {}, .types = {Type::audio}}};
  EXPECT_EQ(render_model(moderation, View::full),
            R"({"id":"m","object":"model","created":0,"owned_by":"","type":"audio",)"
            R"("status":"available"})");
}

TEST(Render, ListsHaveNoNewlineAndAlwaysAnArray) {
  const Catalogue none({}, 1);
  EXPECT_EQ(render_list(none, Scope(), {}), R"({"object":"list","data":[]})");

  std::vector<Model> models = {{.id = "b"}, {.id = "a"}};
  const Catalogue two(std::move(models), 1);
  EXPECT_EQ(render_list(two, Scope(), {}),
            R"({"object":"list","data":[{"id":"b","object":"model","created":0,"owned_by":""},)"
            R"({"id":"a","object":"model","created":0,"owned_by":""}]})");
}

std::vector<Model> random_models(std::mt19937& random) {
  std::vector<Model> models(random() % 40);
  for (std::size_t i = 0; i < models.size(); ++i) {
    Model& model = models[i];
    model.id = std::to_string(i) + "-";  // unique, whatever follows
    for (auto n = random() % 6; n > 0; --n) model.id.push_back(static_cast<char>(random()));
    SubTypes sub_types;
    for (auto n = random() % 3; n > 0; --n) {
      sub_types.insert(static_cast<SubType>(random() % kEnumeratorCount<SubType>));
    }
    model.model_class = ModelClass::of(sub_types);
    if (random() % 4 == 0)
      model.model_class.types.insert(static_cast<Type>(random() % kEnumeratorCount<Type>));
    model.status = static_cast<Status>(random() % 3);
    if (random() % 2 != 0) model.facts.owned_by = std::string(3, static_cast<char>(random()));
  }
  return models;
}

// The rules of the list, checked again on the answer's own full view.
bool should_list(const boost::json::object& row, const Model& model, const ListQuery& query) {
  if (row.at("status") == "unavailable" && !query.include_unavailable) return false;
  if (query.sub_type && query.type && type_of(*query.sub_type) != *query.type) return false;
  if (query.type && !model.model_class.types.contains(*query.type)) return false;
  if (!query.sub_type) return true;
  const auto* sub_types = row.if_contains("sub_types");
  if (sub_types == nullptr) return false;
  for (const auto& name : sub_types->as_array()) {
    if (std::string_view(name.as_string()) == wire_name(*query.sub_type)) return true;
  }
  return false;
}

TEST(Render, RandomListsParseAndHoldExactlyWhatTheFiltersAllow) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    const Catalogue catalogue(random_models(random), 1);
    ListQuery query{.view = View::full, .include_unavailable = random() % 2 != 0};
    if (random() % 2 != 0) query.type = static_cast<Type>(random() % kEnumeratorCount<Type>);
    if (random() % 2 != 0)
      query.sub_type = static_cast<SubType>(random() % kEnumeratorCount<SubType>);

    const auto list = boost::json::parse(render_list(catalogue, Scope(), query)).as_object();

    boost::json::array expected;
    for (const Model& model : catalogue.models()) {
      const auto row = boost::json::parse(render_model(model, View::full)).as_object();
      if (should_list(row, model, query)) expected.push_back(row);
    }
    ASSERT_EQ(list.at("object"), "list");
    ASSERT_EQ(list.at("data").as_array(), expected);
  }
}

}  // namespace
}  // namespace weir::catalogue
