/// Parameters of a query on Google's paths.
#pragma once

#include <string_view>

namespace weir::api {

/// The raw value of `key`: no key of ours needs an escape. Empty if there is none.
[[nodiscard]] std::string_view key_in_query(std::string_view query);

/// `alt=sse`: without it a stream of Google's is one JSON array.
///
/// Source: cloud.google.com, APIs: system parameters; ai.google.dev, streamGenerateContent,
/// 2026-11.
[[nodiscard]] bool wants_events(std::string_view query);

}  // namespace weir::api
