/// The requests of bench/proxy and bench/edge, a row per workload: the load generator makes the
/// request from it and the upstream stub the answer.
///
/// The stub identifies a workload by the model's name, the one thing that every proxy forwards.
/// Events carry the time of their send in their text, for the same reason.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::bench {

struct Workload {
  std::string_view name;
  std::string_view model;
  std::size_t request_bytes;       // of the body, about
  int events;                      // with text; 0: the answer is one JSON document
  std::chrono::milliseconds pace;  // before each event, or the document; none: all at once
  bool ends;                       // if not, the stub stays silent after its events
};

constexpr std::array kWorkloads = {
    Workload{"chat", "bench-chat", 800, 0, {}, true},
    Workload{"large", "bench-large-chat", 120'000, 0, {}, true},
    Workload{"paced", "bench-paced-chat", 800, 20, std::chrono::milliseconds(10), true},
    Workload{"burst", "bench-burst-chat", 800, 200, {}, true},
    Workload{"held", "bench-held-chat", 800, 1, {}, false},
    Workload{"slow", "bench-slow-chat", 800, 0, std::chrono::milliseconds(50), true},
};

/// Before the nanoseconds of CLOCK_MONOTONIC at which an event was sent: always kStampDigits.
constexpr std::string_view kStampMark = "sent_ns=";
constexpr std::size_t kStampDigits = 19;

/// CLOCK_MONOTONIC, which is the same for all processes of a machine.
inline std::int64_t now_ns() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

/// The body of a request. It asks for usage, so that a proxy has no reason to hide it.
inline std::string request_body(const Workload& workload) {
  std::string body = R"({"model":")" + std::string(workload.model) + R"(",)";
  if (workload.events > 0) body += R"("stream":true,"stream_options":{"include_usage":true},)";
  body += R"("max_tokens":64,"temperature":0.7,"messages":[{"role":"user","content":")";
  constexpr std::string_view kEnd = R"("}]})";
  constexpr std::string_view kWords = "Say in a few words what a weir is for. ";
  while (body.size() + kWords.size() + kEnd.size() <= workload.request_bytes) body += kWords;
  return body.append(kEnd);
}

/// The row whose model `body` names; nothing if there is none.
inline std::optional<Workload> workload_of(std::string_view body) {
  const auto member = body.find(R"("model")");
  if (member == std::string_view::npos) return {};
  const auto begin = body.find('"', body.find(':', member));
  if (begin == std::string_view::npos) return {};
  const auto model = body.substr(begin + 1, body.find('"', begin + 1) - begin - 1);
  for (const auto& row : kWorkloads) {
    if (row.model == model) return row;
  }
  return {};
}

}  // namespace weir::bench
