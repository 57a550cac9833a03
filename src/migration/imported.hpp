/// The parts of another gateway's config that Weir takes over.
///
/// Texts are as in a config file: `${NAME}` is a reference, and a `$` of a value is doubled.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "migration/foreign_file.hpp"

namespace weir::migration {

/// Name and value of further settings, in the order in which they are written.
using Settings = std::vector<std::pair<std::string, std::string>>;

struct Upstream {
  std::string name;
  std::string kind;
  std::string url;
  std::string api_key = {};
  std::vector<std::string> models = {};  ///< patterns; empty: all of its list
  Settings more = {};
};

struct Route {
  std::string upstream;
  std::string model = {};  ///< empty: the same id
  Settings more = {};
};

struct Model {
  std::string id;
  std::vector<std::string> aliases = {};
  std::string sub_type = {};  ///< empty: detected
  std::vector<Route> routes = {};
  Settings more = {};
};

struct Key {
  std::string name;
  std::string key;
};

struct Imported {
  Settings server;
  Settings calls;
  std::vector<Upstream> upstreams;
  std::vector<Model> models;
  std::vector<Key> keys;
  std::vector<Remark> remarks;
};

/// Whether an item, or that member of one, equals `value`.
template <typename Range, typename Value, typename Projection = std::identity>
[[nodiscard]] bool has(const Range& range, const Value& value, Projection projection = {}) {
  return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

/// YAML for `weir serve`, after a comment that names `source`.
[[nodiscard]] std::string config_text(const Imported& imported, std::string_view source);

/// A word that may name an upstream, made of `text`, and unlike the names of `others`.
[[nodiscard]] std::string upstream_name(std::string_view text, const std::vector<Upstream>& others);

}  // namespace weir::migration
