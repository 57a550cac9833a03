/// The messages of shares as arguments and replies of shares.lua.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "codec/resp.hpp"
#include "shares/message.hpp"

namespace weir::redis {

/// `run`: names this run of the server.
[[nodiscard]] std::vector<std::string> format_command(const shares::Command& command,
                                                      std::string_view run);
/// The reply to `command`; Rejection::invalid for one that makes no sense.
[[nodiscard]] shares::Reply parse_reply(const shares::Command& command,
                                        const codec::RespValue& value);

/// The script.
[[nodiscard]] std::string_view shares_script();

}  // namespace weir::redis
