/// Small files that only their owner may read: the new database, and secrets beside it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace weir::store {

/// Creates the file with mode 0600 and `contents`, unless it exists: then it is left unchanged.
/// Atomic, also across a power failure and among several processes.
/// Errors: store_failed.
[[nodiscard]] Result<> create_private_file(const std::string& path, std::string_view contents);

/// As above for a file with other contents: `fill` gets the name of an empty file, which becomes
/// `path` when it returns. It must sync the contents to disk.
using Fill = std::function<Result<>(const std::string& temporary)>;
[[nodiscard]] Result<> create_private_file(const std::string& path, const Fill& fill);

/// A new file, mode 0600 whatever the umask, that goes again unless it is kept: for what must not
/// be made before there is a place for it.
class NewPrivateFile {
 public:
  /// Never follows a link, and never opens what is there already.
  /// Errors: already_exists, store_failed.
  static Result<NewPrivateFile> create(const std::string& path);
  NewPrivateFile(NewPrivateFile&& other) noexcept;
  NewPrivateFile& operator=(NewPrivateFile&&) = delete;
  ~NewPrivateFile();

  /// Writes `contents`, to the disk itself; with that the file stays. Errors: store_failed.
  [[nodiscard]] Result<> keep(std::string_view contents);

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  NewPrivateFile(std::string path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}

  std::string path_;
  int descriptor_;
  bool kept_ = false;
};

inline constexpr std::size_t kMaxPrivateFileBytes = 4096;

/// Errors: not_found; store_failed when it cannot be read, is larger than kMaxPrivateFileBytes, or
/// is not safe as a files::Purpose::secret.
[[nodiscard]] Result<Secret> read_private_file(const std::string& path);

}  // namespace weir::store
