#include "app/lifecycle/first_key.hpp"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "codec/shell_word.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

constexpr int kMaxFiles = 100;

// The log may be read in another directory than the server's.
std::string absolute(const std::string& path) {
  std::error_code failed;
  const auto whole = std::filesystem::absolute(path, failed);
  return failed ? path : whole.lexically_normal().string();
}

}  // namespace

Result<store::NewPrivateFile> create_first_key_file(const std::string& store_path) {
  const auto path = store_path + ".first-key";
  for (int i = 1;; ++i) {
    auto file = store::NewPrivateFile::create(i == 1 ? path : fmt::format("{}-{}", path, i));
    if (file || file.error().code != Errc::already_exists || i == kMaxFiles) return file;
  }
}

Result<> keep_first_key(store::NewPrivateFile& file, const Secret& key) {
  std::string text(key.reveal());
  text += '\n';
  auto kept = file.keep(text);
  wipe(text);
  if (!kept) {
    return fail(Errc::store_failed,
                fmt::format("{}; the first key has been created, but its secret is lost; `weir "
                            "keys rotate {} --overlap 0` issues a new one",
                            kept.error().detail, kFirstKeyName));
  }
  const auto path = absolute(file.path());
  const auto word = codec::format_shell_word(path);
  telemetry::log_warn(
      "created a first key; read it from the file, then delete the file",
      {{"name", kFirstKeyName}, {"file", path}, {"read", "cat " + word}, {"delete", "rm " + word}});
  return {};
}

}  // namespace weir::app
