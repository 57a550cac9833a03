/// `weir keys …`: works on the store directly, so it needs no running server; a running one sees
/// the change within a second.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_line/command_result.hpp"
#include "app/lifecycle/settings.hpp"
#include "auth/issue.hpp"
#include "base/result.hpp"
#include "limit/limits.hpp"

namespace weir::app {

/// The most keys that one command creates: the write lock of the store is held for a second.
inline constexpr std::size_t kMostKeys = 10'000;

/// The option for a limit of `weir keys create`: "--requests-per-minute,--rpm".
[[nodiscard]] std::string limit_options(const limit::LimitRow& row);

/// Parses limits for single models: a pattern and at least one limit by its short name, separated
/// by blanks, as in `Qwen/* tpm=100000 concurrency=4`. Errors: invalid_parameter.
[[nodiscard]] Result<limit::ModelLimits> parse_model_limits(std::string_view text);

/// "RPM 600 TPM 100000; Qwen/*: concurrency 4"; "-" if nothing is limited.
[[nodiscard]] std::string limits_text(const limit::Limits& limits,
                                      const std::vector<limit::ModelLimits>& of_models);
/// "app" (key_0123), with quotes.
[[nodiscard]] std::string name_for_people(const store::KeyRecord& key);
[[nodiscard]] bool is_config_key(const Settings& settings, const std::string& name);
/// The answer to a change of a config key: the command would change a stored key of that name, if
/// any, and the config's key would stay valid.
[[nodiscard]] std::unexpected<Error> config_key_error(const std::string& name);

[[nodiscard]] Output create_key(const Settings& settings, const auth::KeyDraft& draft, bool json);
/// Creates a key for each name, with the permissions and limits of `draft`: all of them, or none.
/// Prints name, id and key of each.
[[nodiscard]] Output create_keys(const Settings& settings, const auth::KeyDraft& draft,
                                 const std::vector<std::string>& names, bool json);
/// "team-1" to "team-3". Errors: invalid_parameter for less than one, or more than kMostKeys.
[[nodiscard]] Result<std::vector<std::string>> numbered_names(const std::string& name,
                                                              std::int64_t count);
/// The lines of a file that are not blank, without blanks around them.
/// Errors: invalid_parameter for a file that cannot be read, or has none or more than kMostKeys.
[[nodiscard]] Result<std::vector<std::string>> names_from(const std::string& file);

[[nodiscard]] Output list_keys(const Settings& settings, bool with_revoked, bool json);
[[nodiscard]] Output rotate_key(const Settings& settings, const std::string& name_or_id,
                                std::chrono::milliseconds overlap, bool json);
[[nodiscard]] Output revoke_key(const Settings& settings, const std::string& name_or_id);
[[nodiscard]] Output set_key_disabled(const Settings& settings, const std::string& name_or_id,
                                      bool disabled);

}  // namespace weir::app
