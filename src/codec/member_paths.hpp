/// The members that a JsonScanner looks for, prepared at compile time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace weir::codec {

namespace detail {

// Not constexpr, and defined nowhere: the compiler's message for a faulty list names one of them.
void member_paths_are_too_many();
void member_path_is_empty_or_too_long();
void member_path_has_too_many_levels();
void member_name_has_a_quote_or_backslash();
void member_path_occurs_twice();

}  // namespace detail

/// Paths from the top-level object with dots between names: "model",
/// "stream_options.include_usage". Paths do not lead through arrays.
///
/// Lifetime: value type; a scanner keeps a reference to it, so lists are static.
class MemberPaths {
 public:
  using Set = std::uint32_t;  ///< bit i: the path at index i

  static constexpr std::size_t kMost = 32;
  static constexpr std::size_t kMaxBytes = 64;  ///< of a path
  static constexpr std::size_t kMaxLevels = 3;

  constexpr MemberPaths() = default;

  /// A faulty list does not compile.
  consteval MemberPaths(std::span<const std::string_view> paths)  // NOLINT(*-explicit-constructor)
      : size_(paths.size()) {
    if (paths.size() > kMost) detail::member_paths_are_too_many();
    for (std::size_t i = 0; i < paths.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (paths[i] == paths[j]) detail::member_path_occurs_twice();
      }
      paths_[i] = paths[i];
      add_names(paths[i], Set{1} << i);
    }
  }
  template <std::size_t kSize>
  consteval MemberPaths(const std::string_view (&paths)[kSize])  // NOLINT(*-explicit-constructor)
      : MemberPaths(std::span<const std::string_view>(paths)) {}

  [[nodiscard]] constexpr std::size_t size() const { return size_; }
  [[nodiscard]] constexpr std::string_view operator[](std::size_t index) const {
    return paths_[index];
  }
  [[nodiscard]] constexpr Set all() const { return size_ == 0 ? 0 : ~Set{0} >> (kMost - size_); }
  /// Those with a name of this length at any level: few keys of a text have such a length, and
  /// only these need to be compared.
  [[nodiscard]] constexpr Set with_name_of(std::size_t length) const {
    return length <= kMaxBytes ? by_length_[length] : 0;
  }

 private:
  consteval void add_names(std::string_view path, Set self) {
    if (path.empty() || path.size() > kMaxBytes) detail::member_path_is_empty_or_too_long();
    if (path.find_first_of("\"\\") != path.npos) detail::member_name_has_a_quote_or_backslash();
    std::size_t levels = 0;
    for (std::size_t begin = 0; begin <= path.size(); ++levels) {
      const auto end = path.find('.', begin) == path.npos ? path.size() : path.find('.', begin);
      by_length_[end - begin] |= self;
      begin = end + 1;
    }
    if (levels > kMaxLevels) detail::member_path_has_too_many_levels();
  }

  std::array<std::string_view, kMost> paths_{};
  std::array<Set, kMaxBytes + 1> by_length_{};
  std::size_t size_ = 0;
};

}  // namespace weir::codec
