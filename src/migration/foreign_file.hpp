/// Another gateway's config file, and which of its settings have been used.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "config/document.hpp"

namespace weir::migration {

struct Remark {
  int line = 0;
  std::string setting;  ///< "model_list[2].litellm_params.rpm"
  std::string text;     ///< why it was not taken, or what to know of what it became
};

/// Why a setting that nobody takes has no counterpart.
struct Reason {
  std::string_view setting;  ///< without indices; those below it are meant too
  std::string_view text;
};

/// Lifetime: within that of `root`, whose nodes must not move.
class ForeignFile {
 public:
  ForeignFile(const config::Node& root, std::span<const Reason> reasons)
      : root_(root), reasons_(reasons) {}

  /// The item of that name, which counts as used from now on. A node of kind `nothing` if there is
  /// none, so that the items of what is missing can be asked for.
  const config::Node& take(const config::Node& map, std::string_view key);
  const config::Node& take(std::string_view key) { return take(root_, key); }
  /// Empty if there is none, or no text.
  std::string take_text(const config::Node& map, std::string_view key) {
    return take(map, key).text;
  }
  /// The item counts as used: for one that is no setting of a fixed name.
  void use(const config::Node& node) { used_.insert(&node); }
  /// Stands in the remarks instead of what is below `node`.
  void remark(const config::Node& node, std::string text) { notes_[&node] = std::move(text); }

  /// Each remark that was made, and one for each setting that was never taken; in the file's order.
  [[nodiscard]] std::vector<Remark> remarks() const;

 private:
  void walk(const config::Node& node, const std::string& path, const std::string& plain,
            std::vector<Remark>& out) const;
  [[nodiscard]] std::string_view reason_for(std::string_view plain) const;

  const config::Node& root_;
  std::span<const Reason> reasons_;
  std::unordered_set<const config::Node*> used_;
  std::unordered_map<const config::Node*, std::string> notes_;
};

}  // namespace weir::migration
