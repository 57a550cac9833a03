#include "app/process/file_watch.hpp"

#include <sys/stat.h>

namespace weir::app {

std::optional<FileWatch::Mark> FileWatch::look() const {
  struct stat status{};
  if (::stat(path_.c_str(), &status) != 0) return std::nullopt;
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return Mark{status.st_dev, status.st_ino, status.st_size,
              status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec};
}

bool FileWatch::changed() {
  const auto now = look();
  const bool settled = now && now == last_look_;
  last_look_ = now;
  if (!settled || now == seen_) return false;
  seen_ = now;
  return true;
}

}  // namespace weir::app
