#include "app/lifecycle/listen_error.hpp"

#include <string_view>

#include "base/enum_table.hpp"

namespace weir::app {
namespace {

constexpr EnumTable<ListenerOf, std::string_view> kAdvice({
    {ListenerOf::api,
     "choose another address with --listen HOST:PORT or the setting server.listen"},
    {ListenerOf::admin,
     "choose another address with --admin-listen HOST:PORT or the setting server.admin_listen"},
    {ListenerOf::ollama, "choose another address with the setting ollama.listen"},
});

}  // namespace

Error with_advice(Error error, ListenerOf listener) {
  error.detail.append("; ").append(kAdvice[listener]);
  return error;
}

}  // namespace weir::app
