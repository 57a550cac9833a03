#include "auth/key_terms.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <boost/container_hash/hash.hpp>

namespace weir::auth {

namespace {

constexpr std::size_t kFewTerms = 64;

void hash_limits(std::size_t& hash, const limit::Limits& limits) {
  for (const limit::LimitRow& row : limit::limit_rows()) {
    boost::hash_combine(hash, limits.*row.member);
  }
}

std::size_t hash_of(const store::KeyGrant& grant, const Permission& permission) {
  std::size_t hash = permission.id;
  hash_limits(hash, grant.limits);
  for (const auto& entry : grant.model_limits) {
    boost::hash_combine(hash, std::hash<std::string_view>{}(entry.models));
    hash_limits(hash, entry.limits);
  }
  for (const auto& network : grant.networks) {
    boost::hash_combine(hash, std::hash<std::string_view>{}(network));
  }
  return hash;
}

Result<std::vector<Network>> parse_networks(const std::vector<std::string>& texts) {
  std::vector<Network> networks;
  networks.reserve(texts.size());
  for (const std::string& text : texts) {
    const auto network = Network::parse(text);
    if (!network) return std::unexpected(network.error());
    networks.push_back(*network);
  }
  return networks;
}

}  // namespace

bool KeyTerms::has_limits() const {
  return limits != limit::Limits{} || std::ranges::any_of(model_limits, [](const auto& entry) {
           return entry.limits != limit::Limits{};
         });
}

bool TermsPool::Equal::operator()(const KeyTermsPtr& a, const KeyTermsPtr& b) const {
  return a->hash == b->hash && a->permission == b->permission && a->limits == b->limits &&
         a->model_limits == b->model_limits && a->networks == b->networks;
}

Result<KeyTermsPtr> TermsPool::intern(const store::KeyGrant& grant) {
  auto networks = parse_networks(grant.networks);
  if (!networks) return std::unexpected(networks.error());
  boost::intrusive_ptr<KeyTerms> terms(new KeyTerms);
  terms->limits = grant.limits;
  terms->model_limits = grant.model_limits;
  terms->networks = std::move(*networks);
  std::lock_guard lock(mutex_);
  terms->permission = permissions_.intern(grant.models, grant.sub_types);
  terms->hash = hash_of(grant, *terms->permission);
  const auto [kept, is_new] = terms_.insert(KeyTermsPtr(std::move(terms)));
  auto interned = *kept;
  if (is_new && terms_.size() > forget_at_) forget_unused();
  return interned;
}

std::size_t TermsPool::size() const {
  std::lock_guard lock(mutex_);
  return terms_.size();
}

void TermsPool::forget_unused() {
  std::erase_if(terms_, [](const KeyTermsPtr& terms) { return terms->use_count() == 1; });
  forget_at_ = std::max(2 * terms_.size(), kFewTerms);
}

}  // namespace weir::auth
