/// The handlers of the resources; each file has those of one.
#pragma once

#include "management/context.hpp"

namespace weir::management {

[[nodiscard]] Serving show_session(Context& context);
[[nodiscard]] Serving log_in(Context& context);
[[nodiscard]] Serving log_out(Context& context);

[[nodiscard]] Serving list_models(Context& context);
[[nodiscard]] Serving explain_model(Context& context);

[[nodiscard]] Serving list_upstreams(Context& context);
[[nodiscard]] Serving show_upstream(Context& context);
[[nodiscard]] Serving refresh_upstream(Context& context);

[[nodiscard]] Serving list_keys(Context& context);
[[nodiscard]] Serving show_key(Context& context);
[[nodiscard]] Serving show_key_use(Context& context);
[[nodiscard]] Serving create_key(Context& context);
[[nodiscard]] Serving change_key(Context& context);
[[nodiscard]] Serving rotate_key(Context& context);
[[nodiscard]] Serving revoke_key(Context& context);

[[nodiscard]] Serving show_usage(Context& context);
[[nodiscard]] Serving show_series(Context& context);
[[nodiscard]] Serving list_calls(Context& context);
[[nodiscard]] Serving show_call(Context& context);

[[nodiscard]] Serving show_config(Context& context);
[[nodiscard]] Serving check_config(Context& context);
[[nodiscard]] Serving reload_config(Context& context);

[[nodiscard]] Serving stream_events(Context& context);
[[nodiscard]] Serving show_description(Context& context);

}  // namespace weir::management
