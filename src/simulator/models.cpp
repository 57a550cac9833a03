#include "simulator/models.hpp"

#include <algorithm>
#include <array>

namespace weir::simulator {
namespace {

using enum catalogue::SubType;

constexpr auto kModels = std::to_array<DemoModel>({
    {"demo/chat", chat},
    {"demo/chat-reasoning", chat, true},
    {"demo/embedding", embedding},
    {"demo/reranker", reranker},
    {"demo/text-to-image", text_to_image},
    {"demo/image-to-image", image_to_image},
    {"demo/speech-to-text", speech_to_text},
    {"demo/text-to-speech", text_to_speech},
    {"demo/text-to-video", text_to_video},
    {"demo/image-to-video", image_to_video},
});

}  // namespace

std::span<const DemoModel> demo_models() { return kModels; }

const DemoModel* find_model(std::string_view id) {
  const auto found = std::ranges::find(kModels, id, &DemoModel::id);
  return found == kModels.end() ? nullptr : &*found;
}

}  // namespace weir::simulator
