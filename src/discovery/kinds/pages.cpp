#include "discovery/kinds/pages.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include <fmt/format.h>

#include "discovery/inquiry.hpp"
#include "discovery/kinds/next_page.hpp"

namespace weir::discovery::kinds {
namespace {

// The answered pages of a list.
struct Walk {
  std::vector<const boost::json::value*> pages;
  std::optional<Ask> next = {};          // the next page, if it has not been requested
  bool truncated = false;                // there is more than `pages`
  std::optional<Error> broken_off = {};  // why a later page could not be read
};

std::string_view name_of(std::string_view parameter) {
  return parameter.substr(0, parameter.find('='));
}

bool has_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    if (name_of(query.substr(0, end)) == name) return true;
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return false;
}

// The path of `first` with `query` and those of its own parameters that `query` does not replace.
std::string with_query(std::string_view first, std::string_view query) {
  const auto mark = std::min(first.find('?'), first.size());
  std::string target(first.substr(0, mark));
  target += '?';
  for (auto own = first.substr(std::min(mark + 1, first.size())); !own.empty();) {
    const auto end = std::min(own.find('&'), own.size());
    const auto parameter = own.substr(0, end);
    if (!has_parameter(query, name_of(parameter))) target.append(parameter) += '&';
    own.remove_prefix(std::min(end + 1, own.size()));
  }
  return target.append(query);
}

// True if `rows` is not empty and each row is also in `previous`.
bool repeats(const std::vector<Row>& rows, const std::vector<Row>& previous, std::string_view key) {
  std::unordered_set<std::string> known;
  for (const Row& row : previous) known.insert(id_of(row, key));
  return !rows.empty() &&
         std::ranges::all_of(rows, [&](const Row& row) { return known.contains(id_of(row, key)); });
}

class Walker {
 public:
  Walker(const Transcript& transcript, const List& list)
      : transcript_(transcript), list_(list), ask_(list.first) {}

  Walk run() {
    while (step()) {
    }
    return std::move(walk_);
  }

 private:
  // Reads one page; returns true if the next one is to be read.
  bool step() {
    const bool first = walk_.pages.empty();
    paths_.insert(ask_.path);
    const auto* exchange = transcript_.find(ask_.path, ask_.body);
    if (exchange == nullptr) {
      walk_.next = first ? ask_ : Ask(ask_).optionally();
      walk_.truncated = !first;
      return false;
    }
    auto rows = exchange->document ? rows_of(*exchange->document)
                                   : std::unexpected(exchange->document.error());
    if (!rows) return first ? end(false) : break_off(std::move(rows.error()));
    walk_.pages.push_back(&*exchange->document);
    return go_on(*exchange, std::move(*rows));
  }

  bool go_on(const Exchange& exchange, std::vector<Row> rows) {
    const auto next = next_page({exchange, rows, list_.id_key, list_.after, transcript_.authority});
    const bool reachable = !next.query.empty() && walk_.pages.size() < kMaxPages;
    if (next.exists && reachable) ask_.path = with_query(list_.first.path, next.query);
    const bool follows = next.exists && reachable && !paths_.contains(ask_.path);
    // A page whose successor was requested has passed this check: only the last one is compared.
    const bool followed = follows && transcript_.find(ask_.path, ask_.body) != nullptr;
    if (!followed && walk_.pages.size() > 1 && repeats(rows, previous_, list_.id_key)) {
      walk_.pages.pop_back();
      return end(next.exists);
    }
    previous_ = std::move(rows);
    return follows || end(next.exists);
  }

  // An answer over the size limit is a bound, which a retry would meet again.
  bool break_off(Error error) {
    if (error.code != Errc::upstream_answer_too_large) {
      error.detail = fmt::format("page {} of the list: {}", walk_.pages.size() + 1, error.detail);
      walk_.broken_off = std::move(error);
    }
    return end(true);
  }

  bool end(bool truncated) {
    walk_.truncated = truncated;
    return false;
  }

  const Transcript& transcript_;
  const List& list_;
  Ask ask_;
  Walk walk_;
  std::vector<Row> previous_;  // of the page before
  std::unordered_set<std::string> paths_;
};

Walk walk(const Transcript& transcript, const List& list) { return Walker(transcript, list).run(); }

}  // namespace

List models_list() { return {.first = Ask::api("/models")}; }

std::vector<Ask> ask_models_list(const Transcript& transcript) {
  return ask_pages(transcript, models_list());
}

std::vector<Ask> ask_pages(const Transcript& transcript, const List& list) {
  std::vector<Ask> asks;
  if (auto next = walk(transcript, list).next) asks.push_back(std::move(*next));
  return asks;
}

std::vector<Row> rows_of_pages(const Transcript& transcript, const List& list) {
  std::vector<Row> all;
  for (const auto* page : walk(transcript, list).pages) {
    if (const auto rows = rows_of(*page)) all.insert(all.end(), rows->begin(), rows->end());
  }
  return all;
}

Result<Reading> read_pages(const Transcript& transcript, const List& list, const Fill& fill) {
  const auto* first = transcript.find(list.first.path, list.first.body);
  if (first == nullptr || !first->document) {
    return fail(Errc::upstream_answer_invalid, "the list was not answered");
  }
  if (const auto rows = rows_of(*first->document); !rows) return std::unexpected(rows.error());
  const auto read = walk(transcript, list);
  Collector collector(transcript.asked_at);
  for (const auto* page : read.pages) {
    if (auto ok = collector.add_list(*page, list.id_key, fill); !ok) {
      return std::unexpected(ok.error());
    }
  }
  auto reading = collector.take(read.truncated);
  reading.broken_off = read.broken_off;
  return reading;
}

}  // namespace weir::discovery::kinds
