/// The fields of an answer's head that Weir adds, and those that it forwards. Pure.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "http/response_parser.hpp"

namespace weir::gateway {

/// Adds the fields of an upstream's head that a client may see; the others say what is inside.
void put_forwarded_fields(std::string& fields, const http::ResponseHead& head);

/// Adds `Server-Timing: weir;dur=…, upstream;dur=…`, in milliseconds.
void put_server_timing(std::string& fields, MonotonicClock::duration weir,
                       MonotonicClock::duration upstream);

}  // namespace weir::gateway
