#include "discovery/loopback.hpp"

#include <algorithm>

#include "discovery/kinds/answer.hpp"
#include "discovery/kinds/protocol.hpp"

namespace weir::discovery {
namespace {

// Kinds with specific fingerprints come before the generic one.
constexpr std::string_view kWeb[] = {"gpustack"};
constexpr std::string_view kOpenAi[] = {"openai"};
constexpr std::string_view kHuggingFace[] = {"tei", "tgi", "openai"};
constexpr std::string_view kLmStudio[] = {"lmstudio", "sd.cpp", "openai"};
constexpr std::string_view kPython[] = {"vllm", "sglang", "speaches", "openai"};
constexpr std::string_view kEight[] = {"llama.cpp", "localai", "tei",   "tgi",
                                       "vllm",      "sglang",  "openai"};
constexpr std::string_view kXinference[] = {"xinference"};
constexpr std::string_view kOllama[] = {"ollama"};
constexpr std::string_view kSglang[] = {"sglang", "openai"};

// Each engine's default port, and the next one, commonly used for a second instance.
constexpr LoopbackPort kPorts[] = {
    {80, kWeb},                            // GPUStack
    {1234, kLmStudio},                     // LM Studio; stable-diffusion.cpp
    {1337, kOpenAi},                       // Jan
    {3000, kHuggingFace},                  // TEI and TGI, run from source
    {4000, kOpenAi},                       // LiteLLM
    {5000, kOpenAi},                       // TabbyAPI, text-generation-webui
    {5001, kOpenAi},                       // KoboldCpp
    {8000, kPython},                       // vLLM, speaches
    {8001, kPython},      {8080, kEight},  // llama.cpp, LocalAI; TEI and TGI in containers
    {8081, kEight},       {9997, kXinference}, {11434, kOllama}, {30000, kSglang},
};

}  // namespace

std::span<const LoopbackPort> loopback_ports() { return kPorts; }

struct Fingerprint::State {
  std::vector<const Kind*> candidates;
  std::vector<Ask> asks;
  kinds::Transcript transcript;
};

Fingerprint::Fingerprint(std::span<const std::string_view> kinds)
    : state_(std::make_unique<State>()) {
  for (const auto slug : kinds) {
    const auto* kind = find_kind(slug);
    if (kind == nullptr || kind->protocol->recognises == nullptr) continue;
    state_->candidates.push_back(kind);
    for (const auto path : kind->protocol->marks()) {
      if (state_->transcript.asked(path)) continue;
      auto ask = Ask::server(std::string(path)).optionally();
      ask.target = path;
      state_->asks.push_back(ask);
      state_->transcript.exchanges.push_back(
          {std::move(ask), 0, fail(Errc::cancelled, "not answered")});
    }
  }
}
Fingerprint::Fingerprint(Fingerprint&&) noexcept = default;
Fingerprint& Fingerprint::operator=(Fingerprint&&) noexcept = default;
Fingerprint::~Fingerprint() = default;

const std::vector<Ask>& Fingerprint::asks() const { return state_->asks; }

void Fingerprint::answer(std::size_t index, Result<Answer> result) {
  if (index >= state_->transcript.exchanges.size()) return;
  auto& exchange = state_->transcript.exchanges[index];
  if (!result) {
    exchange.document = std::unexpected(std::move(result.error()));
    return;
  }
  exchange.status = result->status;
  exchange.document = kinds::digest(exchange.ask, *result);
}

const Kind* Fingerprint::kind() const {
  const auto it = std::ranges::find_if(state_->candidates, [&](const Kind* kind) {
    return kind->protocol->recognises(state_->transcript);
  });
  return it == state_->candidates.end() ? nullptr : *it;
}

}  // namespace weir::discovery
