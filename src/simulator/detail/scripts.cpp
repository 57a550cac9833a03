#include "simulator/detail/scripts.hpp"

#include <utility>

#include <fmt/format.h>

namespace weir::simulator::detail {
namespace {

Steps one_step(std::string bytes) {
  Step step{{}, std::move(bytes)};
  co_yield std::move(step);
}

Steps first_steps(Steps steps, std::size_t count) {
  for (; count > 0; --count) {
    auto step = steps.next();
    if (!step) co_return;
    co_yield std::move(*step);
  }
}

}  // namespace

Script whole_answer(std::string content_type, std::string body, std::chrono::milliseconds wait) {
  Script script;
  script.content_type = std::move(content_type);
  script.wait = wait;
  script.content_length = body.size();
  script.body = one_step(std::move(body));
  return script;
}

Script json_answer(std::string body, std::chrono::milliseconds wait) {
  return whole_answer("application/json; charset=utf-8", std::move(body), wait);
}

Script streamed_answer(std::string content_type, Steps body, std::chrono::milliseconds wait) {
  Script script;
  script.content_type = std::move(content_type);
  script.wait = wait;
  script.body = std::move(body);
  return script;
}

Script event_stream(Steps events, std::chrono::milliseconds wait) {
  Script script = streamed_answer("text/event-stream", std::move(events), wait);
  script.fields.push_back({"Cache-Control", "no-cache"});
  return script;
}

Step event(std::chrono::milliseconds wait, std::string_view data) {
  return {wait, fmt::format("data: {}\n\n", data)};
}

Step named_event(std::chrono::milliseconds wait, std::string_view name, std::string_view data) {
  return {wait, fmt::format("event: {}\ndata: {}\n\n", name, data)};
}

Script broken_off(Script script, std::size_t events, End end) {
  if (script.content_length) {
    auto step = script.body.next();
    if (step) script.body = one_step(step->bytes.substr(0, step->bytes.size() / 2));
  } else {
    script.body = first_steps(std::move(script.body), events);
  }
  script.end = end;
  return script;
}

}  // namespace weir::simulator::detail
