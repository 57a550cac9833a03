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
             "Time between two tokens, or pieces of audio, of a stream.")
      .field("picture", &Settings::picture, config::duration({1, kMinute, "at once"}),
             "Time to generate an image.")
      .field("video", &Settings::video, config::duration({1, 10 * kMinute, "at once"}),
             "Time from the submission of a video to its success; a quarter of it is spent in the "
             "queue.");
  return schema;
}

}  // namespace weir::simulator
