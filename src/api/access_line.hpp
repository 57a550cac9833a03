/// One request as one JSON line of the access log.
#pragma once

#include <string>

#include "gateway/call_record.hpp"
#include "http/handler.hpp"

namespace weir::api {

/// Appends the line with its newline. It contains no query, header or body, and masks text in a
/// path that looks like a key.
void append_access_line(std::string& out, const http::Exchange& exchange,
                        const gateway::CallRecord* call = nullptr);

}  // namespace weir::api
