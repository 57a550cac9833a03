#include "config/reader.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace weir::config {
namespace {

constexpr std::string_view kNotAllowed = "is not allowed";

/// The problem shows `${PORT}`, so the sentence must say that its value is at fault.
std::string_view fault_of(const Node& node) {
  const bool expanded = node.kind == Node::Kind::text && node.text.contains("${");
  return expanded ? "expands to a value that is not allowed" : kNotAllowed;
}

}  // namespace

Reader::Reader(std::string file, const Sources& sources)
    : file_(std::move(file)), sources_(sources) {}

Reader::Step::Step(Reader& reader, std::string_view name)
    : reader_(reader), length_(reader.path_.size()) {
  if (!reader.path_.empty()) reader.path_ += '.';
  reader.path_ += name;
}

Reader::Step::Step(Reader& reader, std::size_t index)
    : reader_(reader), length_(reader.path_.size()) {
  reader.path_ += '[' + std::to_string(index) + ']';
}

Reader::Step::~Step() { reader_.path_.resize(length_); }

std::optional<std::string> Reader::text(const Node& node, std::string_view expected,
                                        Audience audience) {
  if (node.kind != Node::Kind::text) {
    reject(node, std::string(expected));
    return std::nullopt;
  }
  auto expanded = expand(node.text, sources_, audience);
  const bool is_literal = !node.text.empty() && !node.text.contains("${");
  if (audience == Audience::owner && is_literal && sources_.is_written_out) {
    sources_.is_written_out();
  }
  if (!expanded) {
    complain(node.at, std::move(expanded.error().what), std::move(expanded.error().expected));
    return std::nullopt;
  }
  return std::move(*expanded);
}

void Reader::reject(const Node& node, std::string expected, std::string suggestion) {
  if (node.kind == Node::Kind::nothing) return complain(node.at, "is empty", std::move(expected));
  reject_for(node, std::string(fault_of(node)), std::move(expected), std::move(suggestion));
}

void Reader::reject_secret(const Node& node, std::string expected) {
  add(node.at, "***", std::string(kNotAllowed), std::move(expected), {});
}

void Reader::reject_for(const Node& node, std::string what, std::string expected,
                        std::string suggestion) {
  add(node.at, shown(node), std::move(what), std::move(expected), std::move(suggestion));
}

void Reader::complain(Position at, std::string what, std::string expected, std::string suggestion) {
  add(at, {}, std::move(what), std::move(expected), std::move(suggestion));
}

void Reader::add(Position at, std::string value, std::string what, std::string expected,
                 std::string suggestion) {
  problems_.push_back({.file = file_,
                       .line = at.line,
                       .column = at.column,
                       .setting = path_,
                       .value = std::move(value),
                       .what = std::move(what),
                       .expected = std::move(expected),
                       .suggestion = std::move(suggestion)});
}

std::vector<Problem> Reader::take_problems() {
  std::ranges::sort(problems_, {}, [](const Problem& problem) {
    return std::tie(problem.line, problem.column, problem.setting);
  });
  return std::exchange(problems_, {});
}

}  // namespace weir::config
