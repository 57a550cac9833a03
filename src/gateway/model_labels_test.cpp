#include "gateway/model_labels.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/call_metrics.hpp"

namespace weir::gateway {
namespace {

using catalogue::Endpoint;

TEST(ModelLabels, WhatWasAdmittedStaysSo) {
  ModelLabels labels;
  EXPECT_TRUE(labels.admits(Endpoint::chat_completions, "first"));
  for (int i = 0; i < 1000; ++i) {
    static_cast<void>(labels.admits(Endpoint::chat_completions, fmt::format("m{}", i)));
  }
  EXPECT_TRUE(labels.admits(Endpoint::chat_completions, "first"));
  EXPECT_FALSE(labels.admits(Endpoint::chat_completions, "last"));
  EXPECT_FALSE(labels.admits(Endpoint::embeddings, "first"));
  EXPECT_FALSE(labels.admits(Endpoint::chat_completions, "first", Errc::overloaded));
}

// Each thread calls models of its own, and every call fails in a way of its own.
TEST(CallMetrics, StayBelowAMegabyteWhateverClientsCall) {
  constexpr int kThreads = 8;
  telemetry::Registry registry;
  ModelLabels labels;
  for (int thread = 0; thread < kThreads; ++thread) {
    CallMetrics metrics(registry, labels);
    for (int i = 0; i < 1000; ++i) {
      CallRecord record;
      record.endpoint = i % 2 == 0 ? Endpoint::chat_completions : Endpoint::messages;
      record.model = fmt::format("vendor-{}/Model-{:04}-8B-Instruct", thread, i);
      record.usage = {.input = 100, .output = 200};
      record.streamed = true;
      record.received = MonotonicTime(std::chrono::seconds(1));
      record.first_event = record.received + std::chrono::seconds(1);
      record.complete = record.first_event + std::chrono::seconds(1);
      metrics.record(record, std::nullopt, record.complete);
      for (const auto error : {Errc::overloaded, Errc::deadline_exceeded, Errc::connection_lost}) {
        metrics.record(record, error, record.complete);
      }
    }
  }
  const auto text = telemetry::format_metrics(registry);
  EXPECT_LE(text.size(), 1U << 20U);
  EXPECT_TRUE(text.contains("vendor-0/Model-0000-8B-Instruct"));
  EXPECT_TRUE(text.contains(R"(gen_ai_request_model="other")"));
}

}  // namespace
}  // namespace weir::gateway
