/// The endpoints: each reads its members of the body and returns the answer. Path, method, model
/// and directive are checked before.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/detail/directive.hpp"
#include "simulator/detail/fields.hpp"
#include "simulator/detail/form.hpp"
#include "simulator/detail/refusal.hpp"
#include "simulator/engine.hpp"
#include "simulator/models.hpp"

namespace weir::simulator::detail {

/// Further properties of a call. Views; a script keeps none of them.
struct Asked {
  const Call& call;
  const Settings& pace;  ///< as changed by the directive
  const Directive& directive;
  const std::vector<FormPart>& parts;  ///< empty unless the body is a form
  const DemoModel* model = nullptr;    ///< null where the path takes none
  std::string_view rest = {};          ///< of the path, from the id on, where it has one

  /// `prefix` and the hash of the body.
  [[nodiscard]] std::string id(std::string_view prefix) const;
  /// Seconds since the epoch.
  [[nodiscard]] std::int64_t created() const;
};

using Answerer = Outcome<Script> (*)(Fields& fields, const Asked& asked);

[[nodiscard]] Outcome<Script> list_models(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> chat(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> completions(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> responses(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> stored_response(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> compact(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> messages(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> count_tokens(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> count_input_tokens(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> tokenize(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> moderations(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> embeddings(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> rerank(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> score(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> images(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> variations(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> speech(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> transcriptions(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> submit_video(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> video_status(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> create_video(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> stored_video(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> upload_voice(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> delete_voice(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> upload_file(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> stored_file(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> create_batch(Fields& fields, const Asked& asked);
[[nodiscard]] Outcome<Script> stored_batch(Fields& fields, const Asked& asked);

}  // namespace weir::simulator::detail
