#include "auth/pepper.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "store/private_file.hpp"

namespace weir::auth {

namespace {

constexpr std::size_t kNewPepperChars = 64;

bool is_pepper(std::string_view text) {
  return text.size() >= kMinPepperChars &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

Result<Secret> read_pepper(const std::string& path) {
  const auto file = store::read_private_file(path);
  if (!file) return file;
  auto text = file->reveal();
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (!is_pepper(text)) {
    return fail(Errc::store_failed,
                fmt::format("{}: damaged: a pepper must be one line of at least {} visible ASCII "
                            "characters; restore it from a backup",
                            path, kMinPepperChars));
  }
  return Secret(std::string(text));
}

std::unexpected<Error> missing(const std::string& path) {
  return fail(Errc::store_failed,
              fmt::format("{}: missing, and the stored keys cannot be verified without it; "
                          "restore it from a backup, or start with a new database",
                          path));
}

Result<> make_pepper(const std::string& path, const RandomSource& random) {
  std::string text;
  text.reserve(kNewPepperChars + 1);
  append_base62(text, kNewPepperChars, random);
  text += '\n';
  auto made = store::create_private_file(path, std::string_view(text));
  wipe(text);
  return made;
}

}  // namespace

std::string pepper_path(std::string_view database_path) {
  return fmt::format("{}.pepper", database_path);
}

Result<Secret> open_pepper(const std::string& path, StoredKeys keys, const RandomSource& random) {
  auto pepper = read_pepper(path);
  if (pepper || pepper.error().code != Errc::not_found) return pepper;
  if (keys == StoredKeys::some) return missing(path);
  if (auto made = make_pepper(path, random); !made) return std::unexpected(made.error());
  return read_pepper(path);  // another process may have been faster: its pepper is the valid one
}

Result<> check_pepper_file(const std::string& path, StoredKeys keys) {
  const auto pepper = read_pepper(path);
  if (pepper) return {};
  if (pepper.error().code != Errc::not_found) return std::unexpected(pepper.error());
  if (keys == StoredKeys::some) return missing(path);
  return {};
}

Result<> check_pepper(const Secret& pepper) {
  if (is_pepper(pepper.reveal())) return {};
  return fail(
      Errc::config_invalid,
      fmt::format("the pepper must have at least {} visible ASCII characters", kMinPepperChars));
}

}  // namespace weir::auth
