#include "simulator/settings.hpp"

#include "config/schema.hpp"

namespace weir::simulator {

config::Schema<Settings> settings_schema() {
  constexpr std::int64_t kMinute = 60'000;
  config::Schema<Settings> schema(config::Apply::restart);
  schema
      .field("first_token", &Settings::first_token, config::duration({1, kMinute, "at once"}),
             "Time from a request to the first token of its answer.")
      .field("token", &Settings::token, config::duration({1, kMinute, "at once"}),
             "Time from one token of a stream, or piece of its sound, to the next.")
      .field("picture", &Settings::picture, config::duration({1, kMinute, "at once"}),
             "Time that an image takes.")
      .field("video", &Settings::video, config::duration({1, 10 * kMinute, "at once"}),
             "Time from a video's submission to its success; a quarter of it is spent queueing.");
  return schema;
}

}  // namespace weir::simulator
