#include "gateway/translated.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace weir::gateway {
namespace {

// A larger body would hold up the other calls of the thread.
constexpr std::size_t kSmallBytes = 256 << 10;

// While a body is read, its values are in memory beside its bytes, and the new body is written.
constexpr std::size_t kCopies = 3;
constexpr std::size_t kValueBytes = 64;

std::size_t reading_bytes(std::string_view body) {
  return kCopies * body.size() + kValueBytes * translation::count_values(body);
}

std::string_view slug_of(catalogue::Endpoint endpoint) {
  return catalogue::describe(endpoint).slug;
}

bool reasons(const catalogue::Model& model) {
  const auto& known = model.facts.capabilities;
  return std::ranges::find(known, "reasoning") != known.end();
}

std::string fields_of(const CallContext& context, const Choice& choice,
                      const std::vector<std::string>& dropped) {
  auto fields = fmt::format("X-Weir-Translated: {}>{}\r\n", slug_of(context.input.endpoint),
                            slug_of(choice.endpoint));
  if (!dropped.empty()) fields += fmt::format("X-Weir-Dropped: {}\r\n", fmt::join(dropped, ", "));
  return fields;
}

net::Task<Result<>> await_room(CallContext& context, const Received& received, HeldBytes& reading,
                               std::size_t bytes) {
  const auto size = static_cast<std::int64_t>(bytes);
  const auto kept = static_cast<std::int64_t>(received.held_bytes());
  if (kept + size > reading.most()) co_return fail(Errc::overloaded, "calls.buffer_bytes");
  BodyWait wait(context.client, reading, size, true, kept);
  context.watch.set_waiting(&wait);
  const auto& settings = context.settings();
  auto waiting = wait.wait({.until = context.record().received + settings.total_timeout,
                            .step = settings.queue_timeout});
  const auto held = co_await std::move(waiting);
  context.watch.set_waiting(nullptr);
  if (!held) co_return std::unexpected(held.error());
  if (!*held) co_return fail(Errc::overloaded, "calls.buffer_bytes is reached");
  co_return Result<>{};
}

}  // namespace

net::Task<std::expected<std::unique_ptr<Translated>, Refusal>> translate_call(
    CallContext& context, const catalogue::Model& asked, Choice choice, const Received& received,
    bool asks_usage) {
  const auto& settings = context.settings();
  auto& shared = context.gateway.shared();
  auto& memory = shared.body_memory;
  HeldBytes reading(memory, memory.bound(settings));
  const auto bytes = reading_bytes(received.body());
  if (!reading.add(bytes)) {
    auto waiting = await_room(context, received, reading, bytes);
    if (auto held = co_await std::move(waiting); !held) {
      co_return std::unexpected(make_refusal(held.error().code));
    }
  }
  const auto& model = context.record().model;
  auto work = [&, body = received.body()] {
    return translation::translate(
        context.input.endpoint, body,
        {.model = model,
         .upstream_model = choice.route->model,
         .asks_usage = asks_usage,
         .output_limit = choice.destination->output_limit,
         .takes_effort = choice.destination->takes_effort && reasons(asked),
         .takes_top_k = choice.destination->takes_top_k,
         .called_at = std::chrono::system_clock::to_time_t(context.input.exchange.whole_at),
         .max_depth = static_cast<std::size_t>(settings.max_json_depth)});
  };
  std::optional<Result<translation::Request>> request;
  if (received.body().size() <= kSmallBytes) {
    request = work();
  } else {
    auto working = shared.workers.run(work);
    request = co_await std::move(working);
  }
  if (!*request) {
    auto& error = request->error();
    co_return std::unexpected(make_refusal(error.code, std::move(error.detail)));
  }
  auto translated = std::unique_ptr<Translated>(
      new Translated{.body = std::move((*request)->body),
                     .asks_usage = asks_usage,
                     .fields = fields_of(context, choice, (*request)->dropped),
                     .answer = {std::move((*request)->answer), context.input.endpoint, model},
                     .held = HeldBytes(memory, memory.bound(settings))});
  if (context.input.framing) translated->answer.use(*context.input.framing);
  translated->held.take_over(reading);
  if (!translated->hold()) {
    co_return std::unexpected(make_refusal(Errc::overloaded));
  }
  co_return std::move(translated);
}

}  // namespace weir::gateway
