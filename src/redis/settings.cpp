#include "redis/settings.hpp"

#include "config/schema.hpp"
#include "redis/url.hpp"

namespace weir::redis {

config::Schema<Settings> settings_schema() {
  config::Schema<Settings> schema(config::Apply::restart);
  schema
      .field(
          "url", &Settings::url,
          config::secret("redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE], or rediss:// for TLS",
                         [](std::string_view text) { return parse_url(text).has_value(); }),
          "Redis or Valkey server through which several servers share the limits of keys. If not "
          "set, each server counts alone. All servers must have the same limits and keys.")
      .field("ca_file", &Settings::ca_file,
             config::text("a file with PEM certificates, or \"\" for those of the system",
                          [](std::string_view) { return true; }),
             "Certificates that a rediss:// server is checked with.")
      .field("when_away", &Settings::when_away, config::one_of(kWhenAwayNames),
             "While that server cannot be reached: `share` goes on with the share that this server "
             "has of each limit; `closed` answers 503 after 10 s, so that no limit is ever "
             "exceeded; `open` lets each server use the whole limit.")
      .field("timeout", &Settings::timeout, config::duration({10, 60'000}),
             "Time limit of one exchange with that server; a connection takes ten times as long at "
             "most.");
  return schema;
}

}  // namespace weir::redis
