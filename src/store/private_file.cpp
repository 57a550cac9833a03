#include "store/private_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "files/read_file.hpp"

namespace weir::store {

namespace {

constexpr mode_t kMode = S_IRUSR | S_IWUSR;

/// An open file, closed on destruction.
class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::unexpected<Error> failure(const std::string& path, std::string_view what) {
  const int error = errno;
  return fail(Errc::store_failed,
              fmt::format("{}: cannot be {}: {}", path, what, std::strerror(error)));
}

bool write_all(int descriptor, std::string_view contents) {
  while (!contents.empty()) {
    const ssize_t written = ::write(descriptor, contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    contents.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Makes the name of a new file survive a power failure.
void sync_directory_of(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const File directory(parent.empty() ? "." : parent, O_RDONLY);
  if (directory.is_open()) ::fsync(directory.get());
}

/// An unused name, also among files left by a killed process.
std::string temporary_name(const std::string& path) {
  std::random_device random;
  return fmt::format("{}.new-{:08x}{:08x}", path, random(), random());
}

/// Gives the finished file its name. Unlike rename, link never replaces a file that another process
/// has created meanwhile.
Result<> give_name(const std::string& temporary, const std::string& path) {
  if (::link(temporary.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    return failure(path, "created");
  }
  sync_directory_of(path);
  return {};
}

}  // namespace

Result<> create_private_file(const std::string& path, const Fill& fill) {
  if (::access(path.c_str(), F_OK) == 0) return {};
  const std::string temporary = temporary_name(path);
  {
    const File file(temporary, O_WRONLY | O_CREAT | O_EXCL, kMode);
    if (!file.is_open()) return failure(path, "created");
    ::fchmod(file.get(), kMode);  // a umask may have taken its owner's rights away
  }
  auto made = fill(temporary);
  if (made) made = give_name(temporary, path);
  ::unlink(temporary.c_str());
  return made;
}

Result<> create_private_file(const std::string& path, std::string_view contents) {
  return create_private_file(path, [&](const std::string& temporary) -> Result<> {
    const File file(temporary, O_WRONLY);
    const bool kept = file.is_open() && write_all(file.get(), contents) && ::fsync(file.get()) == 0;
    if (!kept) return failure(path, "created");
    return {};
  });
}

Result<NewPrivateFile> NewPrivateFile::create(const std::string& path) {
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kMode);
  if (descriptor < 0 && errno == EEXIST) {
    return fail(Errc::already_exists, path + ": already exists");
  }
  if (descriptor < 0) return failure(path, "created");
  NewPrivateFile made(path, descriptor);
  if (::fchmod(descriptor, kMode) != 0) return failure(path, "created");
  return made;
}

NewPrivateFile::NewPrivateFile(NewPrivateFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      kept_(other.kept_) {}

NewPrivateFile::~NewPrivateFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  if (!kept_) ::unlink(path_.c_str());
}

Result<> NewPrivateFile::keep(std::string_view contents) {
  if (!write_all(descriptor_, contents) || ::fsync(descriptor_) != 0) {
    return failure(path_, "written");
  }
  kept_ = true;
  sync_directory_of(path_);
  return {};
}

Result<Secret> read_private_file(const std::string& path) {
  auto file = files::read_file(path, kMaxPrivateFileBytes);
  if (!file) {
    return fail(file.error().is_missing ? Errc::not_found : Errc::store_failed,
                fmt::format("{}: cannot be read: {}", path, file.error().what));
  }
  if (const auto refused = files::refusal(path, file->facts, files::Purpose::secret)) {
    return fail(Errc::store_failed,
                fmt::format("{}: {}; expected {}", path, refused->what, refused->expected));
  }
  return std::move(file->text);
}

}  // namespace weir::store
