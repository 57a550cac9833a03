/// The rows of a settings struct: each maps a member to a name, a type and a sentence. Reading,
/// checking, the printed config, the reference and "needs a restart" are all derived from them.
///
///   Schema<Settings> schema(Apply::restart);
///   schema.field("threads", &Settings::threads, integer<int>({1, 256, "one per core"}),
///                "Threads that serve connections.");
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/row.hpp"
#include "config/type.hpp"

namespace weir::config {

/// The result of a check over a whole section, and the setting that it is about.
struct Complaint {
  std::string_view setting;
  std::string what;
  std::string expected;
};

namespace detail {

using ReadItem = std::function<void(const Node& item)>;

/// A row's name and the reader of its value.
struct Target {
  std::string_view name;
  bool required;
  std::string_view expected;
  ReadItem read;
};

/// Reads each item of the map by its row; reports unknown, repeated and missing names. An absent
/// value counts as an empty map.
void read_section(Reader& reader, const Node& node, const std::vector<Target>& targets);
/// Reports duplicate names. `names` are parallel to the list's items.
void require_unique(Reader& reader, const Node& list, std::string_view setting,
                    const std::vector<std::string>& names);
void complain(Reader& reader, const Node& section, const Complaint& complaint);
std::string join_name(std::string_view outer, std::string_view inner);

}  // namespace detail

/// Defaults are those of a `T{}`.
/// Threads: any, once built. Lifetime: value type.
template <class T>
class Schema {
 public:
  using Check = std::function<std::optional<Complaint>(const T&)>;

  /// `apply` holds for every row that states no other.
  explicit Schema(Apply apply) : apply_(apply) {}

  template <class M>
  Schema& field(std::string_view name, M T::* member, Type<M> type, std::string_view text,
                std::optional<Apply> apply = {}) {
    return add(name, through(member, std::move(type)), false, text, apply);
  }
  template <class M>
  Schema& field(std::string_view name, std::optional<M> T::* member, const Type<M>& type,
                std::string_view text, std::optional<Apply> apply = {}) {
    return field(name, member, config::optional(type), text, apply);
  }
  /// A row without a default.
  template <class M>
  Schema& required(std::string_view name, M T::* member, Type<M> type, std::string_view text) {
    return add(name, through(member, std::move(type)), true, text, {});
  }

  /// A mapping with rows of its own, each of which states when it applies.
  template <class M>
  Schema& section(std::string_view name, M T::* member, const Schema<M>& inner,
                  std::string_view text) {
    add(name, through(member, as_type(inner)), false, text, {});
    fields_.back().changed = [member, inner](const T& a, const T& b, std::string_view path,
                                             std::vector<std::string>& out) {
      inner.add_restarts(a.*member, b.*member, path, out);
    };
    return describe_inner(Row::Shape::section, inner, ".");
  }

  /// A list of mappings, which applies when its items do. The member `unique`, called
  /// `unique_name`, must differ between items.
  template <class M>
  Schema& list(std::string_view name, std::vector<M> T::* member, const Schema<M>& inner,
               std::string_view text, std::string_view unique_name, std::string M::* unique) {
    Type<std::vector<M>> type = list_of(as_type(inner));
    type.expected = "a list of mappings";
    type.read = [read = type.read, unique_name, unique](Reader& reader, const Node& node,
                                                        std::vector<M>& out) {
      // A list whose items are all commented out.
      if (node.kind == Node::Kind::nothing) return;
      read(reader, node, out);
      std::vector<std::string> names;
      names.reserve(out.size());
      for (const M& item : out) names.push_back(item.*unique);
      detail::require_unique(reader, node, unique_name, names);
    };
    add(name, through(member, std::move(type)), false, text, inner.apply_);
    return describe_inner(Row::Shape::list, inner, "[].");
  }

  /// The rows of a member struct, as if they were T's own.
  template <class M>
  Schema& embed(M T::* member, const Schema<M>& inner) {
    rows_.insert(rows_.end(), inner.rows_.begin(), inner.rows_.end());
    for (const auto& field : inner.fields_) {
      Type<T> type = through(member, field.type);
      Row row = field.row;
      row.fallback = fallback_of(type, row.required);  // T's member may have other defaults than M
      std::ranges::find(rows_, row.name, &Row::name)->fallback = row.fallback;
      fields_.push_back({std::move(row), std::move(type), {}});
    }
    return *this;
  }

  /// A rule over several rows, checked if each of them is valid.
  Schema& check(Check check) {
    checks_.push_back(std::move(check));
    return *this;
  }

  void read(Reader& reader, const Node& node, T& out) const {
    const std::size_t problems = reader.problem_count();
    std::vector<detail::Target> targets;
    targets.reserve(fields_.size());
    for (const Field& field : fields_) {
      targets.push_back({field.row.name, field.row.required, field.row.expected,
                         [&](const Node& item) { field.type.read(reader, item, out); }});
    }
    detail::read_section(reader, node, targets);
    if (reader.problem_count() > problems) return;
    for (const Check& check : checks_) {
      if (const auto complaint = check(out)) detail::complain(reader, node, *complaint);
    }
  }

  /// Every value that is set, in the order of the rows; secrets as `***`.
  [[nodiscard]] Node print(const T& value) const {
    Node map = Node::of_kind(Node::Kind::map);
    for (const Field& field : fields_) {
      Node item = field.type.print(value);
      if (item.kind == Node::Kind::nothing) continue;
      item.key = field.row.name;
      map.items.push_back(std::move(item));
    }
    return map;
  }

  [[nodiscard]] bool same(const T& a, const T& b) const {
    for (const Field& field : fields_) {
      if (!field.type.same(a, b)) return false;
    }
    return true;
  }

  /// Adds the names of settings that differ and apply at the next start only.
  void add_restarts(const T& running, const T& next, std::string_view path,
                    std::vector<std::string>& out) const {
    for (const Field& field : fields_) {
      const std::string name = detail::join_name(path, field.row.name);
      if (field.changed) {
        field.changed(running, next, name, out);
      } else if (field.row.apply == Apply::restart && !field.type.same(running, next)) {
        out.push_back(name);
      }
    }
  }

  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

 private:
  template <class>
  friend class Schema;

  struct Field {
    Row row;
    Type<T> type;
    /// For a section: adds the names of changed settings within it.
    std::function<void(const T&, const T&, std::string_view, std::vector<std::string>&)> changed;
  };

  template <class M>
  static Type<T> through(M T::* member, Type<M> type) {
    return {
        .expected = type.expected,
        .read = [member, read = std::move(type.read)](Reader& reader, const Node& node,
                                                      T& out) { read(reader, node, out.*member); },
        .print = [member,
                  print = std::move(type.print)](const T& value) { return print(value.*member); },
        .same = [member, same = std::move(type.same)](
                    const T& a, const T& b) { return same(a.*member, b.*member); },
        .range = type.range};
  }

  template <class M>
  static Type<M> as_type(const Schema<M>& schema) {
    Type<M> type;
    type.expected = "a mapping of settings";
    type.read = [schema](Reader& reader, const Node& node, M& out) {
      schema.read(reader, node, out);
    };
    type.print = [schema](const M& value) { return schema.print(value); };
    type.same = [schema](const M& a, const M& b) { return schema.same(a, b); };
    return type;
  }

  static std::string fallback_of(const Type<T>& type, bool required) {
    const Node fallback = required ? Node() : type.print(T());
    return fallback.kind == Node::Kind::nothing ? std::string() : format_inline(fallback);
  }

  Schema& add(std::string_view name, Type<T> type, bool required, std::string_view text,
              std::optional<Apply> apply) {
    Row row{.name = std::string(name),
            .expected = type.expected,
            .fallback = fallback_of(type, required),
            .required = required,
            .apply = apply.value_or(apply_),
            .text = std::string(text),
            .range = type.range};
    rows_.push_back(row);
    fields_.push_back({std::move(row), std::move(type), {}});
    return *this;
  }

  template <class M>
  Schema& describe_inner(Row::Shape shape, const Schema<M>& inner, std::string_view separator) {
    const std::string outer = rows_.back().name;
    rows_.back().shape = shape;
    for (Row row : inner.rows_) {
      row.name.insert(0, outer + std::string(separator));
      rows_.push_back(std::move(row));
    }
    return *this;
  }

  Apply apply_;
  std::vector<Field> fields_;
  std::vector<Row> rows_;
  std::vector<Check> checks_;
};

}  // namespace weir::config
