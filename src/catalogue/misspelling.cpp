#include "catalogue/misspelling.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/ascii.hpp"

namespace weir::catalogue {
namespace {

/// A longer name resembles no known one.
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

bool equal(std::string_view a, std::string_view b) { return a == b; }

/// True if they are equal, or differ by one inserted, deleted or replaced letter, or a
/// transposition.
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

/// The names that `name` may stand for: itself, and for `filter[type]`, `type[eq]` or `type[0]` the
/// parts before and inside the bracket.
std::array<std::string, 3> names_in(std::string_view name) {
  const auto open = name.find('[');
  if (open == std::string_view::npos) return {letters_of(name)};
  const auto key = name.substr(open + 1, name.find(']', open) - open - 1);
  return {letters_of(name), letters_of(name.substr(0, open)), letters_of(key)};
}

}  // namespace

std::optional<std::string_view> misspelling_of(std::string_view name,
                                               std::span<const std::string_view> known) {
  if (name.size() > kMaxNameBytes) return std::nullopt;
  if (std::ranges::find(known, name) != known.end()) return std::nullopt;
  const auto names = names_in(name);
  for (const auto resembles : {equal, within_one_slip}) {
    for (const auto spelling : known) {
      const auto letters = letters_of(spelling);
      const auto is_meant = [&](const std::string& one) { return resembles(one, letters); };
      if (std::ranges::any_of(names, is_meant)) return spelling;
    }
  }
  return std::nullopt;
}

}  // namespace weir::catalogue
