/// The members of an answer's JSON that are read, as a codec::JsonScanner finds them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "codec/member_paths.hpp"

namespace weir::dialect {

/// The meaning of a member.
enum class Meaning : std::uint8_t {
  usage,       ///< an object for read_usage
  model,       ///< the model's name
  id,          ///< the answer's id
  choices,     ///< an array; empty in the event that carries only usage
  event_type,  ///< a name by which an event may be the last one
};

struct Member {
  std::string_view path;  ///< from the top-level object, with dots
  Meaning meaning;
};

namespace detail {

// Not constexpr, and defined nowhere: the compiler's message for a faulty list names one of them.
void members_are_too_many();
void members_must_begin_with_usage();

}  // namespace detail

/// Lifetime: value type of static views; a scanner keeps a reference into it, so rows are static.
class Members {
 public:
  static constexpr std::size_t kMost = 6;

  constexpr Members() = default;

  /// REQUIRES: those that mean usage come first.
  template <std::size_t kSize>
  consteval Members(const Member (&members)[kSize]) {  // NOLINT(google-explicit-constructor)
    if (kSize > kMost) detail::members_are_too_many();
    std::array<std::string_view, kSize> paths{};
    std::size_t usages = 0;
    for (std::size_t i = 0; i < kSize; ++i) {
      paths[i] = members[i].path;
      meanings_[i] = members[i].meaning;
      if (members[i].meaning != Meaning::usage) continue;
      if (usages != i) detail::members_must_begin_with_usage();
      ++usages;
    }
    const std::span<const std::string_view> all(paths);
    paths_ = codec::MemberPaths(all);
    usage_paths_ = codec::MemberPaths(all.first(usages));
  }

  [[nodiscard]] constexpr const codec::MemberPaths& paths() const { return paths_; }
  /// Most answers are read for these only, which costs less.
  [[nodiscard]] constexpr const codec::MemberPaths& usage_paths() const { return usage_paths_; }
  /// The meaning of the path at `index`, in both lists.
  [[nodiscard]] constexpr Meaning meaning(std::size_t index) const { return meanings_[index]; }

 private:
  codec::MemberPaths paths_;
  codec::MemberPaths usage_paths_;
  std::array<Meaning, kMost> meanings_{};
};

}  // namespace weir::dialect
