/// Ollama's paths that are no calls: its version, one model, and the management of models, which an
/// operator does elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::api {

/// The body of /api/version. Clients look for the version from which on a feature exists: this one
/// has the paths that Weir has (Copilot wants 0.6.4, Codex 0.13.3 for responses, Claude Code 0.14.0
/// for messages).
inline constexpr std::string_view kOllamaVersion = R"({"version":"0.14.0"})";

/// The body of `GET /`, by which scripts and clients tell that an Ollama is there.
inline constexpr std::string_view kOllamaRuns = "Ollama is running";

/// A body of /api/show is small.
inline constexpr std::size_t kMaxShowBytes = 64 << 10;

/// The model that a body of /api/show names: `model`, or the older `name`.
/// Errors: invalid_parameter; the detail is for the client.
[[nodiscard]] Result<std::string> shown_model(std::string_view body);

/// For the client: the text of an error at a path at which Ollama's clients pull, copy or delete
/// models. Nothing for another path.
[[nodiscard]] std::optional<std::string> management_text(std::string_view path);

}  // namespace weir::api
