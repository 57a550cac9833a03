#include "catalogue/build.hpp"

#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using enum Reach;
using enum Status;

// Uses the config's class, then the upstream's; otherwise everything is chat, with the id as the
// rule.
Decision decide_for_test(const ClassEvidence& evidence) {
  if (evidence.config) return {*evidence.config, ClassSource::config, ""};
  if (evidence.upstream) return {*evidence.upstream, ClassSource::upstream, ""};
  return {ModelClass::of({SubType::chat}), ClassSource::fallback, std::string(evidence.base_id)};
}

std::shared_ptr<const Catalogue> build_of(std::vector<ModelSettings> settings,
                                          std::vector<UpstreamListing> listings) {
  return build(settings, listings, {.decide = decide_for_test}, 1);
}

UpstreamModel row(std::string id) { return {.id = std::move(id)}; }

UpstreamListing listing(std::string upstream, std::vector<std::string> ids, Reach reach = up) {
  UpstreamListing out{.upstream = std::move(upstream), .reach = reach};
  for (auto& id : ids) out.models.push_back(row(std::move(id)));
  return out;
}

ModelSettings declare(std::string id, std::vector<RouteSettings> upstreams = {}) {
  return {.id = std::move(id), .upstreams = std::move(upstreams)};
}

std::vector<std::string> ids_of(const Catalogue& catalogue) {
  std::vector<std::string> ids;
  for (const auto& model : catalogue.models()) ids.push_back(model.id);
  return ids;
}

std::vector<std::string> routes_of(const Model& model) {
  std::vector<std::string> routes;
  for (const auto& route : model.routes) {
    routes.push_back(route.upstream + ":" + route.model + ":" +
                     std::string(wire_name(route.status)));
  }
  return routes;
}

const Model& at(const Catalogue& catalogue, std::string_view id) {
  const Model* model = catalogue.find(id);
  EXPECT_NE(model, nullptr) << id;
  static const Model none;
  return model == nullptr ? none : *model;
}

TEST(Build, NothingDeclaredAndNothingListedIsAnEmptyCatalogue) {
  const auto catalogue = build_of({}, {});
  EXPECT_THAT(catalogue->models(), IsEmpty());
  EXPECT_EQ(catalogue->find("m"), nullptr);
}

TEST(Build, ADeclaredRouteKeepsItsPriorityAndWeight) {
  const auto catalogue = build_of(
      {declare("m", {{.name = "a", .priority = 5, .weight = 30}, {.name = "b"}}), declare("n")},
      {listing("a", {"m", "n"})});
  const auto& routes = at(*catalogue, "m").routes;
  ASSERT_EQ(routes.size(), 2U);
  EXPECT_EQ(routes[0].priority, 5);
  EXPECT_EQ(routes[0].weight, 30);
  EXPECT_EQ(routes[1].priority, std::nullopt);
  EXPECT_EQ(at(*catalogue, "n").routes.at(0).weight, std::nullopt);
}

TEST(Build, DeclaredModelsComeFirstThenUpstreamsInTheirOrder) {
  const auto catalogue = build_of({declare("z"), declare("b2")},
                                  {listing("one", {"c", "a"}), listing("two", {"b2", "b1"})});
  EXPECT_THAT(ids_of(*catalogue), ElementsAre("z", "b2", "c", "a", "b1"));
}

TEST(Build, AnIdOfTwoUpstreamsIsOneRowWithTwoRoutes) {
  const auto catalogue = build_of({}, {listing("one", {"m", "n"}), listing("two", {"m"})});
  EXPECT_THAT(ids_of(*catalogue), ElementsAre("m", "n"));
  EXPECT_THAT(routes_of(at(*catalogue, "m")), ElementsAre("one:m:available", "two:m:available"));
}

TEST(Build, AnIdTwiceInOneListIsOneRoute) {
  const auto catalogue = build_of({}, {listing("one", {"m", " m", "m"})});
  EXPECT_THAT(routes_of(at(*catalogue, "m")), ElementsAre("one:m:available"));
}

TEST(Build, DropsIdsThatNoClientCouldUse) {
  using namespace std::string_literals;
  const auto catalogue =
      build_of({}, {listing("one", {"", " ", "a\nb", "a\0b"s, "\x7F", "bad\xFF", "openai/*",
                                    std::string(kMaxIdBytes + 1, 'x'), "good", "中文"})});
  EXPECT_THAT(ids_of(*catalogue), ElementsAre("good", "中文"));
}

TEST(Build, TrimsIdsButCallsTheUpstreamByItsOwn) {
  const auto catalogue = build_of({}, {listing("one", {" \tm\n"})});
  EXPECT_THAT(ids_of(*catalogue), ElementsAre("m"));
  EXPECT_EQ(at(*catalogue, "m").routes[0].model, " \tm\n");
}

TEST(Build, ARoutesStatusFollowsTheUpstreamsReach) {
  struct Case {
    Reach reach;
    std::vector<std::string> listed;
    Status status;
    RouteReason reason;
  };
  using enum RouteReason;
  const Case cases[] = {
      {unknown, {}, available, none},
      {up, {"raw"}, available, none},
      {failing, {"raw"}, degraded, upstream_failing},
      {lost, {"raw"}, unavailable, upstream_lost},
      // An upstream may serve more than it lists, such as Ollama's cloud models.
      {up, {"other"}, available, none},
      {up, {}, available, none},
      {failing, {"other"}, degraded, upstream_failing},
      {lost, {}, unavailable, upstream_lost},
  };
  for (const auto& c : cases) {
    const auto one = listing("one", c.listed, c.reach);
    const auto catalogue = build_of({declare("m", {{"one", "raw"}})}, {one});
    const auto& model = at(*catalogue, "m");
    const auto which = testing::PrintToString(c.listed) + " " + std::to_string(int(c.reach));
    EXPECT_EQ(model.routes.at(0).status, c.status) << which;
    EXPECT_EQ(model.routes.at(0).reason, c.reason) << which;
    EXPECT_EQ(model.status, c.status) << which;
  }
}

TEST(Build, ARowThatSaysItCannotServeIsUnavailable) {
  auto one = listing("one", {"gone", "m"});
  one.models[0].available = false;
  const auto two = listing("two", {"gone"});
  const auto alone = build_of({declare("alias", {{"one", "gone"}})}, {one});
  EXPECT_EQ(at(*alone, "alias").status, unavailable);
  EXPECT_EQ(at(*alone, "alias").routes.at(0).reason, RouteReason::withdrawn);
  const auto both = build_of({}, {one, two});
  EXPECT_THAT(routes_of(at(*both, "gone")),
              ElementsAre("one:gone:unavailable", "two:gone:available"));
  EXPECT_EQ(at(*both, "gone").status, available);
  EXPECT_EQ(at(*both, "m").status, available);
}

TEST(Build, ARouteIsUnavailableOnceTheUpstreamHasAnsweredThatItDoesNotServeTheModel) {
  auto one = listing("one", {"other"});
  one.not_served = {"raw"};
  const auto catalogue =
      build_of({declare("m", {{"one", "raw"}, {"two", "raw"}})}, {one, listing("two", {})});
  EXPECT_THAT(routes_of(at(*catalogue, "m")),
              ElementsAre("one:raw:unavailable", "two:raw:available"));
  EXPECT_EQ(at(*catalogue, "m").routes.at(0).reason, RouteReason::not_served);
  EXPECT_FALSE(at(*catalogue, "m").routes.at(0).listed);
  EXPECT_TRUE(at(*catalogue, "other").routes.at(0).listed);
}

TEST(Build, AModelIsNotAvailableWhereNoneOfItsPathsIsServed) {
  auto one = listing("one", {"picture", "text", "neither"});
  one.calls = {Endpoint::chat_completions, Endpoint::messages};
  one.models[0].model_class = ModelClass::of({SubType::text_to_image});
  one.models[2].model_class = ModelClass{{}, {Type::text}};
  auto two = listing("two", {"picture"});
  two.models[0].model_class = ModelClass::of({SubType::text_to_image});
  const auto catalogue = build_of({}, {one});
  EXPECT_EQ(at(*catalogue, "picture").status, unavailable);
  EXPECT_EQ(at(*catalogue, "picture").routes.at(0).reason, RouteReason::endpoint_absent);
  EXPECT_EQ(at(*catalogue, "text").status, available);
  EXPECT_EQ(at(*catalogue, "neither").status, available);  // of no sub type, so of no endpoint
  EXPECT_THAT(routes_of(at(*build_of({}, {one, two}), "picture")),
              ElementsAre("one:picture:unavailable", "two:picture:available"));
}

TEST(Build, TheListPromisesTheLengthThatEveryUpstreamAccepts) {
  auto one = listing("one", {"m"});
  auto two = listing("two", {"m"});
  auto three = listing("three", {"m"}, lost);
  one.models[0].facts.max_model_len = 32768;
  two.models[0].facts.max_model_len = 8192;
  three.models[0].facts.max_model_len = 1024;
  EXPECT_EQ(at(*build_of({}, {one, two, three}), "m").facts.max_model_len, 8192);
  // An unusable upstream limits nothing, but its facts are better than none.
  EXPECT_EQ(at(*build_of({}, {listing("one", {"m"}), three}), "m").facts.max_model_len, 1024);
  auto declared = declare("m");
  declared.facts.max_model_len = 16384;
  EXPECT_EQ(at(*build_of({declared}, {one, two}), "m").facts.max_model_len, 16384);
}

TEST(Build, TheListPromisesWhatEveryUpstreamCanDo) {
  auto one = listing("one", {"m"});
  auto two = listing("two", {"m"});
  auto silent = listing("silent", {"m"});
  auto absent = listing("absent", {"m"});
  one.models[0].facts.max_output_tokens = 65'536;
  one.models[0].facts.capabilities = {"tools", "vision"};
  one.models[0].facts.input_modalities = {"text", "image"};
  two.models[0].facts.max_output_tokens = 8'192;
  two.models[0].facts.capabilities = {"tools"};
  two.models[0].facts.input_modalities = {"text"};
  absent.calls = {Endpoint::embeddings};
  absent.models[0].facts.max_output_tokens = 16;
  const auto catalogue = build_of({}, {one, two, silent, absent});
  const ModelFacts& facts = at(*catalogue, "m").facts;
  EXPECT_EQ(facts.max_output_tokens, 8'192);
  EXPECT_THAT(facts.capabilities, ElementsAre("tools"));
  EXPECT_THAT(facts.input_modalities, ElementsAre("text"));
}

TEST(Build, ARegistryIsBelievedLastAndByTheIdOfTheWeights) {
  const Judge judge{.decide = decide_for_test,
                    .facts = [](std::string_view id) -> std::optional<RegistryFacts> {
                      if (id != "gpt-4o") return std::nullopt;
                      ModelFacts facts;
                      facts.context_length = 128'000;
                      facts.max_output_tokens = 16'384;
                      return RegistryFacts{facts, "registry"};
                    }};
  auto one = listing("one", {"gpt-4o", "mine"});
  one.models[0].facts.context_length = 64'000;
  one.models[1].base_id = "gpt-4o";
  auto two = listing("two", {"gpt-4o"});
  two.models[0].base_id = "Qwen/Qwen3-8B";
  const auto catalogue = build({}, std::span(&one, 1), judge, 1);

  const auto& model = at(*catalogue, "gpt-4o");
  EXPECT_EQ(model.facts.context_length, 64'000);
  EXPECT_EQ(model.facts.max_output_tokens, 16'384);
  EXPECT_EQ(model.registry_facts, Facts{Fact::max_output_tokens});
  EXPECT_EQ(model.registry, "registry");
  EXPECT_EQ(at(*catalogue, "mine").facts.context_length, 128'000);

  const auto served = build({}, std::span(&two, 1), judge, 1);
  EXPECT_EQ(at(*served, "gpt-4o").facts, ModelFacts{});
}

TEST(Build, AnUpstreamThatCannotBeCalledIsBelievedLast) {
  auto one = listing("one", {"m"}, lost);
  auto two = listing("two", {"m"});
  one.models[0].model_class = ModelClass::of({SubType::text_to_image});
  one.models[0].facts.context_length = 1;
  two.models[0].model_class = ModelClass::of({SubType::chat});
  two.models[0].facts.context_length = 2;
  const auto catalogue = build_of({}, {one, two});
  EXPECT_EQ(at(*catalogue, "m").model_class, ModelClass::of({SubType::chat}));
  EXPECT_EQ(at(*catalogue, "m").facts.context_length, 2);
}

TEST(Build, ADeclaredModelIsServedUnderAnotherSpelling) {
  auto one = listing("one", {"llama3:latest", "other"});
  one.spelling = Spelling::ollama;
  one.models[0].facts.context_length = 8192;
  const auto catalogue = build_of({declare("llama3")}, {one});
  EXPECT_THAT(ids_of(*catalogue), ElementsAre("llama3", "other"));
  EXPECT_THAT(routes_of(at(*catalogue, "llama3")), ElementsAre("one:llama3:latest:available"));

  const auto routed = build_of({declare("mine", {{"one", "Llama3"}})}, {one});
  EXPECT_THAT(ids_of(*routed), ElementsAre("mine", "other"));
  EXPECT_EQ(at(*routed, "mine").facts.context_length, 8192);
  EXPECT_THAT(routes_of(at(*routed, "mine")), ElementsAre("one:Llama3:available"));
}

TEST(Catalogue, FindsASpellingVariantUnlessItIsAmbiguous) {
  auto folded = listing("one", {"llama3:latest", "a", "A", "b:latest", "b"});
  folded.spelling = Spelling::ollama;
  const auto catalogue = build_of({}, {folded, listing("two", {"Qwen/Qwen3-8B", "gemini-pro"})});
  EXPECT_EQ(at(*catalogue, "llama3").id, "llama3:latest");
  EXPECT_EQ(at(*catalogue, "LLaMA3").id, "llama3:latest");
  EXPECT_EQ(at(*catalogue, "models/gemini-pro").id, "gemini-pro");
  EXPECT_EQ(at(*catalogue, "b").id, "b");
  EXPECT_EQ(at(*catalogue, "b:latest").id, "b:latest");
  EXPECT_EQ(catalogue->find("a:latest"), nullptr);  // "a" or "A"
  EXPECT_EQ(catalogue->find("llama3:8b"), nullptr);
  EXPECT_EQ(catalogue->find("qwen/qwen3-8b"), nullptr);
  // A similar id of another server removes nothing.
  auto ollama = listing("one", {"llama3:latest"});
  ollama.spelling = Spelling::ollama;
  const auto both = build_of({}, {ollama, listing("two", {"Llama3"})});
  EXPECT_EQ(at(*both, "llama3").id, "llama3:latest");
  EXPECT_EQ(at(*both, "Llama3").id, "Llama3");
}

TEST(Build, AModelIsAsWellAsItsBestRoute) {
  const auto catalogue =
      build_of({}, {listing("one", {"a", "b", "c"}, lost), listing("two", {"a", "b"}, failing),
                    listing("three", {"a"}, up)});
  EXPECT_EQ(at(*catalogue, "a").status, available);
  EXPECT_EQ(at(*catalogue, "b").status, degraded);
  EXPECT_EQ(at(*catalogue, "c").status, unavailable);
}

TEST(Build, ADeclaredModelWithoutUpstreamsTakesThoseThatListIt) {
  const auto catalogue = build_of(
      {declare("m")}, {listing("one", {"m"}), listing("two", {"n"}), listing("three", {"m"})});
  EXPECT_THAT(routes_of(at(*catalogue, "m")), ElementsAre("one:m:available", "three:m:available"));
}

TEST(Build, ADeclaredModelThatNobodyIsKnownToServeIsListedOnTheOperatorsWord) {
  const auto catalogue = build_of({declare("m")}, {listing("one", {"n"})});
  EXPECT_EQ(at(*catalogue, "m").status, available);
  EXPECT_THAT(at(*catalogue, "m").routes, IsEmpty());
}

TEST(Build, ARouteToAnUpstreamWithoutAListingIsTakenToBeThere) {
  const auto catalogue = build_of({declare("m", {{"one", ""}})}, {});
  EXPECT_THAT(routes_of(at(*catalogue, "m")), ElementsAre("one:m:available"));
}

TEST(Build, AMappedIdIsNotListedAgainFromThatUpstream) {
  const auto catalogue =
      build_of({declare("Qwen/Qwen3-8B", {{"one", "qwen3-8b"}})},
               {listing("one", {"qwen3-8b", "x"}), listing("two", {"qwen3-8b"})});
  EXPECT_THAT(ids_of(*catalogue), ElementsAre("Qwen/Qwen3-8B", "x", "qwen3-8b"));
  EXPECT_THAT(routes_of(at(*catalogue, "qwen3-8b")), ElementsAre("two:qwen3-8b:available"));
}

TEST(Build, AMappedIdThatIsDeclaredTooStays) {
  const auto catalogue =
      build_of({declare("alias", {{"one", "raw"}}), declare("raw")}, {listing("one", {"raw"})});
  EXPECT_THAT(ids_of(*catalogue), ElementsAre("alias", "raw"));
  EXPECT_EQ(at(*catalogue, "raw").status, available);
}

TEST(Build, ADeclaredRouteIsTheOnlyOne) {
  const auto catalogue =
      build_of({declare("m", {{"two", ""}})}, {listing("one", {"m"}), listing("two", {"m"})});
  EXPECT_THAT(ids_of(*catalogue), ElementsAre("m"));
  EXPECT_THAT(routes_of(at(*catalogue, "m")), ElementsAre("two:m:available"));
}

TEST(Build, AnAliasTakesTheFactsAndTheClassEvidenceOfWhatItStandsFor) {
  auto one = listing("one", {"raw"});
  one.models[0].facts.context_length = 8192;
  const auto catalogue = build_of({declare("alias", {{"one", "raw"}})}, {one});
  EXPECT_EQ(at(*catalogue, "alias").facts.context_length, 8192);
  EXPECT_EQ(at(*catalogue, "alias").class_rule, "raw");

  one.models[0].base_id = "BAAI/bge-m3";
  const auto with_base = build_of({declare("alias", {{"one", "raw"}})}, {one});
  EXPECT_EQ(at(*with_base, "alias").class_rule, "BAAI/bge-m3");
}

TEST(Build, FactsAreTakenFromTheFirstWhoKnowsThem) {
  auto one = listing("one", {"m"});
  auto two = listing("two", {"m"});
  one.models[0].facts.context_length = 1;
  two.models[0].facts.context_length = 2;
  two.models[0].facts.owned_by = "two";
  two.models[0].model_class = ModelClass::of({SubType::reranker});
  const auto catalogue = build_of({}, {one, two});
  EXPECT_EQ(at(*catalogue, "m").facts.context_length, 1);
  EXPECT_EQ(at(*catalogue, "m").facts.owned_by, "two");
  EXPECT_EQ(at(*catalogue, "m").class_source, ClassSource::upstream);
}

TEST(Build, ExactEntriesWinOverGlobsAndEarlierGlobsOverLater) {
  auto exact = declare("vendor/m");
  exact.facts.owned_by = "exact";
  ModelSettings first{.id = "vendor/*"};
  first.facts.owned_by = "first";
  first.facts.max_model_len = 1;
  ModelSettings second{.id = "*", .sub_types = {SubType::embedding}};
  second.facts.max_model_len = 2;
  second.facts.created = 7;
  auto one = listing("one", {"vendor/m", "vendor/n", "o"});
  for (std::size_t i = 0; i < one.models.size(); ++i) one.models[i].facts.created = 99;

  const auto catalogue = build_of({first, second, exact}, {one});

  EXPECT_THAT(ids_of(*catalogue), ElementsAre("vendor/m", "vendor/n", "o"));
  EXPECT_EQ(at(*catalogue, "vendor/m").facts.owned_by, "exact");
  EXPECT_EQ(at(*catalogue, "vendor/m").facts.max_model_len, 1);
  EXPECT_EQ(at(*catalogue, "vendor/n").facts.owned_by, "first");
  EXPECT_EQ(at(*catalogue, "o").facts.max_model_len, 2);
  EXPECT_EQ(at(*catalogue, "o").facts.created, 7);
  EXPECT_EQ(at(*catalogue, "o").model_class, ModelClass::of({SubType::embedding}));
  EXPECT_EQ(at(*catalogue, "o").class_source, ClassSource::config);
}

TEST(Build, ATypeAloneIsAClassOutsideAllSubTypes) {
  ModelSettings moderation{.id = "omni-moderation", .type = Type::text};
  const auto catalogue = build_of({moderation}, {listing("one", {"omni-moderation"})});
  const auto& model_class = at(*catalogue, "omni-moderation").model_class;
  EXPECT_TRUE(model_class.sub_types.empty());
  EXPECT_EQ(model_class.types, Types{Type::text});
}

TEST(Build, HiddenModelsAreNowhere) {
  ModelSettings exact{.id = "secret", .hidden = true};
  ModelSettings glob{.id = "*-preview", .hidden = true};
  const auto catalogue = build_of(
      {exact, glob, declare("b-preview")},
      {listing("one", {"secret", "a-preview", "b-preview", "c"}), listing("two", {"a-preview"})});
  EXPECT_THAT(ids_of(*catalogue), ElementsAre("b-preview", "c"));
  EXPECT_EQ(catalogue->find("secret"), nullptr);
  EXPECT_EQ(catalogue->find("a-preview"), nullptr);
}

TEST(Build, AHiddenAliasHidesWhatItStandsForThereToo) {
  ModelSettings hidden{.id = "alias", .upstreams = {{"one", "raw"}}, .hidden = true};
  EXPECT_THAT(ids_of(*build_of({hidden}, {listing("one", {"raw"})})), IsEmpty());
}

TEST(Build, TheFirstOfTwoEntriesWithOneIdCounts) {
  auto first = declare("m");
  first.facts.owned_by = "first";
  auto second = declare("m");
  second.facts.owned_by = "second";
  const auto catalogue = build_of({first, second}, {});
  EXPECT_THAT(ids_of(*catalogue), ElementsAre("m"));
  EXPECT_EQ(at(*catalogue, "m").facts.owned_by, "first");
}

TEST(Build, AnAliasIsItsModelUnderAnotherId) {
  auto declared = declare("big");
  declared.aliases = {"claude-big", " claude-big ", "claude-2"};
  const auto catalogue = build_of({declared}, {listing("a", {"big", "small", "claude-2"})});
  EXPECT_THAT(ids_of(*catalogue), ElementsAre("big", "claude-big", "claude-2", "small"));
  EXPECT_THAT(routes_of(at(*catalogue, "claude-big")), ElementsAre("a:big:available"));
  EXPECT_THAT(routes_of(at(*catalogue, "claude-2")), ElementsAre("a:big:available"));
  EXPECT_EQ(at(*catalogue, "claude-2").counted_id(), "big");
  EXPECT_EQ(at(*catalogue, "big").counted_id(), "big");
  EXPECT_EQ(at(*catalogue, "claude-2").model_class, at(*catalogue, "big").model_class);
}

TEST(Build, AnAliasDoesNotTakeTheIdOfAnotherEntry) {
  auto one = declare("one");
  one.aliases = {"two", "x"};
  auto two = declare("two");
  two.aliases = {"x"};
  const auto catalogue = build_of({one, two}, {listing("a", {"one", "two"})});
  EXPECT_THAT(ids_of(*catalogue), ElementsAre("one", "x", "two"));
  EXPECT_THAT(routes_of(at(*catalogue, "two")), ElementsAre("a:two:available"));
}

TEST(Build, AHiddenModelHasNoAliases) {
  auto declared = declare("big");
  declared.aliases = {"claude-big"};
  declared.hidden = true;
  EXPECT_THAT(ids_of(*build_of({declared}, {listing("a", {"big"})})), IsEmpty());
  EXPECT_THAT(routes_of(at(*build_of({declared}, {listing("a", {"claude-big"})}), "claude-big")),
              ElementsAre("a:claude-big:available"));
}

TEST(Build, APatternHidesAliasesToo) {
  auto declared = declare("big");
  declared.aliases = {"claude-big"};
  ModelSettings pattern{.id = "claude-*"};
  pattern.hidden = true;
  EXPECT_THAT(ids_of(*build_of({declared, pattern}, {listing("a", {"big"})})), ElementsAre("big"));
}

TEST(Build, AGlobDeclaresNothing) {
  EXPECT_THAT(ids_of(*build_of({ModelSettings{.id = "gpt-?"}}, {})), IsEmpty());
}

// Random configs and lists over a few short ids, so that collisions are frequent.
class Random {
 public:
  explicit Random(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t end) { return random_() % end; }
  std::string id() {
    return std::string("abcdef").substr(below(6), 1) + (below(2) != 0 ? "x" : "");
  }
  std::string upstream() { return "u" + std::to_string(below(3)); }

  ModelSettings settings() {
    ModelSettings out{.id = below(4) == 0 ? id().substr(0, 1) + "*" : id()};
    for (auto n = below(3); n > 0 && out.id.back() != '*'; --n) {
      out.upstreams.push_back({upstream(), below(2) != 0 ? id() : ""});
    }
    out.hidden = below(6) == 0;
    return out;
  }

  std::vector<UpstreamListing> listings() {
    std::vector<UpstreamListing> out;
    for (int i = 0; i < 3; ++i) {
      std::vector<std::string> ids(below(8));
      for (auto& each : ids) each = id();
      out.push_back(listing("u" + std::to_string(i), ids, static_cast<Reach>(below(4))));
      if (below(2) != 0) out.back().calls = {Endpoint::embeddings};
    }
    return out;
  }

 private:
  std::mt19937 random_;
};

// The ids in "declared, then listed" order, by first mention.
std::vector<std::string> mentions(const std::vector<ModelSettings>& settings,
                                  const std::vector<UpstreamListing>& listings) {
  std::vector<std::string> order;
  std::set<std::string> seen;
  const auto mention = [&](const std::string& id) {
    if (id.find('*') == std::string::npos && seen.insert(id).second) order.push_back(id);
  };
  for (const auto& entry : settings) mention(entry.id);
  for (const auto& each : listings) {
    for (const auto& model : each.models) mention(model.id);
  }
  return order;
}

TEST(Build, RandomInputsKeepIdsUniqueAndInOrder) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  Random random(seed);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<ModelSettings> settings(random.below(6));
    for (auto& entry : settings) entry = random.settings();
    const auto listings = random.listings();

    const auto ids = ids_of(*build_of(settings, listings));

    // The ids are unique and a subsequence of the mentions. An id mapped to another row may be
    // listed later, by an upstream that does not map it, so those are left out.
    std::set<std::string> mapped;
    for (const auto& entry : settings) {
      for (const auto& route : entry.upstreams) mapped.insert(route.model);
    }
    EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), ids.size());
    auto expected = mentions(settings, listings);
    std::size_t next = 0;
    for (const auto& id : ids) {
      if (mapped.contains(id)) continue;
      while (next < expected.size() && expected[next] != id) ++next;
      ASSERT_LT(next, expected.size())
          << id << " is out of order in " << testing::PrintToString(ids);
    }
  }
}

}  // namespace
}  // namespace weir::catalogue
