#include "app/process/memory_limit.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>

namespace weir::app {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The smallest limit from `cgroup` up to `mount`.
std::uint64_t smallest_limit(const std::filesystem::path& mount, std::string_view cgroup,
                             const char* file) {
  std::uint64_t smallest = 0;
  auto at = std::filesystem::path(cgroup).relative_path();
  for (;;) {
    const auto limit = parse_container_limit(read_file(mount / at / file));
    if (limit > 0 && (smallest == 0 || limit < smallest)) smallest = limit;
    if (at.empty()) return smallest;
    at = at.parent_path();
  }
}

}  // namespace

std::uint64_t parse_container_limit(std::string_view text) {
  constexpr std::uint64_t kUnlimited = std::uint64_t{1} << 60;
  std::uint64_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  return error == std::errc{} && limit < kUnlimited ? limit : 0;
}

std::string_view find_cgroup(std::string_view text, std::string_view controller) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto first = line.find(':');
    const auto second = first == line.npos ? first : line.find(':', first + 1);
    if (second == line.npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    if (controllers == controller) return line.substr(second + 1);
  }
  return {};
}

std::uint64_t container_limit_bytes() {
  const std::filesystem::path mount = "/sys/fs/cgroup";
  const auto cgroups = read_file("/proc/self/cgroup");
  const auto limit = smallest_limit(mount, find_cgroup(cgroups, ""), "memory.max");
  if (limit > 0) return limit;
  return smallest_limit(mount / "memory", find_cgroup(cgroups, "memory"), "memory.limit_in_bytes");
}

std::uint64_t machine_bytes() {
  const auto pages = ::sysconf(_SC_PHYS_PAGES);
  const auto page_size = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page_size <= 0) return 0;
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_size);
}

std::int64_t body_bytes_of(std::uint64_t memory) {
  constexpr std::uint64_t kLeast = std::uint64_t{64} << 20;
  constexpr std::uint64_t kMost = std::uint64_t{8} << 30;
  return static_cast<std::int64_t>(std::clamp(memory / 4, kLeast, kMost));
}

// The second number, in pages (proc_pid_statm(5)).
std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  if (!(file >> size >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace weir::app
