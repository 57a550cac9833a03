#include "config/problem.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include <fmt/format.h>

#include "codec/visible.hpp"

namespace weir::config {
namespace {

constexpr std::size_t kMaxShownBytes = 100;
/// Names in a config are short; a longer text is not a misspelling.
constexpr std::size_t kMaxNameBytes = 64;

/// `http://user:password@host/` with the part before the @ hidden.
std::string without_user_info(std::string_view text) {
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos) return std::string(text);
  const auto start = scheme + 3;
  const auto at = text.substr(start).rfind('@');
  if (at == std::string_view::npos) return std::string(text);
  return fmt::format("{}***{}", text.substr(0, start), text.substr(start + at));
}

/// Normalizes a name so that case and word breaks do not matter: apiKey, API-KEY and api_key.
std::string plain(std::string_view name) {
  std::string letters;
  for (char c : name) {
    if (c == '_' || c == '-' || c == ' ') continue;
    letters += (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return letters;
}

/// Edit distance: letters added, dropped, changed or swapped with their neighbour.
std::size_t edits(std::string_view from, std::string_view to) {
  const std::size_t width = to.size() + 1;
  std::vector<std::size_t> before(width);
  std::vector<std::size_t> above(width);
  std::vector<std::size_t> row(width);
  for (std::size_t j = 0; j < width; ++j) row[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    before.swap(above);
    above.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const std::size_t change = from[i - 1] == to[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row.back();
}

/// The distance of a plain name from the wanted one, if it can have been meant. An extra word
/// (base_url for url) counts more than any misspelling.
std::optional<std::size_t> distance(std::string_view wanted, std::string_view name) {
  constexpr std::size_t kShortestWord = 3;
  const std::size_t most_slips = std::max<std::size_t>(1, wanted.size() / 3);
  const std::size_t apart = edits(wanted, name);
  if (apart <= most_slips) return apart;
  const auto [shorter, longer] =
      std::minmax(wanted, name, [](auto a, auto b) { return a.size() < b.size(); });
  const bool within = shorter.size() >= kShortestWord && longer.ends_with(shorter);
  return within ? std::optional(most_slips + 1) : std::nullopt;
}

}  // namespace

std::string format_problem(const Problem& problem) {
  std::string line = problem.file;
  if (problem.line > 0) line += fmt::format(":{}", problem.line);
  line += ": ";
  if (!problem.setting.empty()) line += problem.setting + ": ";
  if (!problem.value.empty()) line += problem.value + ' ';
  line += problem.what;
  if (!problem.expected.empty()) line += "; expected " + problem.expected;
  if (!problem.suggestion.empty())
    line += fmt::format(" (did you mean \"{}\"?)", problem.suggestion);
  return codec::visible_text(line);
}

std::string format_problems(std::span<const Problem> problems) {
  std::string lines;
  for (const Problem& problem : problems) lines += format_problem(problem) + '\n';
  return lines;
}

std::string in_quotes(std::string_view text) {
  std::string safe = without_user_info(text);
  const bool cut = safe.size() > kMaxShownBytes;
  if (cut) {
    std::size_t end = kMaxShownBytes;
    while (end > 0 && (static_cast<unsigned char>(safe[end]) & 0xC0) == 0x80) --end;
    safe.resize(end);
  }
  return fmt::format("\"{}{}\"", codec::visible_text(safe), cut ? "…" : "");
}

std::string nearest(std::string_view text, std::span<const std::string_view> candidates) {
  if (text.size() > kMaxNameBytes) return {};
  const std::string wanted = plain(text);
  std::string_view best;
  std::optional<std::size_t> least;
  for (std::string_view candidate : candidates) {
    if (candidate == text) continue;
    const auto apart = distance(wanted, plain(candidate));
    if (!apart || (least && *apart >= *least)) continue;
    least = apart;
    best = candidate;
  }
  return std::string(best);
}

}  // namespace weir::config
