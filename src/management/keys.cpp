// The resource `keys`: reading.
#include <algorithm>

#include "management/answer_json.hpp"
#include "management/key_access.hpp"
#include "management/key_json.hpp"
#include "management/resources.hpp"

namespace weir::management {
namespace {

using store::KeyRecord;

struct Filter {
  std::string state;
  std::string text;

  [[nodiscard]] bool admits(const KeyRecord& key, WallTime now) const {
    const auto current = state_of(key, now);
    const bool has_state = state.empty() ? current != "revoked" : current == state;
    return has_state && (contains_text(key.name, text) || contains_text(key.id, text));
  }
};

Answered<Filter> parse_filter(const codec::Query& query) {
  Filter filter;
  for (const auto& [name, part] : {std::pair("state", &filter.state), {"q", &filter.text}}) {
    const auto value = parameter(query, name);
    if (!value) return std::unexpected(value.error());
    *part = value->value_or("");
  }
  constexpr std::string_view kStates[] = {"", "active", "disabled", "revoked", "expired"};
  if (std::ranges::find(kStates, filter.state) == std::end(kStates)) {
    return refuse(Reason::invalid_parameter, "state must be active, disabled, revoked or expired.",
                  "state");
  }
  return filter;
}

// Newest first; those of the config file come before.
std::vector<KeyRecord> all_keys(const auth::Keyring& ring, std::vector<KeyRecord> stored) {
  auto keys = ring.config_keys();
  std::ranges::reverse(stored);
  std::ranges::move(stored, std::back_inserter(keys));
  return keys;
}

std::vector<std::string_view> model_ids(const catalogue::Catalogue& catalogue) {
  std::vector<std::string_view> ids;
  for (const auto& model : catalogue.models()) {
    const auto& id = model.counted_id();  // its aliases follow a model
    if (ids.empty() || ids.back() != id) ids.emplace_back(id);
  }
  return ids;
}

/// The present use of limits; of no key that is not in the table.
class UseReader {
 public:
  UseReader(const auth::Keyring& keys, std::shared_ptr<const catalogue::Catalogue> catalogue)
      : keys_(keys), catalogue_(std::move(catalogue)) {}

  [[nodiscard]] std::vector<limit::LimitUse> of(std::string_view id) {
    const auto entry = keys_.find(id);
    if (!entry) return {};
    const bool by_model = !entry->terms->model_limits.empty();
    if (by_model && models_.empty()) models_ = model_ids(*catalogue_);
    return entry->limiter()->uses(by_model ? models_ : std::vector<std::string_view>(),
                                  monotonic_now());
  }

 private:
  const auth::Keyring& keys_;
  std::shared_ptr<const catalogue::Catalogue> catalogue_;
  std::vector<std::string_view> models_;
};

std::string render(const std::vector<KeyRecord>& keys, const Filter& filter, const Page& page,
                   UseReader uses, WallTime now) {
  std::string text;
  codec::JsonWriter json(text);
  json.begin_object().key("data").begin_array();
  bool is_before = !page.after.empty();
  std::size_t written = 0;
  std::string_view last;
  bool has_more = false;
  for (const auto& key : keys) {
    if (std::exchange(is_before, is_before && key.id != page.after)) continue;
    if (!filter.admits(key, now)) continue;
    if (written == page.limit) {
      has_more = true;
      break;
    }
    const auto used = uses.of(key.id);
    write_key(json, key, now, nullptr, &used);
    last = key.id;
    ++written;
  }
  json.end_array();
  write_next(json, has_more ? last : "");
  json.end_object();
  return text;
}

}  // namespace

Serving list_keys(Context& context) {
  const auto page = parse_page(context.query);
  if (!page) co_return std::unexpected(page.error());
  const auto filter = parse_filter(context.query);
  if (!filter) co_return std::unexpected(filter.error());
  const auto& services = context.services;
  auto list = [&store = services.store] { return store.list(); };
  auto listing = services.store_pool.run(std::move(list));
  auto stored = co_await std::move(listing);
  if (!stored) co_return std::unexpected(problem_of(stored.error()));
  auto make = [stored = std::move(*stored), &ring = services.keys, catalogue = services.catalogue(),
               filter = *filter, page = *page,
               now = context.exchange.whole_at]() mutable -> Answered<std::string> {
    const auto keys = all_keys(ring, std::move(stored));
    const auto is_last = [&](const KeyRecord& key) { return key.id == page.after; };
    if (!page.after.empty() && std::ranges::none_of(keys, is_last)) {
      return refuse(Reason::invalid_parameter, "Take the cursor from `next`.", "cursor");
    }
    return render(keys, filter, page, UseReader(ring, catalogue), now);
  };
  auto making = services.report_pool.run(std::move(make));
  auto text = co_await std::move(making);
  if (!text) co_return std::unexpected(std::move(text.error()));
  co_return Body{.json = std::move(*text)};
}

Serving show_key(Context& context) {
  auto finding = find_key(context);
  const auto key = co_await std::move(finding);
  if (!key) co_return std::unexpected(key.error());
  std::string text;
  codec::JsonWriter json(text);
  write_key(json, *key, context.exchange.whole_at);
  co_return Body{.json = std::move(text), .etag = etag_of(*key)};
}

Serving show_key_use(Context& context) {
  auto finding = find_key(context);
  const auto key = co_await std::move(finding);
  if (!key) co_return std::unexpected(key.error());
  UseReader uses(context.services.keys, context.services.catalogue());
  std::string text;
  codec::JsonWriter json(text);
  json.begin_object().key("data").begin_array();
  write_uses(json, uses.of(key->id));
  json.end_array();
  write_next(json, "");
  json.end_object();
  co_return Body{.json = std::move(text)};
}

}  // namespace weir::management
