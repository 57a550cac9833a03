#include "discovery/loopback_findings.hpp"

#include <fmt/format.h>

#include "discovery/loopback.hpp"

namespace weir::discovery {
namespace {

UpstreamSettings upstream_at(std::uint16_t port, const Kind& kind) {
  UpstreamSettings upstream;
  upstream.name = fmt::format("{}-{}", kind.slug, port);
  upstream.kind = kind.slug;
  upstream.url = fmt::format("http://{}:{}", kLoopbackHost, port);
  return upstream;
}

std::string describe(const PortOwner& owner, std::uint32_t own_uid) {
  std::string why;
  if (owner.kind == PortOwner::Kind::other) {
    why = fmt::format("its socket belongs to user {}, not to root or this server's user {}",
                      owner.uid, own_uid);
  } else {
    why = "the owner of its socket cannot be determined";
    if (!owner.detail.empty()) why += fmt::format(" ({})", owner.detail);
  }
  return why + "; to accept it, list it under `upstreams` in a config file";
}

}  // namespace

LoopbackFindings::Change LoopbackFindings::take(std::uint16_t port, const Kind* kind,
                                                const PortOwner& owner) {
  using enum PortOwner::Kind;
  const bool is_trusted = owner.kind == trusted;
  const bool is_gone = owner.kind == none && kind == nullptr;
  if (!is_trusted && !is_gone) return refuse(port, kind, owner);
  refused_.erase(port);
  if (kind == nullptr) return Change::none;
  const Kind*& accepted = accepted_[port];
  if (accepted == kind) return Change::none;
  accepted = kind;
  return Change::accepted;
}

// An answer without a listener comes from elsewhere, for example through a packet filter.
LoopbackFindings::Change LoopbackFindings::refuse(std::uint16_t port, const Kind* kind,
                                                  const PortOwner& owner) {
  const auto accepted = accepted_.find(port);
  const auto refused = refused_.find(port);
  const bool was_accepted = accepted != accepted_.end();
  const bool was_refused = refused != refused_.end();
  if (kind == nullptr) {
    if (was_accepted) kind = accepted->second;
    if (was_refused) kind = refused->second.kind;
  }
  if (kind == nullptr) return Change::none;  // not an engine
  if (was_accepted) accepted_.erase(accepted);
  const bool is_new =
      !was_refused || refused->second.kind != kind || refused->second.owner != owner;
  refused_.insert_or_assign(port, Refused{kind, owner});
  if (was_accepted) return Change::withdrawn;
  return is_new ? Change::refused : Change::none;
}

std::vector<UpstreamSettings> LoopbackFindings::upstreams() const {
  std::vector<UpstreamSettings> upstreams;
  upstreams.reserve(accepted_.size());
  for (const auto& [port, kind] : accepted_) upstreams.push_back(upstream_at(port, *kind));
  return upstreams;
}

std::vector<NotAccepted> LoopbackFindings::not_accepted() const {
  std::vector<NotAccepted> found;
  found.reserve(refused_.size());
  for (const auto& [port, refused] : refused_) {
    found.push_back({upstream_at(port, *refused.kind), describe(refused.owner, own_uid_)});
  }
  return found;
}

std::string LoopbackFindings::reason(std::uint16_t port) const {
  const auto refused = refused_.find(port);
  return refused == refused_.end() ? std::string{} : describe(refused->second.owner, own_uid_);
}

}  // namespace weir::discovery
