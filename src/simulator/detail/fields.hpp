/// Reads the members of a request body and remembers the first error.
///
/// Reading never fails: an invalid member reads as its fallback, and the caller checks once, at the
/// end. A null member counts as absent.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "simulator/detail/refusal.hpp"

namespace weir::simulator::detail {

struct Range {
  std::int64_t least;
  std::int64_t most;
};

/// Lifetime: `object` outlives it and all views it gives.
class Fields {
 public:
  /// The source of the members: in a form, numbers and booleans are texts.
  enum class From : std::uint8_t { json, form };

  /// `prefix` is put before names in messages.
  explicit Fields(const boost::json::object& object, From from = From::json,
                  std::string_view prefix = {})
      : object_(object), from_(from), prefix_(prefix) {}

  /// Null if there is none.
  [[nodiscard]] const boost::json::value* find(std::string_view name) const;

  /// Required, and not empty.
  [[nodiscard]] std::string_view text(std::string_view name);
  [[nodiscard]] std::string_view text_or(std::string_view name, std::string_view fallback);
  /// The first of `allowed` is the fallback.
  [[nodiscard]] std::string_view one_of(std::string_view name,
                                        std::span<const std::string_view> allowed);
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name, Range range);
  [[nodiscard]] std::int64_t integer_or(std::string_view name, Range range, std::int64_t fallback) {
    return integer(name, range).value_or(fallback);
  }
  [[nodiscard]] double number_or(std::string_view name, double least, double most, double fallback);
  [[nodiscard]] bool flag(std::string_view name);

  /// Reports every member that is not among `allowed`.
  void allow_only(std::span<const std::string_view> allowed);
  /// Reports `name`; `expected` completes "name: … expected".
  void expect(std::string_view name, std::string_view expected);

  /// The first error; null if there is none.
  [[nodiscard]] const Refusal* refusal() const { return refusal_ ? &*refusal_ : nullptr; }

 private:
  [[nodiscard]] std::optional<std::int64_t> as_integer(const boost::json::value& value) const;

  const boost::json::object& object_;
  From from_;
  std::string_view prefix_;
  std::optional<Refusal> refusal_;
};

}  // namespace weir::simulator::detail
