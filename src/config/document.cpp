#include "config/document.hpp"

#include <algorithm>
#include <charconv>
#include <spanstream>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "codec/utf8.hpp"
#include "codec/visible.hpp"

namespace weir::config {
namespace {

using Kind = Node::Kind;

Position position_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

/// Builds the tree from the parser's events. Throws the library's own exception to stop it: the
/// only way out of a handler.
class Builder : public YAML::EventHandler {
 public:
  Node take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) throw YAML::ParserException(mark, "more than one document");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(make(Kind::nothing, mark), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& value) override {
    if (!codec::is_utf8(value)) throw YAML::ParserException(mark, "a string that is not UTF-8");
    Node node = make(Kind::text, mark);
    node.text = value;
    add(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto named = anchored_.find(anchor);
    if (named == anchored_.end()) throw YAML::ParserException(mark, "a value contains itself");
    charge(named->second, mark, open_.size());
    attach(named->second);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(make(Kind::list, mark), anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(make(Kind::map, mark), anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor;
    bool has_key = false;
    std::string key;
    Position key_at;
  };

  static Node make(Kind kind, const YAML::Mark& mark) {
    Node node = Node::of_kind(kind);
    node.at = position_of(mark);
    return node;
  }

  bool expects_key() const {
    return !open_.empty() && open_.back().node.kind == Kind::map && !open_.back().has_key;
  }

  void open(Node node, YAML::anchor_t anchor) {
    const YAML::Mark mark = mark_of(node);
    if (expects_key()) throw YAML::ParserException(mark, "the name of a setting must be a string");
    if (open_.size() >= kMaxDepth) throw YAML::ParserException(mark, "nested too deeply");
    open_.push_back({.node = std::move(node), .anchor = anchor, .key = {}, .key_at = {}});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    add(std::move(done.node), done.anchor);
  }

  void add(Node node, YAML::anchor_t anchor) {
    // Its contents were charged when they were added.
    charge_one(node, mark_of(node));
    if (anchor != 0) {
      charge(node, mark_of(node), open_.size());
      anchored_.insert_or_assign(anchor, node);
    }
    attach(std::move(node));
  }

  void attach(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (expects_key()) {
      if (node.kind == Kind::list || node.kind == Kind::map) {
        throw YAML::ParserException(mark_of(node), "the name of a setting must be a string");
      }
      parent.has_key = true;
      parent.key = std::move(node.text);
      parent.key_at = node.at;
      return;
    }
    const bool named = parent.has_key;
    if (named) {
      parent.has_key = false;
      node.key = std::move(parent.key);
      node.key_at = parent.key_at;
    }
    // The parser notices an absent value only at the next token, which may be lines below.
    if (node.kind == Kind::nothing) node.at = named ? node.key_at : parent.node.at;
    parent.node.items.push_back(std::move(node));
  }

  void charge(const Node& node, const YAML::Mark& mark, std::size_t depth) {
    if (depth > kMaxDepth) throw YAML::ParserException(mark, "nested too deeply");
    charge_one(node, mark);
    for (const Node& item : node.items) charge(item, mark, depth + 1);
  }

  void charge_one(const Node& node, const YAML::Mark& mark) {
    nodes_ += 1;
    bytes_ += node.text.size() + node.key.size();
    if (nodes_ > kMaxNodes || bytes_ > kMaxTextBytes) {
      throw YAML::ParserException(mark, "too many values for a config file");
    }
  }

  static YAML::Mark mark_of(const Node& node) {
    YAML::Mark mark;
    mark.line = node.at.line - 1;
    mark.column = node.at.column - 1;
    return mark;
  }

  Node root_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, Node> anchored_;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
  int documents_ = 0;
};

Problem syntax_problem(const YAML::Exception& error) {
  Problem problem;
  if (!error.mark.is_null()) {
    problem.line = error.mark.line + 1;
    problem.column = error.mark.column + 1;
  }
  problem.what = "not valid YAML: " + error.msg;
  // A message may end in one byte of a multibyte character.
  std::ranges::replace_if(problem.what, [](char c) { return (c & '\x80') != 0; }, '?');
  // `models: [*]` and `models: [*-embed]` are the common mistakes.
  const bool alias = error.msg.contains("alias") || error.msg.contains("referenced anchor");
  if (alias) problem.expected = "quotes around a string that begins with *, such as \"*\"";
  return problem;
}

void emit(YAML::Emitter& out, const Node& node);

// Escapes, in YAML's notation, characters that a terminal would interpret or not show.
void emit_text(YAML::Emitter& out, const std::string& text) {
  if (codec::visible_text(text) != text) out << YAML::EscapeNonAscii;
  out << text;
}

void emit_items(YAML::Emitter& out, const Node& list) {
  bool plain = true;
  for (const Node& item : list.items) plain = plain && item.kind == Kind::text;
  if (plain) out << YAML::Flow;
  out << YAML::BeginSeq;
  for (const Node& item : list.items) emit(out, item);
  out << YAML::EndSeq;
}

void emit(YAML::Emitter& out, const Node& node) {
  switch (node.kind) {
    case Kind::nothing:
      out << YAML::Null;
      return;
    case Kind::text:
      emit_text(out, node.text);
      return;
    case Kind::list:
      emit_items(out, node);
      return;
    case Kind::map:
      out << YAML::BeginMap;
      for (const Node& item : node.items) {
        out << YAML::Key;
        emit_text(out, item.key);
        out << YAML::Value;
        emit(out, item);
      }
      out << YAML::EndMap;
      return;
  }
}

}  // namespace

Node Node::of_text(std::string text) {
  Node node = of_kind(Kind::text);
  node.text = std::move(text);
  return node;
}

Node Node::of_kind(Kind kind) {
  Node node;
  node.kind = kind;
  return node;
}

std::expected<Node, Problem> parse_document(std::string_view text) {
  if (text.size() > kMaxFileBytes) {
    Problem problem;
    problem.what = fmt::format("is larger than {} MiB", kMaxFileBytes >> 20);
    return std::unexpected(problem);
  }
  try {
    std::ispanstream stream(std::span<const char>(text.data(), text.size()));
    YAML::Parser parser(stream);
    Builder builder;
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take_root();
  } catch (const YAML::Exception& error) {
    return std::unexpected(syntax_problem(error));
  }
}

std::string format_document(const Node& root) {
  YAML::Emitter out;
  emit(out, root);
  return std::string(out.c_str(), out.size()) + '\n';
}

std::string format_inline(const Node& node) {
  YAML::Emitter out;
  out.SetMapFormat(YAML::Flow);
  out.SetSeqFormat(YAML::Flow);
  emit(out, node);
  return {out.c_str(), out.size()};
}

std::string shown(const Node& node) {
  switch (node.kind) {
    case Kind::nothing:
      return "nothing";
    case Kind::text:
      return in_quotes(node.text);
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a mapping";
  }
  std::unreachable();
}

const Node* find_item(const Node& map, std::string_view key) {
  for (const Node& item : map.items) {
    if (map.kind == Kind::map && item.key == key) return &item;
  }
  return nullptr;
}

const Node& find_deepest(const Node& root, std::string_view path) {
  const Node* node = &root;
  while (!path.empty()) {
    if (path.front() == '.') path.remove_prefix(1);
    const bool index = path.starts_with('[');
    const std::size_t end = index ? path.find(']') : path.find_first_of(".[");
    const std::string_view step = path.substr(index ? 1 : 0, index ? end - 1 : end);
    const Node* next = nullptr;
    if (index) {
      std::size_t position = 0;
      std::from_chars(step.data(), step.data() + step.size(), position);
      if (position < node->items.size()) next = &node->items[position];
    } else {
      next = find_item(*node, step);
    }
    if (next == nullptr) break;
    node = next;
    path.remove_prefix(std::min(path.size(), index ? end + 1 : end));
  }
  return *node;
}

}  // namespace weir::config
