#include "app/lifecycle/settings.hpp"

#include <cstdint>
#include <fstream>
#include <limits>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "config/schema.hpp"

namespace weir::app {
namespace {

using namespace std::chrono_literals;

/// The example of the README.
constexpr std::string_view kExample = R"(server:
  listen: 127.0.0.1:8080
  admin_listen: 127.0.0.1:8081      # health, metrics, admin; never public by default
store: sqlite:weir.db
keys:
  - name: ci
    key: ${WEIR_CI_KEY}             # ${ENV} or ${file:path}
    requests_per_minute: 600        # 0 = unlimited
    models: ["*"]
upstreams:
  - name: gpu1
    kind: vllm
    url: http://127.0.0.1:8000
    api_key: ${GPU1_KEY}
models:                             # declare or correct
  - id: Qwen/Qwen3-8B
    sub_types: [chat]
    context_length: 32768
    owned_by: Qwen
    upstreams: [{name: gpu1, model: qwen3-8b}]
)";

const std::map<std::string, std::string> kEnvironment = {
    {"WEIR_CI_KEY", "sk-0123456789abcdef"}, {"GPU1_KEY", "gpu-key"}, {"SHORT", "hunter2"}};

const config::Sources kSources{
    .environment = [](const std::string& name) -> std::optional<std::string> {
      const auto found = kEnvironment.find(name);
      return found == kEnvironment.end() ? std::nullopt : std::optional(found->second);
    },
    .file = [](const std::string& path) -> std::expected<config::ValueFile, std::string> {
      if (path == "open.key")
        return config::ValueFile{"sk-0123456789abcdef\n",
                                 files::Complaint{"can be read by others", "chmod 600 open.key"}};
      return std::unexpected("No such file or directory");
    }};

Settings loaded(std::string_view text) {
  auto settings = load_settings(text, "weir.yaml", kSources);
  EXPECT_TRUE(settings) << config::format_problems(settings ? Problems() : settings.error());
  return settings ? std::move(*settings) : Settings();
}

std::string problems(std::string_view text) {
  const auto settings = load_settings(text, "weir.yaml", kSources);
  return settings ? "" : config::format_problems(settings.error());
}

TEST(Settings, TheExampleLoads) {
  const Settings settings = loaded(kExample);

  EXPECT_EQ(settings.server.listen, "127.0.0.1:8080");
  EXPECT_EQ(settings.store, "sqlite:weir.db");
  ASSERT_EQ(settings.keys.size(), 1U);
  EXPECT_EQ(settings.keys[0].key.reveal(), "sk-0123456789abcdef");
  EXPECT_EQ(settings.keys[0].grant.limits.requests_per_minute, 600);
  ASSERT_EQ(settings.upstreams.size(), 1U);
  EXPECT_EQ(settings.upstreams[0].kind, "vllm");
  EXPECT_EQ(settings.upstreams[0].api_key.reveal(), "gpu-key");
  ASSERT_EQ(settings.models.size(), 1U);
  const auto& model = settings.models[0];
  EXPECT_EQ(model.id, "Qwen/Qwen3-8B");
  EXPECT_EQ(model.sub_types, std::vector{catalogue::SubType::chat});
  EXPECT_EQ(model.facts.context_length, 32768);
  EXPECT_EQ(model.facts.owned_by, "Qwen");
  ASSERT_EQ(model.upstreams.size(), 1U);
  EXPECT_EQ(model.upstreams[0].model, "qwen3-8b");
}

TEST(Settings, AnEmptyFileGivesTheDefaults) {
  for (const char* text : {"", "# nothing\n", "server:\nkeys:\nupstreams:\nmodels:\n", "{}"}) {
    EXPECT_EQ(print_settings(loaded(text)), print_settings(Settings())) << text;
  }
}

TEST(Settings, EveryProblemSaysWhereWhatAndWhatWasExpected) {
  const auto long_name = "keys: [{key: 0123456789abcdef, name: " + std::string(101, 'a') + "}]";
  const auto long_name_problem = "weir.yaml:1: keys[0].name: \"" + std::string(100, 'a') +
                                 "…\" is not allowed; expected 1 to 100 characters\n";
  std::string many_limits = "keys: [{name: a, key: 0123456789abcdef, model_limits: [";
  for (int i = 0; i <= 100; ++i) {
    many_limits += "{models: m" + std::to_string(i) + ", tokens_per_minute: 1}, ";
  }
  many_limits += "]}]";
  const struct {
    std::string_view text;
    std::string_view problems;
  } cases[] = {
      {"kyes: []", "weir.yaml:1: kyes: unknown setting (did you mean \"keys\"?)\n"},
      {"server: {listen: '8080'}",
       "weir.yaml:1: server.listen: \"8080\" is not allowed; expected host:port, such as "
       "127.0.0.1:8080 or \"[::1]:8080\"; port 0 selects a free port\n"},
      {"server: {listen: 'a:1', admin_listen: 'a:1'}",
       "weir.yaml:1: server.admin_listen: is the same as listen; expected a different address\n"},
      {"server: {listen: 'a:0', admin_listen: 'a:0'}", ""},
      {"server: {cors_allow_origins: [chat.example]}",
       "weir.yaml:1: server.cors_allow_origins[0]: \"chat.example\" is not allowed; expected * or "
       "an origin such as https://chat.example\n"},
      {"server: {admin_hosts: [weir.svc, '*.weir.example', 'weir.svc:8081']}",
       "weir.yaml:1: server.admin_hosts[2]: \"weir.svc:8081\" is not allowed; expected a host name "
       "without a port, such as weir.monitoring.svc, or *.example.com\n"},
      {"discovery: {max_concurrent: 0}",
       "weir.yaml:1: discovery.max_concurrent: \"0\" is not allowed; expected an integer from 1 to "
       "1024\n"},
      {"store: postgres://x",
       "weir.yaml:1: store: \"postgres://x\" is not allowed; expected sqlite:FILE, such as "
       "sqlite:weir.db\n"},
      {"pepper: ${SHORT}",
       "weir.yaml:1: pepper: *** is not allowed; expected at least 32 visible ASCII characters\n"},
      {"log: {level: warning}",
       "weir.yaml:1: log.level: \"warning\" is not allowed; expected one of trace, debug, info, "
       "warn, error\n"},
      {"list: {view: Full}",
       "weir.yaml:1: list.view: \"Full\" is not allowed; expected one of basic, full (did you mean "
       "\"full\"?)\n"},
      {"discovery: {timeout: 5}",
       "weir.yaml:1: discovery.timeout: \"5\" has no unit (ms, s, m or h); expected a duration "
       "from 100ms to 5m\n"},
      {"keys: [{name: a, key: '${NOPE}'}]",
       "weir.yaml:1: keys[0].key: the environment variable NOPE is not set\n"},
      {"keys: [{name: a, key: '${file:open.key}'}]",
       "weir.yaml:1: keys[0].key: the file open.key can be read by others; expected chmod 600 "
       "open.key\n"},
      {"keys: [{name: a, key: hunter2}]",
       "weir.yaml:1: keys[0].key: *** is not allowed; expected 16 to 512 characters (letters, "
       "digits and -._~+/), or a key made by Weir, unchanged\n"},
      {"keys:\n  - {name: a, key: 0123456789abcdef}\n  - {name: a, key: 0123456789abcdef}\n",
       "weir.yaml:3: keys[1].name: \"a\" is already used on line 2; expected a unique "
       "value\nweir.yaml:3: keys[1].key: *** is not allowed; expected a key that differs from "
       "keys[0].key\n"},
      {"keys: [{name: a, key: 0123456789abcdef, networks: [10.0.0.0/33]}]",
       "weir.yaml:1: keys[0].networks[0]: \"10.0.0.0/33\" is not allowed; expected an address or a "
       "network such as 10.0.0.0/8 or fd00::/8\n"},
      {"keys: [{name: a, key: 0123456789abcdef, expires: tomorrow}]",
       "weir.yaml:1: keys[0].expires: \"tomorrow\" is not allowed; expected a date such as "
       "2026-12-31 (00:00 UTC) or a time such as 2026-12-31T18:00:00Z\n"},
      {"keys: [{name: a, key: 0123456789abcdef, models: [*]}]",
       "weir.yaml:1: not valid YAML: alias not found after *; expected quotes around a string that "
       "begins with *, such as \"*\"\n"},
      {"keys: [{key: 0123456789abcdef, name: ''}]",
       "weir.yaml:1: keys[0].name: \"\" is not allowed; expected 1 to 100 characters\n"},
      {long_name, long_name_problem},
      {many_limits, "weir.yaml:1: keys[0].model_limits: has 101 entries; expected at most 100\n"},
      {"upstreams: [{name: a, kind: vlm, url: 'http://h'}]",
       "weir.yaml:1: upstreams[0].kind: \"vlm\" is not allowed; expected one of openai, "
       "siliconflow, ollama, vllm, sglang, llama.cpp, lmstudio, tei, tgi, xinference, localai, "
       "gpustack, speaches, sd.cpp, openrouter, huggingface, anthropic, gemini, mistral, cohere, "
       "together, simulator (did you mean \"vllm\"?)\n"},
      {"upstreams: [{name: a b, url: 'http://h'}]",
       "weir.yaml:1: upstreams[0].name: \"a b\" is not allowed; expected 1 to 64 letters, digits, "
       "dots, dashes and underscores\n"},
      {"upstreams: [{name: a, url: 'http://me:hunter2@h'}]",
       "weir.yaml:1: upstreams[0].url: \"http://***@h\" is not allowed; expected "
       "http(s)://host[:port][/path], without user name, query or fragment\n"},
      {"upstreams: [{name: a}]",
       "weir.yaml:1: upstreams[0].url: is missing; expected http(s)://host[:port][/path]\n"},
      {"upstreams: [{name: a, kind: simulator, url: 'http://h'}]",
       "weir.yaml:1: upstreams[0].url: cannot be used with kind simulator; expected no url: the "
       "engine is built in\n"},
      {"upstreams: [{name: a, base_url: 'http://h'}]",
       "weir.yaml:1: upstreams[0].base_url: unknown setting (did you mean \"url\"?)\n"},
      {"upstreams: [{name: a, url: 'http://h'}]\nmodels:\n  - id: m\n    upstreams:\n"
       "      - name: A\n",
       "weir.yaml:5: models[0].upstreams[0].name: \"A\" is not defined under upstreams; expected "
       "the name of an entry in upstreams (did you mean \"a\"?)\n"},
      {"models:\n  - id: m\n  - id: m\n",
       "weir.yaml:3: models[1].id: \"m\" is already used on line 2; expected a unique value\n"},
      {"models:\n  - id: m\n    aliases: [n]\n  - id: n\n",
       "weir.yaml:3: models[0].aliases[0]: \"n\" is taken; expected an id that differs from "
       "models[1].id\n"},
      {"models:\n  - id: m\n    aliases: [a, b, a]\n",
       "weir.yaml:3: models[0].aliases[2]: \"a\" is taken; expected an id that differs from "
       "models[0].aliases[0]\n"},
      {"models: [{id: 'm*', aliases: [a]}]",
       "weir.yaml:1: models[0].aliases: cannot be used with a pattern as id; expected none: an "
       "alias is another id of one model\n"},
      {"models: [{id: m, aliases: ['a*']}]",
       "weir.yaml:1: models[0].aliases: has a pattern, or an empty one; expected ids without `*` "
       "and `?`\n"},
      {"models: [{id: ''}]",
       "weir.yaml:1: models[0].id: \"\" is not allowed; expected 1 to 512 characters, no control "
       "characters\n"},
      {"models: [{id: m, sub_type: chat}]",
       "weir.yaml:1: models[0].sub_type: unknown setting (did you mean \"sub_types\"?)\n"},
      {"models: [{id: m, sub_types: [text_to_image]}]",
       "weir.yaml:1: models[0].sub_types[0]: \"text_to_image\" is not allowed; expected one of "
       "chat, embedding, reranker, text-to-image, image-to-image, speech-to-text, text-to-speech, "
       "text-to-video, image-to-video (did you mean \"text-to-image\"?)\n"},
      {"models: [{id: m, type: embedding}]",
       "weir.yaml:1: models[0].type: \"embedding\" is a sub type; expected sub_types: [embedding] "
       "instead\n"},
      {"models: [{id: m, type: image, sub_types: [chat]}]",
       "weir.yaml:1: models[0].type: image contradicts sub_types, which are of another type; "
       "expected sub_types only: they determine the type\n"},
      {"models: [{id: m, type: text, sub_types: [chat]}]", ""},
      {"upstreams: [{name: a, url: 'http://h'}]\nmodels: [{id: 'm*', upstreams: [{name: a}]}]",
       "weir.yaml:2: models[0].upstreams: cannot be used with a pattern as id; expected none: a "
       "pattern only corrects models that upstreams list\n"},
  };
  for (const auto& c : cases) EXPECT_EQ(problems(c.text), c.problems) << c.text;
}

TEST(Settings, NoProblemShowsASecret) {
  for (const char* text :
       {"pepper: hunter2", "pepper: ${SHORT}", "server: {admin_key: hunter2}",
        "keys: [{name: a, key: hunter2}]", "keys: [{name: a, key: '${SHORT}'}]",
        "upstreams: [{name: a, url: 'http://h', api_key: 'hunter2 hunter2'}]",
        "upstreams: [{name: a, url: 'https://me:hunter2@h'}]",
        "upstreams: [{name: a, url: '${SHORT}'}]", "keys: [{name: a, apikey: hunter2}]"}) {
    const std::string told = problems(text);
    EXPECT_NE(told, "") << text;
    EXPECT_EQ(told.find("hunter2"), std::string::npos) << told;
  }
}

TEST(Settings, EveryQuantityIsBoundedAndItsDefaultIsNeverAnUnexplainedZero) {
  for (const auto& row : settings_schema().rows()) {
    EXPECT_TRUE(row.text.ends_with('.')) << row.name;
    if (row.shape != config::Row::Shape::value) continue;
    EXPECT_FALSE(row.expected.empty()) << row.name;
    if (!row.range) continue;
    EXPECT_GT(row.range->min, 0) << row.name;
    constexpr std::int64_t kMost = std::int64_t{1} << 40;
    EXPECT_LE(row.range->max, kMost) << row.name;
    const bool zero = row.fallback == "0" || row.fallback == "0s";
    EXPECT_TRUE(!zero || !row.range->zero.empty()) << row.name;
  }
}

// Safe by default: with an empty config every limit, time-out and cap is finite.
TEST(Settings, WithAnEmptyConfigNothingIsUnlimited) {
  // A default of 0, meaning "no bound", is allowed only if another, bounded setting limits the
  // same.
  const std::map<std::string_view, std::string_view> bounded_by = {
      {"calls.max_in_flight", "server.max_in_flight"},
      {"server.memory_limit_bytes", "the container's limit"},
      {"upstreams[].priority", "no limit: those that are called first"},
  };
  std::set<std::string> bounds;
  std::set<std::string> unbounded;
  for (const auto& row : settings_schema().rows()) {
    if (!row.range || row.fallback.empty()) continue;
    const bool zero = row.fallback == "0" || row.fallback == "0s";
    const bool no_bound = row.range->zero.contains("unlimited") || row.range->zero.contains("no ");
    (zero && no_bound ? unbounded : bounds).insert(row.name);
  }
  for (const auto& name : unbounded) {
    const bool of_a_key = name.starts_with("keys[].");  // an empty config has no keys
    const auto by = bounded_by.find(name);
    EXPECT_TRUE(of_a_key || (by != bounded_by.end() && bounds.contains(std::string(by->second))))
        << name << " is unlimited by default";
  }
  EXPECT_GE(bounds.size(), 40) << "it has looked at something";
}

TEST(Settings, EveryDefaultIsAllowed) {
  const std::string printed = print_settings(Settings());
  EXPECT_EQ(problems(printed), "") << printed;
}

TEST(Settings, ThePrintedConfigLoadsAgainAndHidesSecrets) {
  const std::string text =
      "keys: [{name: a$$b, key: 0123456789abcdef, expires: 2026-12-31, networks: ['::1']}]\n"
      "upstreams: [{name: a, url: 'http://h', timeout: 1500ms}]\n"
      "models: [{id: 'm*', type: text, created: 5, capabilities: [tools], hidden: true}]\n";
  const std::string printed = print_settings(loaded(text));

  EXPECT_NE(printed.find("    key: \"***\"\n"), std::string::npos) << printed;
  EXPECT_EQ(printed.find("0123456789abcdef"), std::string::npos) << printed;
  std::string again = printed;
  again.replace(again.find("\"***\""), 5, "0123456789abcdef");
  EXPECT_EQ(print_settings(loaded(again)), printed);
}

TEST(Settings, SomeChangesNeedARestart) {
  const Settings running = loaded(kExample);
  Settings next = loaded(kExample);
  EXPECT_TRUE(restart_needed(running, next).empty());

  next.log.level = "debug";
  next.keys.clear();
  next.models[0].hidden = true;
  next.discovery.timeout = 1s;
  EXPECT_TRUE(restart_needed(running, next).empty());

  next.server.listen = "127.0.0.1:0";
  next.pepper = Secret("0123456789abcdef");
  EXPECT_EQ(restart_needed(running, next), (std::vector<std::string>{"pepper", "server.listen"}));
}

TEST(Settings, AFileThatIsNotThereIsAProblem) {
  const auto settings = load_settings_file("/nowhere/weir.yaml");
  ASSERT_FALSE(settings);
  EXPECT_EQ(config::format_problems(settings.error()),
            "/nowhere/weir.yaml: cannot be read: No such file or directory\n");
}

TEST(Settings, AFileIsReadFromItsOwnFolder) {
  const std::string folder = testing::TempDir() + "weir_settings_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/owner.txt") << "Qwen\n";
  std::ofstream(folder + "/weir.yaml") << "models: [{id: m, owned_by: '${file:owner.txt}'}]\n";

  const auto settings = load_settings_file(folder + "/weir.yaml");

  ASSERT_TRUE(settings) << config::format_problems(settings.error());
  EXPECT_EQ(settings->models.at(0).facts.owned_by, "Qwen");
  std::filesystem::remove_all(folder);
}

// A limit that is not set must not mean "unlimited". Zero means that, or similar, only if something
// else bounds the same quantity, and is the default only for these settings.
TEST(Settings, EveryLimitIsFiniteByDefault) {
  const std::map<std::string_view, std::string_view> bounded_otherwise = {
      {"server.threads", "one per core"},
      {"server.max_connections", "the limit on descriptors"},
      {"server.max_in_flight", "the limit on descriptors, and the memory"},
      {"calls.max_in_flight", "server.max_in_flight"},
      {"server.memory_limit_bytes", "the container's limit"},
      {"calls.buffer_bytes", "the memory that the process may use"},
      {"upstreams[].priority", "no limit: those that are called first"},
      {"calls.comment_interval", "no limit: no comments are sent"},
      {"calls.hedge_after", "no limit: no call is sent twice"},
      {"server.drain_delay", "no limit: no delay"},
      {"usage.detail_days", "usage.retention_days"},
  };
  int limits = 0;
  for (const config::Row& row : settings_schema().rows()) {
    // A key's limits are its owner's choice; without a file there are no keys.
    if (!row.range || row.fallback.empty() || row.name.starts_with("keys[].")) continue;
    ++limits;
    EXPECT_GE(row.range->min, 1) << row.name;
    EXPECT_LT(row.range->max, std::numeric_limits<std::int64_t>::max()) << row.name;
    const bool is_zero = row.fallback == "0" || row.fallback == "0ms" || row.fallback == "0s";
    EXPECT_EQ(is_zero, bounded_otherwise.contains(row.name)) << row.name << ": " << row.fallback;
  }
  EXPECT_GE(limits, 40);
}

TEST(Settings, EveryPartOfARequestHasALimit) {
  std::map<std::string, std::string> defaults;
  for (const config::Row& row : settings_schema().rows()) {
    if (row.range) defaults[row.name] = row.fallback;
  }
  const std::map<std::string, std::string> limits = {
      {"server.max_request_line_bytes", "8KiB"},  {"server.max_header_bytes", "32KiB"},
      {"server.max_header_fields", "100"},        {"server.max_chunk_overhead_bytes", "4KiB"},
      {"server.max_body_bytes", "1MiB"},          {"server.request_head_timeout", "10s"},
      {"server.request_body_timeout", "30s"},     {"server.keep_alive_timeout", "1m"},
      {"server.write_stall_timeout", "30s"},      {"calls.max_body_bytes", "32MiB"},
      {"calls.max_upload_bytes", "512MiB"},       {"calls.max_json_depth", "64"},
      {"calls.max_response_head_bytes", "64KiB"},
  };
  for (const auto& [name, value] : limits) EXPECT_EQ(defaults[name], value) << name;
}

}  // namespace
}  // namespace weir::app
