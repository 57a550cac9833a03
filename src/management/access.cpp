#include "management/access.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace weir::management {
namespace {

constexpr std::size_t kTokenChars = 43;  // of base 62: 256 bits

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

Secret make_token(const auth::RandomSource& random) {
  std::string text;
  text.reserve(kTokenChars);
  auth::append_base62(text, kTokenChars, random);
  return Secret(std::move(text));
}

const Sessions::Session& Sessions::open(Role role, WallTime now, const auth::RandomSource& random) {
  std::erase_if(sessions_, [now](const Session& session) { return session.ends <= now; });
  if (sessions_.size() >= kMost) sessions_.pop_front();
  sessions_.push_back({make_token(random), role, now + kLife});
  return sessions_.back();
}

const Sessions::Session* Sessions::find(std::string_view token, WallTime now) const {
  for (const Session& session : sessions_) {
    if (same_secret(token, session.token)) return session.ends <= now ? nullptr : &session;
  }
  return nullptr;
}

void Sessions::close(std::string_view token) {
  std::erase_if(sessions_,
                [&](const Session& session) { return same_secret(token, session.token); });
}

void Failures::forget(Times& times, MonotonicTime now) {
  while (!times.empty() && times.front() + kWindow <= now) times.pop_front();
}

void Failures::forget_all(MonotonicTime now) {
  for (auto& [address, times] : by_address_) forget(times, now);
  std::erase_if(by_address_, [](const auto& entry) { return entry.second.empty(); });
}

std::string Failures::key_of(std::string_view address) const {
  std::string key(address);
  return by_address_.size() < kAddresses || by_address_.contains(key) ? key : std::string();
}

std::optional<std::chrono::seconds> Failures::must_wait(std::string_view address,
                                                        MonotonicTime now) {
  if (by_address_.size() >= kAddresses) forget_all(now);
  const auto found = by_address_.find(key_of(address));
  if (found == by_address_.end()) return std::nullopt;
  forget(found->second, now);
  if (found->second.size() < kMost) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(found->second.front() + kWindow - now);
}

void Failures::add(std::string_view address, MonotonicTime now) {
  if (by_address_.size() >= kAddresses) forget_all(now);
  auto& times = by_address_[key_of(address)];
  forget(times, now);
  if (times.size() == kMost) times.pop_front();
  times.push_back(now);
}

std::string_view find_cookie(std::string_view field, std::string_view name) {
  while (!field.empty()) {
    const auto end = std::min(field.find(';'), field.size());
    const auto pair = trimmed(field.substr(0, end));
    const auto equals = pair.find('=');
    if (equals != pair.npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
    field.remove_prefix(std::min(end + 1, field.size()));
  }
  return {};
}

std::string set_cookie_field(const Secret& token, bool has_tls) {
  const auto life = token.empty() ? std::chrono::seconds(0) : std::chrono::seconds(Sessions::kLife);
  return fmt::format("Set-Cookie: {}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}\r\n",
                     cookie_name(has_tls), token.reveal(), life.count(), has_tls ? "; Secure" : "");
}

}  // namespace weir::management
