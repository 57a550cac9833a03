// The resource `keys`: changes. Each runs as one piece of work on the store's thread, so that the
// check of If-Match and the change are one step, and ends with the new table of keys: when a change
// is answered, it is in effect.
#include <fmt/format.h>

#include "codec/etag.hpp"
#include "management/answer_json.hpp"
#include "management/body_json.hpp"
#include "management/key_access.hpp"
#include "management/key_json.hpp"
#include "management/resources.hpp"
#include "telemetry/log.hpp"

namespace weir::management {
namespace {

using store::KeyRecord;

/// A key before and after a change.
struct Changed {
  KeyRecord before;
  KeyRecord after;
};

Body body_of(const KeyRecord& key, WallTime now, const Secret* text, int status) {
  Body body{.status = status, .etag = etag_of(key)};
  codec::JsonWriter json(body.json);
  write_key(json, key, now, text);
  return body;
}

// The change itself is committed: a table that could not be read is the watcher's to read again.
void take_effect(auth::Keyring& keys) {
  if (const auto read = keys.refresh(monotonic_now()); !read) {
    telemetry::log_error("the key store cannot be read; known keys stay valid",
                         {{"detail", read.error().text()}});
  }
}

Answered<KeyRecord> find_matching(store::Store& store, std::string_view id,
                                  std::string_view if_match) {
  auto key = find_for_change(store, id);
  if (!key || if_match.empty()) return key;
  // A weak tag matches nothing here (RFC 9110 §13.1.1).
  if (if_match.starts_with("W/") || !codec::etag_matches(if_match, etag_of(*key))) {
    return refuse(Reason::precondition_failed);
  }
  return key;
}

/// Runs `change(store, key)` and returns the key before and after.
template <class F>
net::Task<Answered<Changed>> change_stored(const Context& context, F change) {
  const auto& services = context.services;
  auto work = [&services, id = context.name, if_match = std::string(context.field("If-Match")),
               change = std::move(change)]() mutable -> Answered<Changed> {
    auto before = find_matching(services.store, id, if_match);
    if (!before) return std::unexpected(std::move(before.error()));
    if (auto ok = change(services.store, *before); !ok) {
      return std::unexpected(problem_of(ok.error()));
    }
    take_effect(services.keys);
    auto after = services.store.find(id);
    return Changed{*before, after ? *after : *before};
  };
  auto working = services.store_pool.run(std::move(work));
  co_return co_await std::move(working);
}

/// Serves a request with an Idempotency-Key once.
class Once {
 public:
  explicit Once(Context& context) : context_(context), key_(context.field("Idempotency-Key")) {}

  /// Nothing: go on, and call `done`.
  [[nodiscard]] Answered<std::optional<Body>> begin() {
    if (key_.empty()) return std::nullopt;
    if (key_.size() > Replays::kMaxKeyBytes) {
      return refuse(Reason::invalid_parameter, "The key is at most 128 characters long.",
                    "Idempotency-Key");
    }
    const auto print = codec::strong_etag(
        fmt::format("{}\n{}", context_.request().path, std::string_view(context_.body)));
    auto kept = context_.state.replays.begin(key_, print, monotonic_now());
    if (!kept) return std::unexpected(std::move(kept.error()));
    if (!*kept) return std::nullopt;
    return Body{.json = std::string((*kept)->json.reveal()),
                .status = (*kept)->status,
                .fields = (*kept)->fields + "Idempotency-Replayed: true\r\n",
                .etag = (*kept)->etag};
  }
  void done(const Body& body) {
    if (key_.empty()) return;
    context_.state.replays.finish(key_, {body.status, Secret(body.json), body.fields, body.etag});
  }
  void failed() {
    if (!key_.empty()) context_.state.replays.cancel(key_);
  }

 private:
  Context& context_;
  std::string key_;
};

// The digester is the control thread's; so is the making of a text.
Answered<auth::IssuedKey> make(Context& context, const auth::KeyDraft& draft) {
  auto made =
      auth::make_key(context.state.digester, auth::system_random, draft, context.exchange.whole_at);
  if (!made) return std::unexpected(problem_of(made.error()));
  for (const auto& key : context.services.keys.config_keys()) {
    if (key.name == draft.name) {
      return std::unexpected(Problem{.reason = Reason::already_exists,
                                     .detail = "A key of the config file has this name.",
                                     .field = "name"});
    }
  }
  return std::move(*made);
}

net::Task<Answered<auth::IssuedKey>> create(Context& context, const auth::KeyDraft& draft) {
  auto made = make(context, draft);
  if (!made) co_return made;
  const auto& services = context.services;
  auto keep = [&services, record = made->record] {
    auto kept = services.store.create(record);
    if (kept) take_effect(services.keys);
    return kept;
  };
  auto keeping = services.store_pool.run(std::move(keep));
  const auto kept = co_await std::move(keeping);
  if (!kept) co_return std::unexpected(problem_of(kept.error()));
  co_return made;
}

Answered<std::chrono::milliseconds> parse_overlap(std::string_view text) {
  const auto body = parse_object(text);
  if (!body) return std::unexpected(body.error());
  if (auto ok = require_known(*body, {"overlap_seconds"}); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  const auto seconds = read_number(*body, "overlap_seconds");
  if (!seconds) return std::unexpected(seconds.error());
  constexpr auto kMost = std::chrono::seconds(auth::kMaxOverlap).count();
  if (seconds->value_or(0) > kMost) {
    return refuse(Reason::invalid_parameter, "overlap_seconds is at most 366 days.",
                  "overlap_seconds");
  }
  return std::chrono::seconds(seconds->value_or(0));
}

}  // namespace

Serving create_key(Context& context) {
  const auto draft = parse_draft(context.body);
  if (!draft) co_return std::unexpected(draft.error());
  Once once(context);
  auto before = once.begin();
  if (!before) co_return std::unexpected(std::move(before.error()));
  if (*before) co_return std::move(**before);
  auto creating = create(context, *draft);
  const auto issued = co_await std::move(creating);
  if (!issued) {
    once.failed();
    co_return std::unexpected(issued.error());
  }
  const auto& key = issued->record;
  audit(context, {.action = "create key", .subject = key.id, .after = summary(key)});
  auto body = body_of(key, context.exchange.whole_at, &issued->text, 201);
  body.fields = fmt::format("Location: /admin/v1/keys/{}\r\n", key.id);
  once.done(body);
  co_return body;
}

Serving change_key(Context& context) {
  const auto change = parse_change(context.body);
  if (!change) co_return std::unexpected(change.error());
  if (context.field("If-Match").empty()) co_return refuse(Reason::precondition_required);
  auto apply = [change = *change](store::Store& store, const KeyRecord& key) -> Result<> {
    if (change.limits) {
      if (auto ok = store.change_limits(key.id, *change.limits); !ok) return ok;
    }
    if (!change.disabled) return {};
    return store.set_disabled(key.id, *change.disabled);
  };
  auto changing = change_stored(context, std::move(apply));
  const auto changed = co_await std::move(changing);
  if (!changed) co_return std::unexpected(changed.error());
  const auto before = summary(changed->before);
  const auto after = summary(changed->after);
  audit(context, {"change key", context.name, before, after});
  co_return body_of(changed->after, context.exchange.whole_at, nullptr, 200);
}

Serving rotate_key(Context& context) {
  const auto overlap = parse_overlap(context.body);
  if (!overlap) co_return std::unexpected(overlap.error());
  Once once(context);
  auto before = once.begin();
  if (!before) co_return std::unexpected(std::move(before.error()));
  if (*before) co_return std::move(**before);
  auto text = std::make_shared<Secret>();
  auto rotate = [text, overlap = *overlap, now = context.exchange.whole_at,
                 digester = context.services.keys.make_digester()](
                    store::Store& store, const KeyRecord& key) mutable -> Result<> {
    auto issued = auth::rotate_key(store, digester, auth::system_random, key.id, overlap, now);
    if (!issued) return std::unexpected(std::move(issued.error()));
    *text = std::move(issued->text);
    return {};
  };
  auto rotating = change_stored(context, std::move(rotate));
  const auto changed = co_await std::move(rotating);
  if (!changed) {
    once.failed();
    co_return std::unexpected(changed.error());
  }
  const auto how = fmt::format("overlap {} s", overlap->count() / 1000);
  audit(context, {.action = "rotate key", .subject = context.name, .after = how});
  auto body = body_of(changed->after, context.exchange.whole_at, text.get(), 201);
  once.done(body);
  co_return body;
}

Serving revoke_key(Context& context) {
  auto revoke = [now = context.exchange.whole_at](store::Store& store, const KeyRecord& key) {
    return store.revoke(key.id, now);
  };
  auto revoking = change_stored(context, std::move(revoke));
  const auto changed = co_await std::move(revoking);
  if (!changed) co_return std::unexpected(changed.error());
  const auto before = summary(changed->before);
  audit(context, {"revoke key", context.name, before, "revoked"});
  co_return Body{.status = 204};
}

}  // namespace weir::management
