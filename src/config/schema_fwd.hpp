/// Lets a room's settings.hpp declare its schema without the machinery, so that including the
/// plain struct stays cheap.
#pragma once

namespace weir::config {
template <class T>
class Schema;
}  // namespace weir::config
