// Any bytes, as the answer to every question of every kind and fingerprint.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "discovery/inquiry.hpp"
#include "discovery/kinds.hpp"
#include "discovery/loopback.hpp"

namespace {

using weir::discovery::Answer;

void ask_everything(const weir::discovery::Kind& kind, const std::string& body) {
  weir::discovery::Inquiry inquiry(kind, weir::WallTime{std::chrono::seconds(1'772'323'200)});
  std::size_t asked = 0;
  for (auto asks = inquiry.next(); !asks.empty(); asks = inquiry.next()) {
    asked += asks.size();
    for (std::size_t i = 0; i < asks.size(); ++i) inquiry.answer(i, Answer{200, body});
  }
  CHECK(asked <= weir::discovery::kMaxAsks);
  if (const auto models = inquiry.models()) {
    for (const auto& model : *models) CHECK(!model.id.empty() && model.id.size() <= 512);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  for (const auto& kind : weir::discovery::all_kinds()) ask_everything(kind, body);
  weir::discovery::Fingerprint fingerprint(weir::discovery::kind_slugs());
  for (std::size_t i = 0; i < fingerprint.asks().size(); ++i) {
    fingerprint.answer(i, Answer{200, body});
  }
  static_cast<void>(fingerprint.kind());
  return 0;
}
