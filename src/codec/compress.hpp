/// One-shot compression, for bodies that are produced once and sent many times.
///
/// The same bytes and library versions give the same output: gzip's header carries no time and no
/// system.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "codec/coding.hpp"

namespace weir::codec {

/// `bytes` in `coding`; a copy for identity. At most 1 GiB.
///
/// Errors: internal if the library fails, which in memory means out of memory.
/// Cost: 3 to 6 ms for a list of 5,000 models (0.5 MB); not for I/O threads.
[[nodiscard]] Result<std::string> compress(Coding coding, std::string_view bytes);

}  // namespace weir::codec
