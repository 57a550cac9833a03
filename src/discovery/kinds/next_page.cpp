#include "discovery/kinds/next_page.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "codec/percent.hpp"

namespace weir::discovery::kinds {
namespace {

constexpr std::size_t kMaxQueryBytes = 1024;

// Objects with paging data, relative to the page.
constexpr std::string_view kParents[] = {"",         "pagination",  "paging", "meta",   "page_info",
                                         "pageInfo", "result_info", "links",  "_links", "cursors"};

constexpr std::string_view kLinks[] = {"next",      "next_url", "next_page_url",   "nextPageUrl",
                                       "next_link", "nextLink", "@odata.nextLink", "next_page",
                                       "nextPage"};

struct Token {
  std::string_view key;        // in the page
  std::string_view parameter;  // in the query
};
constexpr Token kTokens[] = {
    {"next_page_token", "page_token"},
    {"nextPageToken", "pageToken"},
    {"next_token", "next_token"},
    {"nextToken", "nextToken"},
    {"next_cursor", "cursor"},
    {"nextCursor", "cursor"},
    {"end_cursor", "after"},
    {"endCursor", "after"},
    {"next_page", "page"},
    {"nextPage", "page"},
    {"next_offset", "offset"},
    {"nextOffset", "offset"},
    {"next", "cursor"},
    {"after", "after"},
};

constexpr std::string_view kMore[] = {"has_more", "hasMore",     "has_next",
                                      "hasNext",  "hasNextPage", "has_next_page"};

// A page number is sent back under the name it had, except `current_page`.
constexpr Token kPageNumbers[] = {{"page", "page"},
                                  {"current_page", "page"},
                                  {"currentPage", "page"},
                                  {"page_number", "page_number"},
                                  {"pageNumber", "pageNumber"},
                                  {"page_no", "page_no"},
                                  {"page_num", "page_num"}};
constexpr std::string_view kPageCounts[] = {"total_pages", "totalPages", "total_page",
                                            "totalPage",   "pages",      "page_count",
                                            "last_page",   "num_pages",  "pageCount"};
constexpr std::string_view kTotals[] = {"total", "total_count", "totalCount"};
constexpr std::string_view kPageSizes[] = {"per_page", "perPage", "page_size", "pageSize"};

std::string parameter(std::string_view name, std::string_view value) {
  return fmt::format("{}={}", name, codec::percent_encode(value));
}

std::string parameter(std::string_view name, std::int64_t value) {
  return fmt::format("{}={}", name, value);
}

// The page and the objects in it with paging data, in order of precedence.
std::vector<Row> places_of(const Row& page) {
  std::vector<Row> places;
  for (const auto parent : kParents) places.push_back(parent.empty() ? page : page.child(parent));
  places.push_back(page.child("meta").child("pagination"));
  places.push_back(page.child("paging").child("cursors"));
  return places;
}

template <std::size_t N>
std::optional<std::int64_t> first_count(const Row& row, const std::string_view (&keys)[N]) {
  for (const auto key : keys) {
    if (const auto value = row.count(key)) return value;
  }
  return std::nullopt;
}

std::optional<bool> more_flag(const std::vector<Row>& places) {
  for (const Row& place : places) {
    for (const auto key : kMore) {
      if (const auto flag = place.flag(key)) return flag;
    }
  }
  return std::nullopt;
}

bool is_link(std::string_view text) {
  return text.starts_with('/') || text.find('?') != std::string_view::npos ||
         text.find("://") != std::string_view::npos;
}

std::optional<NextPage> by_link(const Page& page, std::string_view link) {
  if (link.empty()) return std::nullopt;
  return NextPage{true, std::string(query_of_link(link, page.exchange.ask.path, page.authority))};
}

std::optional<NextPage> by_link_field(const Page& page, const std::vector<Row>& /*places*/) {
  return by_link(page, next_link(page.exchange.link));
}

std::optional<NextPage> by_link_in_page(const Page& page, const std::vector<Row>& places) {
  for (const Row& place : places) {
    for (const auto key : kLinks) {
      auto link = place.text(key);
      if (link.empty()) link = place.child(key).text("href");
      if (is_link(link)) return by_link(page, link);
    }
  }
  return std::nullopt;
}

// A token is opaque, and may look like a number.
std::string token_at(const Row& place, std::string_view key) {
  if (auto text = place.text(key); !text.empty()) return text;
  const auto number = place.count(key);
  return number ? std::to_string(*number) : std::string();
}

std::optional<NextPage> by_token(const Page& /*page*/, const std::vector<Row>& places) {
  for (const Row& place : places) {
    for (const auto& token : kTokens) {
      if (const auto text = token_at(place, token.key); !text.empty()) {
        // A bare number in `next` is a page number.
        const bool numbered = token.key == "next" && place.text(token.key).empty();
        return NextPage{true, parameter(numbered ? "page" : token.parameter, text)};
      }
    }
  }
  return std::nullopt;
}

// Anthropic's pages have `has_more` and `last_id` like OpenAI's, but expect the id in `after_id`.
std::string_view after_parameter(const Page& page) {
  if (!page.after.empty()) return page.after;
  const bool anthropic = !page.rows.empty() && page.rows.front().text("type") == "model" &&
                         page.rows.front().has("display_name");
  return anthropic ? "after_id" : "after";
}

struct PageNumber {
  std::string_view parameter;
  std::int64_t number;
};

std::optional<PageNumber> page_number(const Row& place) {
  for (const auto& name : kPageNumbers) {
    if (!place.has(name.key)) continue;
    // Zero is accepted: some lists number pages from zero.
    return PageNumber{name.parameter, place.count(name.key).value_or(0)};
  }
  return std::nullopt;
}

std::optional<NextPage> by_last_id(const Page& page, const std::vector<Row>& places) {
  if (!more_flag(places).value_or(false)) return std::nullopt;
  std::string last;
  for (const Row& place : places) {
    for (const auto key : {"last_id", "lastId"}) {
      if (last.empty()) last = place.text(key);
    }
  }
  for (const Row& place : places) {
    const auto at = last.empty() ? page_number(place) : std::nullopt;
    if (at) return NextPage{true, parameter(at->parameter, at->number + 1)};
  }
  if (last.empty() && !page.rows.empty()) last = page.rows.back().text(page.id_key);
  if (last.empty()) return NextPage{.exists = true};
  return NextPage{true, parameter(after_parameter(page), last)};
}

std::optional<std::int64_t> page_count(const Row& place) {
  if (const auto pages = first_count(place, kPageCounts)) return pages;
  const auto total = first_count(place, kTotals);
  auto size = first_count(place, kPageSizes);
  // A limit goes with an offset, unless there is a page number.
  if (!size && page_number(place)) size = place.count("limit");
  if (!total || !size) return std::nullopt;
  return (*total + *size - 1) / *size;
}

std::optional<NextPage> by_page_number(const Page& /*page*/, const std::vector<Row>& places) {
  for (const Row& place : places) {
    const auto pages = page_count(place);
    if (!pages || place.has("offset")) continue;
    const auto at = page_number(place).value_or(PageNumber{"page", 1});
    const bool from_zero = at.number == 0;
    if (at.number + (from_zero ? 1 : 0) >= *pages) return NextPage{};
    return NextPage{true, parameter(at.parameter, at.number + 1)};
  }
  return std::nullopt;
}

std::optional<NextPage> by_offset(const Page& page, const std::vector<Row>& places) {
  for (const Row& place : places) {
    const auto total = first_count(place, kTotals);
    const bool by_rows = place.has("offset") || place.has("limit");
    if (!total || !by_rows || page.rows.empty()) continue;
    const auto end =
        place.count("offset").value_or(0) + static_cast<std::int64_t>(page.rows.size());
    if (end >= *total) return NextPage{};
    auto query = parameter("offset", end);
    if (const auto limit = place.count("limit")) query += "&" + parameter("limit", *limit);
    return NextPage{true, std::move(query)};
  }
  return std::nullopt;
}

bool is_query_character(char c) { return c > ' ' && c <= '~' && c != '#' && c != '"' && c != '\\'; }

std::string_view without_final_slash(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

struct Scheme {
  std::string_view name;
  std::string_view own_port;
};
constexpr Scheme kSchemes[] = {{"https:", ":443"}, {"http:", ":80"}, {"", ""}};

// Removes `scheme://authority` or `//authority` from the front of a reference. The result, without
// the scheme's default port, is empty if there is none; nothing for an unsupported scheme.
std::optional<std::string_view> take_authority(std::string_view& link) {
  if (link.find("//") > link.find_first_of("?#")) return std::string_view{};
  for (const auto& scheme : kSchemes) {
    if (!equals_ignoring_case(link.substr(0, scheme.name.size()), scheme.name)) continue;
    const auto rest = link.substr(scheme.name.size());
    if (!rest.starts_with("//")) continue;
    auto authority = rest.substr(2);
    authority = authority.substr(0, authority.find_first_of("/?#"));
    link = rest.substr(2 + authority.size());
    if (authority.ends_with(scheme.own_port)) authority.remove_suffix(scheme.own_port.size());
    return authority;
  }
  return link.find("://") == std::string_view::npos ? std::optional(std::string_view{})
                                                    : std::nullopt;
}

bool leads_to(std::string_view link_path, std::string_view path) {
  link_path = without_final_slash(link_path);
  if (link_path.empty()) return true;  // "?page=2"
  if (link_path.starts_with('/')) return link_path.ends_with(path);
  return path.ends_with(link_path) && path[path.size() - link_path.size() - 1] == '/';
}

}  // namespace

std::string_view query_of_link(std::string_view link, std::string_view path,
                               std::string_view authority) {
  const auto named = take_authority(link);
  if (!named) return {};
  const bool other =
      !named->empty() && !authority.empty() && !same_ignoring_case(*named, authority);
  if (other) return {};
  link = link.substr(0, link.find('#'));
  const auto mark = link.find('?');
  if (mark == std::string_view::npos) return {};
  if (!leads_to(link.substr(0, mark), without_final_slash(path.substr(0, path.find('?')))))
    return {};
  const auto query = link.substr(mark + 1);
  const bool sound =
      query.size() <= kMaxQueryBytes && std::ranges::all_of(query, is_query_character);
  return sound ? query : std::string_view{};
}

std::string_view next_link(std::string_view field) {
  while (true) {
    const auto open = field.find('<');
    const auto close = field.find('>', open);
    if (close == std::string_view::npos) return {};
    const auto target = field.substr(open + 1, close - open - 1);
    field.remove_prefix(close + 1);
    const auto parameters = field.substr(0, field.find('<'));
    for (const auto relation : {"rel=\"next\"", "rel=next", "rel='next'"}) {
      if (parameters.find(relation) != std::string_view::npos) return target;
    }
  }
}

NextPage next_page(const Page& page) {
  const auto places = places_of(as_row(&*page.exchange.document));
  if (!more_flag(places).value_or(true)) return {};
  using Reader = std::optional<NextPage> (*)(const Page&, const std::vector<Row>&);
  constexpr Reader kReaders[] = {by_link_field, by_link_in_page, by_token,
                                 by_last_id,    by_page_number,  by_offset};
  for (const auto reader : kReaders) {
    if (const auto next = reader(page, places)) return *next;
  }
  return {};
}

}  // namespace weir::discovery::kinds
