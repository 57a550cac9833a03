/// The models that the simulator claims to serve: at least one of every sub type.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "catalogue/model.hpp"

namespace weir::simulator {

struct DemoModel {
  std::string_view id;
  catalogue::SubType sub_type;
  bool reasons = false;  ///< its chat answers include reasoning_content
};

[[nodiscard]] std::span<const DemoModel> demo_models();

/// Null for an unknown id.
[[nodiscard]] const DemoModel* find_model(std::string_view id);

}  // namespace weir::simulator
