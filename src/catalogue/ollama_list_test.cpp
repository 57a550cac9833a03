#include "catalogue/ollama_list.hpp"

#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

using testing::ElementsAre;
namespace json = boost::json;

Model model_of(std::string id, SubTypes sub_types) {
  Model model{.id = std::move(id)};
  model.model_class = ModelClass::of(sub_types);
  return model;
}

Catalogue make_catalogue() {
  auto chat = model_of("lab/qwen3", {SubType::chat});
  chat.facts.created = 1'700'000'000;
  chat.facts.context_length = 40'960;
  chat.facts.max_model_len = 8'192;
  chat.facts.input_modalities = {"text", "image"};
  chat.facts.capabilities = {"tools", "reasoning"};
  auto gone = model_of("gone", {SubType::chat});
  gone.status = Status::unavailable;
  return Catalogue({chat, model_of("bge:m3", {SubType::embedding}),
                    model_of("painter", {SubType::text_to_image}), gone},
                   1);
}

std::vector<std::string> names_in(const std::string& list) {
  std::vector<std::string> names;
  for (const auto& row : json::parse(list).at("models").as_array()) {
    EXPECT_EQ(row.at("name"), row.at("model"));
    EXPECT_EQ(row.at("digest").as_string().size(), 64U);
    names.emplace_back(row.at("name").as_string());
  }
  return names;
}

Scope scope_of(const std::vector<std::string>& globs) { return *Scope::parse(globs, {}); }

TEST(OllamaList, HasTheModelsThatCanBeCalledThereWithTheirTags) {
  const auto catalogue = make_catalogue();
  EXPECT_THAT(names_in(render_ollama_tags(catalogue, scope_of({"*"}))),
              ElementsAre("lab/qwen3:latest", "bge:m3"));
  EXPECT_THAT(names_in(render_ollama_processes(catalogue, scope_of({"*"}))),
              ElementsAre("lab/qwen3:latest", "bge:m3"));
  EXPECT_THAT(names_in(render_ollama_tags(catalogue, scope_of({"bge*"}))), ElementsAre("bge:m3"));
}

TEST(OllamaList, ANameHasOneTag) {
  EXPECT_EQ(ollama_name("qwen3"), "qwen3:latest");
  EXPECT_EQ(ollama_name("qwen3:8b"), "qwen3:8b");
  EXPECT_EQ(ollama_name("host:5000/qwen3"), "host:5000/qwen3:latest");
}

TEST(OllamaModel, SaysWhatIsKnownOfIt) {
  const auto catalogue = make_catalogue();
  const auto shown = json::parse(render_ollama_model(catalogue.models()[0])).as_object();
  EXPECT_EQ(json::serialize(shown.at("capabilities")),
            R"(["completion","tools","vision","thinking"])");
  const auto& info = shown.at("model_info").as_object();
  const std::string architecture(info.at("general.architecture").as_string());
  EXPECT_EQ(info.at(architecture + ".context_length"), 8'192);
  EXPECT_EQ(shown.at("modified_at"), "2023-11-14T22:13:20Z");

  const auto plain = json::parse(render_ollama_model(catalogue.models()[1])).as_object();
  EXPECT_EQ(json::serialize(plain.at("capabilities")), R"(["embedding"])");
  EXPECT_EQ(plain.at("modified_at"), "1970-01-01T00:00:00Z");
}

}  // namespace
}  // namespace weir::catalogue
