/// One request as one JSON line of the access log.
#pragma once

#include <string>

#include "gateway/call_record.hpp"
#include "http/handler.hpp"

namespace weir::api {

/// Appends the line with its newline. No query, no header and no body goes in, and what looks like
/// a key in a path is masked.
void append_access_line(std::string& out, const http::Exchange& exchange,
                        const gateway::CallRecord* call = nullptr);

}  // namespace weir::api
