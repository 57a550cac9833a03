/// The properties of a setting apart from its value: one row of the reference.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/type.hpp"

namespace weir::config {

/// When a changed value takes effect: at the next reload, or at the next start.
enum class Apply : std::uint8_t { live, restart };

struct Row {
  enum class Shape : std::uint8_t { value, section, list };

  std::string name;  ///< "server.listen", "models[].upstreams[].name"
  Shape shape = Shape::value;
  std::string expected;
  std::string fallback;  ///< the default as YAML; empty: none
  bool required = false;
  Apply apply = Apply::restart;
  std::string text;  ///< one sentence
  std::optional<Range> range;
};

/// Markdown: a table of the plain rows, then a heading and a table for each section and list.
[[nodiscard]] std::string format_reference(const std::vector<Row>& rows);

}  // namespace weir::config
