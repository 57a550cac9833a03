#include "app/command_line/new_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <fmt/format.h>

#include "codec/visible.hpp"
#include "net/descriptor.hpp"

namespace weir::app {

Result<> write_new_file(const std::string& path, std::string_view bytes, mode_t mode,
                        Existing existing) {
  const bool may_replace = existing == Existing::is_replaced;
  const int how = O_WRONLY | O_CREAT | O_CLOEXEC | (may_replace ? O_TRUNC : O_EXCL);
  const net::Descriptor file(::open(path.c_str(), how, mode));
  if (!file && errno == EEXIST) {
    return fail(Errc::already_exists,
                fmt::format("{} exists and is not replaced; give the name of another file",
                            codec::visible_text(path)));
  }
  while (file && !bytes.empty()) {
    const auto written = ::write(file.number(), bytes.data(), bytes.size());
    if (written <= 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (file && bytes.empty()) return {};
  return fail(Errc::invalid_parameter,
              fmt::format("cannot write {}: {}", codec::visible_text(path), ::strerror(errno)));
}

}  // namespace weir::app
