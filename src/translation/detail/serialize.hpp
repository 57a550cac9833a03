/// JSON text of a value. Numbers keep the form that people and models write: 0.7, not 7E-1.
#pragma once

#include <string>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace weir::translation::detail {

/// Appends compact JSON, members in their order.
void append_json(std::string& out, const boost::json::value& value);
void append_json(std::string& out, const boost::json::object& object);

[[nodiscard]] std::string json_of(const boost::json::value& value);

}  // namespace weir::translation::detail
