/// Asio's and Beast's headers, compiled once per room that does I/O (weir_room(... ASIO)).
#pragma once

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/http.hpp>
