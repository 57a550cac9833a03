// stable-diffusion.cpp's server: one model under a fixed name; `/sdcpp/v1/capabilities` states
// whether it generates images or videos (and the paths of its files, which are not read). Source:
// leejet/stable-diffusion.cpp examples/server/api.md, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::SubType;
using catalogue::SubTypes;

constexpr std::string_view kCapabilities = "/sdcpp/v1/capabilities";

std::vector<Ask> next(const Transcript& transcript) {
  auto asks = ask_pages(transcript, models_list());
  if (!transcript.asked(kCapabilities)) {
    asks.push_back(Ask::server(std::string(kCapabilities)).optionally());
  }
  return asks;
}

std::optional<catalogue::ModelClass> class_of_modes(const Row& capabilities) {
  SubTypes sub_types;
  for (const auto mode : capabilities.words("supported_modes")) {
    // Every image model also accepts an input image.
    if (mode == "img_gen") sub_types.insert({SubType::text_to_image, SubType::image_to_image});
    if (mode == "vid_gen") sub_types.insert(SubType::text_to_video);
  }
  if (sub_types.empty()) return std::nullopt;
  return class_of(sub_types);
}

Result<Reading> read(const Transcript& transcript) {
  const auto known = class_of_modes(as_row(transcript.document(kCapabilities)));
  return read_pages(transcript, models_list(),
                    [&](const Row&, auto& model, Notes&) { model.model_class = known; });
}

std::vector<std::string_view> marks() { return {kCapabilities}; }

bool recognises(const Transcript& transcript) {
  return as_row(transcript.document(kCapabilities)).has("supported_modes");
}

}  // namespace

const Protocol sd_cpp{next, read, marks, recognises};

}  // namespace weir::discovery::kinds
