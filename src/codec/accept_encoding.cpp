#include "codec/accept_encoding.hpp"

#include "base/ascii.hpp"
#include "codec/qvalue.hpp"

namespace weir::codec {
namespace {

constexpr std::array kPreference = {Coding::br, Coding::zstd, Coding::gzip};
static_assert(kPreference.size() == kCodingCount - 1);  // all but identity

// Removes and returns the part of `rest` before the first `separator`.
std::string_view take_until(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const auto part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

// `parameters`: the text after the name, "" or "q=0.5".
std::optional<int> parse_weight(std::string_view parameters) {
  parameters = trim(parameters);
  if (parameters.empty()) return kFullWeight;
  if (parameters.size() < 2 || lower(parameters[0]) != 'q' || parameters[1] != '=') return {};
  return parse_qvalue(parameters.substr(2));
}

std::optional<Coding> parse_name(std::string_view name) {
  if (equals_ignoring_case(name, "x-gzip")) return Coding::gzip;
  for (Coding coding : kEnumerators<Coding>) {
    if (equals_ignoring_case(name, wire_name(coding))) return coding;
  }
  return {};
}

}  // namespace

AcceptEncoding AcceptEncoding::parse(std::string_view field) {
  AcceptEncoding accepted;
  while (!field.empty()) {
    auto element = take_until(field, ',');
    const auto name = trim(take_until(element, ';'));
    const auto weight = parse_weight(element);
    if (!weight) continue;
    auto* slot = &accepted.star_;
    if (name != "*") {
      const auto coding = parse_name(name);
      if (!coding) continue;
      slot = &accepted.of_[static_cast<std::size_t>(*coding)];
    }
    if (!*slot) *slot = weight;
  }
  return accepted;
}

Coding AcceptEncoding::choose(CodingSet available) const {
  // Identity competes only if it has an explicit weight; otherwise it is the last resort.
  auto best = Coding::identity;
  int best_weight = of_[static_cast<std::size_t>(Coding::identity)].value_or(0);
  bool tie_goes_to_coding = true;
  for (Coding coding : kPreference) {
    const int weight = available.contains(coding) ? this->weight(coding) : 0;
    if (weight > best_weight || (weight == best_weight && weight > 0 && tie_goes_to_coding)) {
      best = coding;
      best_weight = weight;
      tie_goes_to_coding = false;
    }
  }
  return best;
}

}  // namespace weir::codec
