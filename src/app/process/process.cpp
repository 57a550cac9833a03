#include "app/process/process.hpp"

#include <algorithm>
#include <signal.h>
#include <sys/resource.h>

namespace weir::app {

void forbid_core_files() {
  const rlimit none{};
  ::setrlimit(RLIMIT_CORE, &none);
}

void survive_failed_writes() {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
}

DescriptorLimit raise_descriptor_limit() {
  constexpr rlim_t kCountable = 1 << 30;
  constexpr std::int64_t kUsual = 1024;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {kUsual, kUsual};
  const auto before = static_cast<std::int64_t>(std::min(limit.rlim_cur, kCountable));
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return {before, before};
  return {before, static_cast<std::int64_t>(std::min(limit.rlim_max, kCountable))};
}

}  // namespace weir::app
