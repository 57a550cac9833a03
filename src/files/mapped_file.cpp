#include "files/mapped_file.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <fcntl.h>
#include <mutex>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <time.h>
#include <tuple>
#include <unistd.h>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "files/policy.hpp"

namespace weir::files {
namespace {

constexpr mode_t kMode = S_IRUSR | S_IWUSR;

// ---- Pages that are lost

struct Range {
  std::atomic<std::uintptr_t> begin = 0;  ///< 0: unused
  std::atomic<std::uintptr_t> end = 0;
  std::atomic<bool> lost = false;
};

constexpr std::size_t kMaxRanges = 64;
constinit std::array<Range, kMaxRanges> ranges;
struct sigaction previous_handler{};
std::uintptr_t page_bytes = 4096;

// Only calls that may be made in a signal handler.
void replace_lost_page(int signal, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (Range& range : ranges) {
    if (address < range.begin.load() || address >= range.end.load()) continue;
    void* const page = reinterpret_cast<void*>(address & ~(page_bytes - 1));
    const int saved = errno;
    const void* const mapped = ::mmap(page, page_bytes, PROT_READ | PROT_WRITE,
                                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    errno = saved;
    if (mapped == MAP_FAILED) break;
    range.lost.store(true);
    return;
  }
  if ((previous_handler.sa_flags & SA_SIGINFO) != 0 && previous_handler.sa_sigaction != nullptr) {
    previous_handler.sa_sigaction(signal, info, context);
    return;
  }
  ::signal(SIGBUS, SIG_DFL);  // the access is repeated, and ends the process
}

void install_handler() {
  static const bool installed = [] {
    page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    struct sigaction action{};
    action.sa_sigaction = replace_lost_page;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    ::sigemptyset(&action.sa_mask);
    return ::sigaction(SIGBUS, &action, &previous_handler) == 0;
  }();
  static_cast<void>(installed);
}

std::mutex ranges_mutex;  // of begin, against other threads that open files

std::size_t watch(std::span<const std::byte> bytes) {
  install_handler();
  const std::lock_guard lock(ranges_mutex);
  for (std::size_t i = 0; i < kMaxRanges; ++i) {
    if (ranges[i].begin.load() != 0) continue;
    const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
    ranges[i].lost.store(false);
    ranges[i].end.store(begin + bytes.size());
    ranges[i].begin.store(begin);
    return i;
  }
  return kMaxRanges;
}

void unwatch(std::size_t entry) {
  const std::lock_guard lock(ranges_mutex);
  ranges[entry].begin.store(0);
  ranges[entry].end.store(0);
}

// ---- Files

std::unexpected<Fault> fault_of(int error) {
  return std::unexpected(
      Fault{.is_missing = error == ENOENT, .what = std::generic_category().message(error)});
}

// Non-blocking, or opening a pipe would wait for its writer.
constexpr int kOpenFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

std::expected<int, Fault> open_descriptor(const std::string& path, int flags) {
  const int descriptor = ::open(path.c_str(), kOpenFlags | flags, kMode);
  if (descriptor < 0) return fault_of(errno);
  return descriptor;
}

std::size_t size_of(int descriptor) {
  struct stat about{};
  return ::fstat(descriptor, &about) == 0 ? static_cast<std::size_t>(about.st_size) : 0;
}

// True if the path still names what was opened: a file may be removed before its lock is acquired.
bool is_still_at(const std::string& path, int descriptor) {
  struct stat there{};
  struct stat opened{};
  return ::stat(path.c_str(), &there) == 0 && ::fstat(descriptor, &opened) == 0 &&
         there.st_dev == opened.st_dev && there.st_ino == opened.st_ino;
}

std::expected<void, Fault> check_access(const std::string& path,
                                        const std::expected<Facts, Fault>& facts) {
  if (!facts) return std::unexpected(facts.error());
  if (!facts->is_regular) return std::unexpected(Fault{.what = "not a regular file"});
  if (const auto refused = refusal(path, *facts, Purpose::store)) {
    return std::unexpected(
        Fault{.what = fmt::format("{}; expected {}", refused->what, refused->expected)});
  }
  return {};
}

// Opens a file that is there. Judged before, since opening a device may do something already, and
// after, since another file may have got the name.
std::expected<int, Fault> open_existing(const std::string& path) {
  if (auto safe = check_access(path, inspect_unlinked_file(path)); !safe) {
    return std::unexpected(std::move(safe.error()));
  }
  const auto descriptor = open_descriptor(path, 0);
  if (!descriptor) return descriptor;
  if (auto safe = check_access(path, inspect_descriptor(*descriptor)); !safe) {
    ::close(*descriptor);
    return std::unexpected(std::move(safe.error()));
  }
  return descriptor;
}

// Polls: flock itself has no time limit, and any signal interrupts it.
std::expected<void, Fault> lock(int descriptor, int kind, std::chrono::milliseconds patience) {
  constexpr timespec kPause{.tv_sec = 0, .tv_nsec = 5'000'000};
  const auto deadline = monotonic_now() + patience;
  for (;;) {
    if (::flock(descriptor, kind | LOCK_NB) == 0) return {};
    if (errno != EWOULDBLOCK && errno != EINTR) return fault_of(errno);
    if (monotonic_now() >= deadline) break;
    ::nanosleep(&kPause, nullptr);
  }
  return std::unexpected(
      Fault{.what = fmt::format("is locked by another process, for more than {} ms; a stopped "
                                "process may hold it",
                                patience.count())});
}

}  // namespace

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  if (this == &other) return *this;
  close();
  descriptor_ = std::exchange(other.descriptor_, -1);
  bytes_ = std::exchange(other.bytes_, {});
  entry_ = std::exchange(other.entry_, kNoEntry);
  is_sole_ = other.is_sole_;
  return *this;
}

void MappedFile::close() {
  if (!bytes_.empty()) {
    unwatch(entry_);
    ::munmap(bytes_.data(), bytes_.size());
    bytes_ = {};
  }
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

std::expected<void, Fault> MappedFile::allocate(std::size_t bytes) const {
  // A file's holes would be filled when they are written, which on a full disk is a SIGBUS.
  const auto before = size_of(descriptor_);
  constexpr int kTries = 16;  // signals may interrupt it
  int error = EINTR;
  for (int i = 0; i < kTries && error == EINTR; ++i) {
    error = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(bytes));
  }
  if (error == 0) return {};
  // A full disk may leave a part of it, of which nothing can be said if it cannot be cut off.
  if (size_of(descriptor_) > before) {
    std::ignore = ::ftruncate(descriptor_, static_cast<off_t>(before));
  }
  return fault_of(error);
}

std::expected<void, Fault> MappedFile::map(std::size_t bytes) {
  if (bytes == 0) return std::unexpected(Fault{.is_empty = true, .what = "empty"});
  void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (memory == MAP_FAILED) return fault_of(errno);
  bytes_ = {static_cast<std::byte*>(memory), bytes};
  entry_ = watch(bytes_);
  if (entry_ < kMaxRanges) return {};
  ::munmap(memory, bytes);
  bytes_ = {};
  return std::unexpected(Fault{.what = "too many files are mapped"});
}

std::expected<MappedFile, Fault> MappedFile::create(const std::string& path, std::size_t bytes) {
  const auto descriptor = open_descriptor(path, O_CREAT | O_EXCL);
  if (!descriptor) return std::unexpected(descriptor.error());
  MappedFile file(*descriptor);
  ::fchmod(*descriptor, kMode);  // a umask may have taken its owner's rights away
  // Waits for one that looks at it and finds it empty.
  auto made = lock(*descriptor, LOCK_EX, kLockPatience);
  if (made) made = file.allocate(bytes);
  if (made) made = file.map(bytes);
  if (made) return file;
  if (is_still_at(path, *descriptor)) ::unlink(path.c_str());
  return std::unexpected(std::move(made.error()));
}

std::expected<std::optional<MappedFile>, Fault> MappedFile::adopt(const std::string& path) {
  const auto descriptor = open_existing(path);
  if (!descriptor) return std::unexpected(descriptor.error());
  MappedFile file(*descriptor);
  if (::flock(*descriptor, LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  if (!is_still_at(path, *descriptor))
    return std::unexpected(Fault{.is_missing = true, .what = {}});
  if (auto mapped = file.map(size_of(*descriptor)); !mapped) {
    return std::unexpected(std::move(mapped.error()));
  }
  return file;
}

std::expected<std::optional<MappedFile>, Fault> MappedFile::open_any(const std::string& path,
                                                                     bool& is_new) {
  auto descriptor = open_existing(path);
  is_new = !descriptor && descriptor.error().is_missing;
  if (is_new) {
    const int made = ::open(path.c_str(), kOpenFlags | O_CREAT | O_EXCL, kMode);
    if (made < 0 && errno == EEXIST) return std::nullopt;
    if (made < 0) return fault_of(errno);
    descriptor = made;
    ::fchmod(made, kMode);  // a umask may have taken its owner's rights away
  }
  if (!descriptor) return std::unexpected(std::move(descriptor.error()));
  return MappedFile(*descriptor);
}

std::expected<void, Fault> MappedFile::lock_to_share(std::chrono::milliseconds patience) {
  is_sole_ = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
  if (is_sole_) return {};
  // Waits for a process that is preparing the file.
  return lock(descriptor_, LOCK_SH, patience);
}

std::expected<MappedFile, Fault> MappedFile::open(const std::string& path, std::size_t bytes,
                                                  std::chrono::milliseconds patience) {
  constexpr int kTries = 8;  // one more than there are likely to be others that replace the file
  for (int i = 0; i < kTries; ++i) {
    bool is_new = false;
    auto opened = open_any(path, is_new);
    if (!opened) return std::unexpected(std::move(opened.error()));
    if (!*opened) continue;
    MappedFile file(std::move(**opened));
    if (auto locked = file.lock_to_share(patience); !locked) {
      return std::unexpected(std::move(locked.error()));
    }
    if (!is_still_at(path, file.descriptor_)) continue;
    std::expected<void, Fault> made;
    if (size_of(file.descriptor_) == 0 && file.is_sole_) {
      made = file.allocate(bytes);
      if (made) ::fchmod(file.descriptor_, kMode);
    }
    if (made) made = file.map(size_of(file.descriptor_));
    if (made) return file;
    if (is_new && file.is_sole_) ::unlink(path.c_str());
    return std::unexpected(std::move(made.error()));
  }
  return std::unexpected(Fault{.what = "was replaced while it was opened"});
}

void MappedFile::share() {
  if (!std::exchange(is_sole_, false)) return;
  // A lock is given up before it is changed: without the shared one, another process would believe
  // that it is alone.
  static_cast<void>(lock(descriptor_, LOCK_SH, kLockPatience));
}

std::expected<void, Fault> MappedFile::extend(std::size_t bytes) {
  if (bytes <= bytes_.size()) return {};
  if (auto made = allocate(bytes); !made) return made;
  const auto old = bytes_;
  const auto old_entry = entry_;
  if (auto mapped = map(bytes); !mapped) {
    bytes_ = old;
    entry_ = old_entry;
    return mapped;
  }
  unwatch(old_entry);
  ::munmap(old.data(), old.size());
  return {};
}

bool MappedFile::is_whole() const {
  return !bytes_.empty() && !ranges[entry_].lost.load() && size_of(descriptor_) >= bytes_.size();
}

std::expected<void, Fault> MappedFile::sync() const {
  if (::msync(bytes_.data(), bytes_.size(), MS_SYNC) != 0) return fault_of(errno);
  return {};
}

}  // namespace weir::files
