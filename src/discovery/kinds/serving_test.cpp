#include "discovery/kinds/serving.hpp"

#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

bool is_available(std::string_view fields) {
  const auto body = fmt::format(R"([{{"id":"m",{}}}])", fields);
  const auto models = ScriptedUpstream().on("/models", body).models("openai");
  return models && models->size() == 1 && models->front().available;
}

TEST(Serving, ARowMaySayThatItCannotServe) {
  for (const auto* fields :
       {R"("active":false)", R"("status":"Shutdown")", R"("deprecated":true)",
        R"("deprecated":1718309480)", R"("status":"failed")", R"("lifecycle_status":"deprecated")",
        R"("status":{"value":"unloaded","failed":true,"exit_code":1})",
        R"("status":{"value":"failed"})", R"("state":{"ready":"NOT_READY"})",
        R"("expiration_date":"2025-01-31")", R"("ready_replicas":0)", R"("enabled":false)",
        R"("downloaded":false)", R"("model_spec":{"offline":true})",
        R"("capabilities":{"inference":false})", R"("deprecation":{"inference":1735689600})",
        R"("providers":[{"provider":"x","status":"error"}])"}) {
    EXPECT_FALSE(is_available(fields)) << fields;
  }
}

TEST(Serving, NearSpellingsSayTheSame) {
  for (const auto* fields :
       {R"("active":0)", R"("enabled":"false")", R"("isActive":false)", R"("is_active":false)",
        R"("Is-Enabled":"False")", R"("is_deprecated":1)", R"("disabled":"true")",
        R"("deprecation_date":"2025-01-31")", R"("shutdown_date":"2025-01-31T00:00:00Z")",
        R"("retired_at":1735689600)", R"("sunset_date":"2025-01-31")",
        R"("sunsetDate":"2025-01-31")", R"("policy":{"state":"disabled"})",
        R"("available_on_current_plan":false)", R"("lifecycle":{"name":"End of Life"})",
        R"("lifecycle":"end_of_life")", R"("lifecycleStatus":{"value":"RETIRED"})",
        R"("readyReplicas":0)"}) {
    EXPECT_FALSE(is_available(fields)) << fields;
  }
}

TEST(Serving, AStateMayStandInFourPlacesAsTextOrObject) {
  const auto expect = [](std::string_view state, bool available) {
    for (const auto* key : {"status", "state", "lifecycle", "lifecycle_status"}) {
      for (const auto* shape :
           {R"("{}":"{}")", R"("{}":{{"value":"{}"}})", R"("{}":{{"name":"{}"}})"}) {
        const auto fields = fmt::format(fmt::runtime(shape), key, state);
        EXPECT_EQ(is_available(fields), available) << fields;
      }
    }
  };
  for (const auto* dead :
       {"stopped", "Paused", "unhealthy", "not_available", "unavailable", "end_of_life", "offline",
        "disabled", "ERROR", "terminated", "archived", "sunset", "retired"}) {
    expect(dead, false);
  }
  for (const auto* alive :
       {"loading", "unloaded", "sleeping", "idle", "ready", "standby", "novel"}) {
    expect(alive, true);
  }
}

TEST(Serving, WhatLoadsOrIsAnnouncedToEndServesStill) {
  for (const auto* fields :
       {R"("active":true)", R"("status":"Retiring")", R"("deprecated":false)",
        R"("deprecated":null)", R"("status":1)", R"("status":{"value":"unloaded"})",
        R"("status":{"value":"loading"})", R"("state":"not-loaded")",
        R"("state":{"ready":"READY"})", R"("expiration_date":"2030-01-31")",
        R"("expiration_date":"2026-03-01")", R"("ready_replicas":1)", R"("running":false)",
        R"("lifecycle_status":"preview")", R"("providers":[{"status":"live"},{"status":"error"}])",
        R"("providers":[])", R"("suggested":false)"}) {
    EXPECT_TRUE(is_available(fields)) << fields;
  }
}

TEST(Serving, APlaceholderIsNoModel) {
  for (const auto* id : {"inactive", "koboldcpp/inactive", "no_model", "None", "No model loaded"}) {
    EXPECT_TRUE(is_placeholder(id)) << id;
  }
  for (const auto* id : {"koboldcpp/llama", "org/inactive", "inactive-7b", ""}) {
    EXPECT_FALSE(is_placeholder(id)) << id;
  }
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"data":[{"id":"koboldcpp/inactive"},{"id":"koboldcpp/good"}]})");
  EXPECT_EQ(upstream.list("openai"), (Lines{"koboldcpp/good {?}"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
