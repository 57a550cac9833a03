/// Asio's headers, compiled once per room that does I/O (weir_room(... ASIO)).
#pragma once

#include <boost/asio.hpp>
