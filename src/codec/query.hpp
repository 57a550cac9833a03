/// The query part of a URL as decoded parameters, in their order.
///
/// `&` separates pairs, the first `=` of a pair ends its name, `+` is a space; a pair without `=`
/// has an empty value, and empty pairs (`a=1&&b=2`) are skipped.
///
/// A name or value with a bad percent-escape, or with %00, stays undecoded: it may belong to a
/// parameter that nothing here reads.
///
/// Source: WHATWG URL §5.1 (application/x-www-form-urlencoded parsing).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace weir::codec {

struct QueryParameter {
  std::string name;
  std::string value;
};

/// The occurrences of one name in a query.
struct QueryLookup {
  std::size_t count = 0;   ///< how often the name occurs
  std::string_view value;  ///< the first value; empty if there is none
};

/// Lifetime: value type; lookups point into it.
class Query {
 public:
  static constexpr std::size_t kMaxParameters = 64;

  /// `text`: the part after the `?`, or nothing.
  ///
  /// Errors: malformed_request for more than kMaxParameters parameters.
  [[nodiscard]] static Result<Query> parse(std::string_view text);

  [[nodiscard]] QueryLookup find(std::string_view name) const;
  [[nodiscard]] const std::vector<QueryParameter>& parameters() const { return parameters_; }

 private:
  std::vector<QueryParameter> parameters_;
};

}  // namespace weir::codec
