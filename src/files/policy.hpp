/// Which files are safe to use, by what they are, whose they are and what others may do with them.
///
/// Why so: docs/decisions/0040-unsafe-files.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace weir::files {

/// The use of a file.
enum class Purpose : std::uint8_t {
  certificate,          ///< trusted, and known to everyone
  config,               ///< settings; the secrets that they need are in other places
  config_with_secrets,  ///< settings, at least one of them a secret that is written out
  store,                ///< the database and SQLite's files beside it: digests of keys, usage
  secret,               ///< a key, a pepper, a token
  credential,           ///< a secret that the service manager guards with an access list
};

/// The facts about an opened file and the process that opened it.
struct Facts {
  bool is_regular = true;
  std::uint32_t mode = 0;  ///< the permission bits
  std::uint32_t owner = 0;
  /// Owner of the folder that the file is in; nothing: unknown.
  std::optional<std::uint32_t> folder_owner = {};
  std::uint32_t user = 0;   ///< effective, of the process
  std::uint32_t group = 0;  ///< likewise
};

/// Worst first.
enum class Finding : std::uint8_t {
  not_regular,       ///< a pipe, a socket, a device, a folder
  foreign,           ///< the owner is neither root nor this process's user
  written_by_all,    ///< may be written by everyone
  written_by_group,  ///< may be written by its group
  read_by_all,
  read_by_group,
  safe,
};

enum class Action : std::uint8_t { accept, warn, refuse };

struct Verdict {
  Action action = Action::accept;
  Finding finding = Finding::safe;  ///< safe if it is accepted

  bool operator==(const Verdict&) const = default;
};

/// A root process also trusts the owner of the file's folder: it serves the files of a volume's
/// owner, or administers those of a service's user.
[[nodiscard]] Verdict judge(const Facts& facts, Purpose purpose);

/// The fault of a file, and the way to correct it.
struct Complaint {
  std::string what;  ///< "is readable by other users (mode 0644)"
  std::string
      expected;  ///< "a file accessible to its owner only: chmod 600 weir.key"; empty if obvious
};

/// REQUIRES: the verdict is not to accept it.
[[nodiscard]] Complaint describe(const std::string& path, const Facts& facts, Purpose purpose,
                                 Finding finding);

/// Returns the fault for which the file must not be used, if it has one.
[[nodiscard]] std::optional<Complaint> refusal(const std::string& path, const Facts& facts,
                                               Purpose purpose);

/// Returns the fault of a file that may be used nevertheless, if it has one.
[[nodiscard]] std::optional<Complaint> warning(const std::string& path, const Facts& facts,
                                               Purpose purpose);

}  // namespace weir::files
