#include "app/process/environment.hpp"

#include <cstdlib>
#include <map>
#include <mutex>
#include <string.h>

#include "base/secret.hpp"

namespace weir::app {
namespace {

struct Hidden {
  std::mutex mutex;
  std::map<std::string, Secret> values;
};

// One for the process, like the environment itself.
Hidden& hidden() {
  static Hidden all;
  return all;
}

}  // namespace

std::optional<std::string> take_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  std::string taken(value);
  ::unsetenv(name);
  return taken;
}

std::optional<std::string> read_variable(const std::string& name) {
  std::lock_guard lock(hidden().mutex);
  const auto found = hidden().values.find(name);
  if (found != hidden().values.end()) return std::string(found->second.reveal());
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

void hide_variable(const std::string& name) {
  std::lock_guard lock(hidden().mutex);
  char* value = std::getenv(name.c_str());
  if (value == nullptr) return;
  hidden().values.try_emplace(name, Secret(value));
  // /proc shows the memory itself, so it is overwritten. The variable is not unset as well: that
  // changes the list, which other threads may be reading.
  ::explicit_bzero(value, ::strlen(value));
}

}  // namespace weir::app
