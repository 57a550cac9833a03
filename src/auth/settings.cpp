#include "auth/settings.hpp"

#include <string_view>

#include "auth/key_text.hpp"
#include "auth/network.hpp"
#include "catalogue/model.hpp"
#include "config/schema.hpp"
#include "config/text_check.hpp"
#include "store/key_record.hpp"

namespace weir::auth {
namespace {

bool is_key_name(std::string_view text) {
  return text.size() <= store::kMaxKeyNameBytes && config::is_filled_text(text);
}

std::vector<std::string_view> sub_type_words() {
  std::vector<std::string_view> words;
  words.reserve(catalogue::kSubTypeCount);
  for (int i = 0; i < catalogue::kSubTypeCount; ++i) {
    words.push_back(wire_name(static_cast<catalogue::SubType>(i)));
  }
  return words;
}

}  // namespace

config::Schema<KeySettings> key_schema() {
  using config::list_of;
  config::Schema<KeySettings> schema(config::Apply::live);
  schema
      .required("name", &KeySettings::name, config::text("1 to 100 characters", is_key_name),
                "What logs and the list of keys call it; its own in this file.")
      .required(
          "key", &KeySettings::key,
          config::secret(
              "16 to 512 letters, digits and signs of -._~+/, or a key of Weir's own, unchanged",
              [](std::string_view text) { return parse_key(text) == KeyFault::none; }),
          "The key itself, best as `${NAME}` or `${file:path}`.")
      .field("requests_per_minute", &KeySettings::requests_per_minute,
             config::integer<std::int64_t>({1, kMaxRequestsPerMinute, "unlimited"}),
             "Requests in any 60 seconds.")
      .field(
          "models", &KeySettings::models,
          list_of(config::text("a model's id or a pattern with * and ?", config::is_filled_text)),
          "The models it may list and call.")
      .field("sub_types", &KeySettings::sub_types, list_of(config::one_of(sub_type_words())),
             "Only models of these sub types; an empty list for all.")
      .field("networks", &KeySettings::networks,
             list_of(config::text(
                 "an address or a network such as 10.0.0.0/8 or fd00::/8",
                 [](std::string_view text) { return Network::parse(text).has_value(); })),
             "Where it may be used from; an empty list for everywhere.")
      .field("expires", &KeySettings::expires, config::timestamp(), "When it ceases to be valid.")
      .field("disabled", &KeySettings::disabled, config::boolean(),
             "Refuses the key with 403 and keeps its entry.");
  return schema;
}

}  // namespace weir::auth
