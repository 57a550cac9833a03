/// `weir import`: makes a config file from that of another gateway.
#pragma once

#include <string>

#include "app/command_line/command_result.hpp"
#include "base/enum_table.hpp"

namespace weir::app {

enum class Gateway : std::uint8_t { litellm, olla };
inline constexpr EnumNames<Gateway> kGatewayNames({{Gateway::litellm, "litellm"},
                                                   {Gateway::olla, "olla"}});

struct ImportOptions {
  std::string gateway;  ///< one of kGatewayNames
  std::string file;
  std::string output = "weir.yaml";
};

/// The summary names each line of the other file that was not taken. Replaces no file, and writes
/// none that `weir serve` would refuse with every variable set. Blocks on the disk.
[[nodiscard]] Output import_config(const ImportOptions& options);

}  // namespace weir::app
