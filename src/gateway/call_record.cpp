#include "gateway/call_record.hpp"

namespace weir::gateway {

std::string_view name(Phase phase) {
  switch (phase) {
    case Phase::receiving:
      return "receiving";
    case Phase::admitting:
      return "admitting";
    case Phase::queued:
      return "queued";
    case Phase::connecting:
      return "connecting";
    case Phase::sending:
      return "sending";
    case Phase::waiting:
      return "waiting";
    case Phase::answering:
      return "answering";
    case Phase::done:
      return "done";
  }
  __builtin_unreachable();
}

void CallRecord::reset() {
  auto model_text = std::move(model);
  auto upstream_text = std::move(upstream);
  auto id_text = std::move(upstream_request_id);
  *this = CallRecord{};
  model = std::move(model_text);
  upstream = std::move(upstream_text);
  upstream_request_id = std::move(id_text);
  model.clear();
  upstream.clear();
  upstream_request_id.clear();
}

}  // namespace weir::gateway
