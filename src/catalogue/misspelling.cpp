#include "catalogue/misspelling.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/ascii.hpp"

namespace weir::catalogue {
namespace {

/// Longer names resemble none that we know.
constexpr std::size_t kMaxNameBytes = 64;

/// The letters and digits of `name`, in lower case.
std::string letters_of(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    const char small = lower(c);
    if ((small >= 'a' && small <= 'z') || (small >= '0' && small <= '9')) letters += small;
  }
  return letters;
}

/// Equal, or made equal by one letter more, less or other, or by two neighbours swapped.
bool within_one_slip(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  const auto at = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  if (a.size() < b.size()) return a.substr(at) == b.substr(at + 1);
  if (at == a.size()) return true;
  const bool swapped = at + 1 < a.size() && a[at] == b[at + 1] && a[at + 1] == b[at] &&
                       a.substr(at + 2) == b.substr(at + 2);
  return swapped || a.substr(at + 1) == b.substr(at + 1);
}

/// `type` of `type[]`, `sub_type` of `filter[sub_type]`: what is not an index names the parameter.
std::string_view without_brackets(std::string_view name) {
  const auto open = name.find('[');
  if (open == std::string_view::npos) return name;
  const auto key = name.substr(open + 1, name.find(']', open) - open - 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::ranges::all_of(key, is_digit) ? name.substr(0, open) : key;
}

}  // namespace

std::optional<std::string_view> misspelling_of(std::string_view name,
                                               std::span<const std::string_view> known) {
  if (name.size() > kMaxNameBytes) return std::nullopt;
  if (std::ranges::find(known, name) != known.end()) return std::nullopt;
  const std::string letters = letters_of(without_brackets(name));
  for (const auto spelling : known) {
    if (letters == letters_of(spelling)) return spelling;
  }
  for (const auto spelling : known) {
    if (within_one_slip(letters, letters_of(spelling))) return spelling;
  }
  return std::nullopt;
}

}  // namespace weir::catalogue
