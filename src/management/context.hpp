/// One request of the admin API, as its resource sees it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/digest.hpp"
#include "base/secret.hpp"
#include "codec/query.hpp"
#include "http/handler.hpp"
#include "management/access.hpp"
#include "management/problem.hpp"
#include "management/replays.hpp"
#include "management/services.hpp"

namespace weir::management {

/// The state of the listener, for as long as it lives.
struct State {
  Secret admin_key;
  Secret viewer_key;
  auth::Digester digester;
  Sessions sessions = {};
  Failures failures = {};  ///< of logins
  Failures bearer_failures =
      {};  ///< apart, so that a script with an old key keeps nobody from logging in
  Secret link = {};
  Replays replays = {};
  int streams = 0;
  /// The last event, which all streams share for a moment.
  std::string event = {};
  MonotonicTime event_made = MonotonicTime::min();
  std::shared_ptr<const auth::KeyTable> keys_seen = {};
  std::uint64_t keys_version = 0;  ///< of keys_seen: how many there were before
};

/// The role that a key gives; nothing: none.
[[nodiscard]] std::optional<Role> role_of(const State& state, std::string_view key);

struct Context {
  const Services& services;
  State& state;
  http::Exchange& exchange;
  codec::Query query = {};
  std::string name = {};  ///< the part in braces of the path, decoded
  Caller caller = {};
  std::string body = {};

  [[nodiscard]] const http::Request& request() const { return *exchange.request; }
  /// The first value of a field that http::FieldName lacks; empty: none.
  [[nodiscard]] std::string_view field(std::string_view name) const;
};

/// An answer that is no problem.
struct Body {
  std::string json = {};
  int status = 200;
  std::string fields = {};  ///< lines of the head, each with its CRLF
  std::string etag = {};    ///< empty: that of the bytes
  bool is_sent = false;     ///< the resource has answered itself
};

using Serving = net::Task<Answered<Body>>;

/// A line in the log about a change: who, where from, what, and its values before and after, which
/// contain no secret.
struct Change {
  std::string_view action;
  std::string_view subject;
  std::string_view before = {};
  std::string_view after = {};
};
void audit(const Context& context, const Change& change);

/// "admin by cookie".
[[nodiscard]] std::string describe(const Caller& caller);

}  // namespace weir::management
