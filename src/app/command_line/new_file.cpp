#include "app/command_line/new_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <string.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "codec/visible.hpp"

namespace weir::app {
namespace {

std::unexpected<Error> exists(const std::string& path) {
  return fail(Errc::already_exists,
              fmt::format("{} exists and is not replaced; give the name of another file",
                          codec::visible_text(path)));
}

std::unexpected<Error> cannot_write(const std::string& path, int error) {
  return fail(Errc::invalid_parameter,
              fmt::format("cannot write {}: {}", codec::visible_text(path), ::strerror(error)));
}

// Returns an error number, or 0.
int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    if (written == 0) return EIO;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

Result<> check_new_file(const std::string& path) {
  if (std::error_code none; std::filesystem::exists(path, none)) return exists(path);
  auto directory = std::filesystem::path(path).parent_path().string();
  if (directory.empty()) directory = ".";
  if (::access(directory.c_str(), W_OK | X_OK) != 0) return cannot_write(path, errno);
  return {};
}

Result<> write_new_file(const std::string& path, std::string_view bytes, mode_t mode,
                        Existing existing) {
  const bool may_replace = existing == Existing::is_replaced;
  const int how = O_WRONLY | O_CREAT | O_CLOEXEC | (may_replace ? O_TRUNC : O_EXCL);
  const int file = ::open(path.c_str(), how, mode);
  if (file < 0 && errno == EEXIST) return exists(path);
  if (file < 0) return cannot_write(path, errno);
  int error = write_all(file, bytes);
  // Some file systems report a full disk only here.
  if (::close(file) != 0 && error == 0 && errno != EINTR) error = errno;
  if (error == 0) return {};
  if (!may_replace) ::unlink(path.c_str());
  return cannot_write(path, error);
}

}  // namespace weir::app
