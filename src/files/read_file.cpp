#include "files/read_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace weir::files {
namespace {

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags)
      : number_(::open(path.c_str(), flags | O_CLOEXEC)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

std::unexpected<Fault> not_regular() {
  return std::unexpected(Fault{.what = "not a regular file"});
}

std::unexpected<Fault> last_error() {
  const int error = errno;
  if (error == ENXIO) return not_regular();  // a socket, or a device that is not there
  return std::unexpected(
      Fault{.is_missing = error == ENOENT, .what = std::generic_category().message(error)});
}

// Where the opened file is now.
std::optional<std::uint32_t> folder_owner_of(int descriptor) {
  std::error_code failed;
  const auto path =
      std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", descriptor), failed);
  struct stat about{};
  if (failed || ::stat(path.parent_path().c_str(), &about) != 0) return std::nullopt;
  return about.st_uid;
}

std::expected<Facts, Fault> facts_of(int descriptor, std::size_t* size = nullptr) {
  struct stat about{};
  if (descriptor < 0 || ::fstat(descriptor, &about) != 0) return last_error();
  if (size != nullptr) *size = static_cast<std::size_t>(about.st_size);
  Facts facts{.is_regular = S_ISREG(about.st_mode),
              .mode = about.st_mode & 07777U,
              .owner = about.st_uid,
              .user = ::geteuid(),
              .group = ::getegid()};
  if (facts.user != facts.owner) facts.folder_owner = folder_owner_of(descriptor);
  return facts;
}

std::expected<std::string, Fault> read_text(int descriptor, std::size_t size, std::size_t most) {
  std::string text;
  text.reserve(std::min(size, most) + 1);  // a string that grows leaves copies behind
  std::array<char, 4096> chunk{};
  std::expected<std::string, Fault> result;
  for (;;) {
    const ssize_t count = ::read(descriptor, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) result = last_error();
    if (count <= 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(count));
    if (text.size() <= most) continue;
    result = std::unexpected(Fault{.what = fmt::format("larger than {} KiB", most >> 10)});
    break;
  }
  ::explicit_bzero(chunk.data(), chunk.size());
  if (result) return text;
  wipe(text);
  return result;
}

}  // namespace

std::expected<File, Fault> read_file(const std::string& path, std::size_t most) {
  // Non-blocking, or opening a pipe would wait for its writer.
  const Descriptor file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  std::size_t size = 0;
  const auto facts = facts_of(file.number(), &size);
  if (!facts) return std::unexpected(facts.error());
  if (!facts->is_regular) return not_regular();
  auto text = read_text(file.number(), size, most);
  if (!text) return std::unexpected(std::move(text.error()));
  return File{Secret(std::move(*text)), *facts};
}

std::expected<Facts, Fault> inspect_file(const std::string& path) {
  return facts_of(Descriptor(path, O_PATH).number());
}

std::expected<Facts, Fault> inspect_unlinked_file(const std::string& path) {
  return facts_of(Descriptor(path, O_PATH | O_NOFOLLOW).number());
}

std::expected<Facts, Fault> inspect_descriptor(int descriptor) { return facts_of(descriptor); }

}  // namespace weir::files
