/// Facts about well-known models from public registries: the rows of registry.csv, built in.
/// `tools/data/refresh` writes that file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "catalogue/model.hpp"

namespace re2 {
class RE2;
}

namespace weir::catalogue {

/// One statement of one registry. The views are of the parsed text.
struct RegistryRow {
  std::string_view id;
  ModelClass model_class;
  std::string_view facts;   ///< the cells that parse_registry_facts() reads
  std::string_view source;  ///< the registry
};

/// Reads one line of registry.csv. Nothing if it is not a row.
[[nodiscard]] std::optional<RegistryRow> parse_registry_row(std::string_view line);
/// Context length, output length, modalities and capabilities; what is not stated stays unknown.
[[nodiscard]] ModelFacts parse_registry_facts(std::string_view cells);

/// The combined statement of the rows that match an id.
struct RegistryMatch {
  std::string_view id;  ///< of a row that matched
  ModelClass model_class;
  ModelFacts facts;
  std::string_view source;
};

/// Finds rows by any spelling of an id. Only an index is kept; rows are parsed when found: building
/// it takes about 3 ms and 180 KiB, a look-up 1 to 3 us. Immutable, so any thread may use it.
class Registry {
 public:
  /// `csv` has a header line and outlives the registry.
  explicit Registry(std::string_view csv);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// The registry of registry.csv; built by the first call.
  [[nodiscard]] static const Registry& built_in();

  /// Finds the row with this id, as ClassTable::find compares ids. Failing that, the rows of the
  /// same name (the last path part, without a region such as `us.`), if all state one class;
  /// failing that, those of the same name except for a file format, a quantisation or a date.
  /// Nothing if rows disagree, and for a name that is only a word (`fast`, `edit`) or a number,
  /// which may be ambiguous.
  ///
  /// Facts are returned for the same weights only: the id is the row's, with more or less of a path
  /// in front of an owner. If several rows match, only facts that more than half of them state.
  [[nodiscard]] std::optional<RegistryMatch> find(std::string_view id) const;

 private:
  struct Entry {
    std::uint64_t key;     ///< hash of the name without its packaging
    std::uint32_t offset;  ///< of the row in csv_
  };

  [[nodiscard]] std::string_view without_packaging(std::string_view name) const;
  [[nodiscard]] RegistryRow row_at(std::uint32_t offset) const;

  std::string_view csv_;
  std::unique_ptr<re2::RE2> packaging_;
  std::vector<Entry> entries_;  ///< by key
};

}  // namespace weir::catalogue
