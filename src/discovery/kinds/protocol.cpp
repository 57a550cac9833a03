#include "discovery/kinds/protocol.hpp"

#include <algorithm>

namespace weir::discovery::kinds {

const Exchange* Transcript::find(std::string_view path, std::string_view body) const {
  const auto it = std::ranges::find_if(exchanges, [&](const Exchange& exchange) {
    return exchange.ask.path == path && exchange.ask.body == body;
  });
  return it == exchanges.end() ? nullptr : &*it;
}

const boost::json::value* Transcript::document(std::string_view path, std::string_view body) const {
  const auto* exchange = find(path, body);
  return exchange != nullptr && exchange->document ? &*exchange->document : nullptr;
}

bool Transcript::failed(std::string_view path) const {
  const auto* exchange = find(path);
  return exchange != nullptr && !exchange->document;
}

std::vector<Ask> ask_once(const Transcript& transcript, Ask ask) {
  std::vector<Ask> asks;
  if (transcript.exchanges.empty()) asks.push_back(std::move(ask));
  return asks;
}

}  // namespace weir::discovery::kinds
