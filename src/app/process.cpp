#include "app/process.hpp"

#include <signal.h>
#include <sys/resource.h>

namespace weir::app {

void forbid_core_files() {
  const rlimit none{};
  ::setrlimit(RLIMIT_CORE, &none);
}

void survive_failed_writes() {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace weir::app
