/// A call as the operator's list of the last calls has it: what the access line says of it.
#pragma once

#include "gateway/call_record.hpp"
#include "http/handler.hpp"
#include "telemetry/call_log.hpp"

namespace weir::api {

/// Cost: allocates nothing.
[[nodiscard]] telemetry::CallSummary summarize(const http::Exchange& exchange,
                                               const gateway::CallRecord& call);

}  // namespace weir::api
