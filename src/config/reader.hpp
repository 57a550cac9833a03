/// The state of reading one file: sources of values, the current path, and all problems found.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.hpp"
#include "config/problem.hpp"
#include "config/sources.hpp"

namespace weir::config {

/// Threads: one. Lifetime: not longer than `sources`.
class Reader {
 public:
  Reader(std::string file, const Sources& sources);

  /// Enters a setting for as long as it lives; problems name the whole path.
  class Step {
   public:
    Step(Reader& reader, std::string_view name);
    Step(Reader& reader, std::size_t index);
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step();

   private:
    Reader& reader_;
    std::size_t length_;
  };

  /// The expanded text of a node. For other nodes it adds a problem and returns nothing. For
  /// `Audience::owner` no problem shows the value.
  [[nodiscard]] std::optional<std::string> text(const Node& node, std::string_view expected,
                                                Audience audience = Audience::anyone);

  /// Reports that the value at `node`, of the current setting, is not as `expected`.
  void reject(const Node& node, std::string expected, std::string suggestion = {});
  /// As reject, without showing the value.
  void reject_secret(const Node& node, std::string expected);
  /// Reports that the value at `node` breaks the rule in `what`.
  void reject_for(const Node& node, std::string what, std::string expected,
                  std::string suggestion = {});
  /// Reports a problem at `at` that is not about a value.
  void complain(Position at, std::string what, std::string expected = {},
                std::string suggestion = {});

  [[nodiscard]] std::size_t problem_count() const { return problems_.size(); }
  /// The problems in the file's order.
  [[nodiscard]] std::vector<Problem> take_problems();

 private:
  void add(Position at, std::string value, std::string what, std::string expected,
           std::string suggestion);

  std::string file_;
  const Sources& sources_;
  std::string path_;
  std::vector<Problem> problems_;
};

}  // namespace weir::config
