/// Tries the routes of a call's model, until an upstream has begun to answer.
#pragma once

#include <memory>
#include <optional>

#include "dialect/endpoint.hpp"
#include "gateway/admission.hpp"
#include "gateway/affinity.hpp"
#include "gateway/attempt.hpp"
#include "gateway/call_context.hpp"
#include "gateway/choice.hpp"
#include "gateway/hedge.hpp"
#include "gateway/opening.hpp"

namespace weir::gateway {

/// Threads: the client's.
class RouteSearch {
 public:
  /// All of it outlives the search. `read_text`: as AnswerReader's.
  RouteSearch(CallContext& context, const Admitted& admitted, Received& received, bool read_text)
      : context_(context),
        admitted_(admitted),
        received_(received),
        affinity_(find_affinity(context, *admitted.model, received)),
        read_text_(read_text) {}

  /// Sets `opening` to the beginning of the answer that the client may have. Nothing: refusal()
  /// says why there is none, or the call must end.
  [[nodiscard]] net::Task<> run(std::optional<Opening>& opening);

  [[nodiscard]] std::unique_ptr<Refusal> take_refusal() { return std::move(refusal_); }
  /// Whether the last attempt's upstream has the request, and has not refused it.
  [[nodiscard]] bool has_reached() const { return has_reached_; }
  /// Whether there is no answer because no upstream, or none that could be asked, has the endpoint,
  /// and one can be estimated.
  [[nodiscard]] bool can_estimate() const { return lacks_endpoint_ && is_estimated(); }

 private:
  [[nodiscard]] Routes routes() const {
    return {.model = *admitted_.model,
            .directory = *context_.input.directory,
            .endpoint = context_.input.endpoint,
            .only = admitted_.place ? &admitted_.place->upstream : nullptr,
            .translates = !untranslatable_,
            .is_session = context_.input.session != nullptr,
            .affinity = affinity_};
  }
  [[nodiscard]] bool is_repeatable() const {
    return dialect::of(context_.input.endpoint).is_repeatable;
  }
  [[nodiscard]] bool is_estimated() const {
    return dialect::of(context_.input.endpoint).is_estimated();
  }
  /// With a slot that was granted. Nothing: the upstream refuses calls for now, or the call must
  /// end.
  [[nodiscard]] std::optional<Attempt> begin(const Choice& choice, MonotonicTime began,
                                             MonotonicTime granted_at);
  [[nodiscard]] net::Task<bool> wait_for_slot(Choice choice);
  /// Null: it cannot be translated, and other routes are tried, or the call must end.
  [[nodiscard]] net::Task<std::unique_ptr<Translated>> translate(Choice choice);
  [[nodiscard]] bool may_ask_usage(const Choice& choice) const {
    return refused_usage_ != choice.health;
  }
  /// Null: the call may not be sent twice.
  [[nodiscard]] std::unique_ptr<Hedge> make_hedge(Attempt& first);
  /// After `first` has ended. The second attempt, if it has the answer; the first is then
  /// concluded. All of them outlive the task.
  [[nodiscard]] net::Task<std::optional<Attempt>> finish(Hedge& hedge, Attempt& first,
                                                         std::optional<AttemptEnd>& end);
  /// Whether no other attempt can follow one that ended so. Both outlive the task.
  [[nodiscard]] net::Task<bool> is_last(Attempt& attempt, const AttemptEnd& end);
  /// Whether a retry after the failure there counts against the retry budget.
  [[nodiscard]] bool is_budgeted(const Choice& failed) const;
  void note_usage_refused(Opening& opening);
  /// Whether another attempt follows.
  [[nodiscard]] bool conclude(Attempt& attempt, AttemptEnd end);
  void explain_no_choice(MonotonicTime now);
  void refuse(Refusal refusal) {
    ended_alike_ = ended_alike_ && (!refusal_ || refusal_->code == refusal.code);
    refusal_ = std::make_unique<Refusal>(std::move(refusal));
  }

  /// A translation that was made to know whether there is one. Null: none.
  struct Prepared {
    std::size_t index = 0;  ///< of its route
    std::unique_ptr<Translated> call;
  };

  CallContext& context_;
  const Admitted& admitted_;
  Received& received_;
  Outbound outbound_;
  std::unique_ptr<Refusal> refusal_;         ///< why the last attempt brought no answer
  std::unique_ptr<Refusal> untranslatable_;  ///< why the request cannot be translated
  std::optional<std::uint64_t> affinity_;
  RouteSet tried_;
  bool read_text_;
  Prepared prepared_;
  int retries_ = 0;
  MonotonicClock::duration elsewhere_{0};  ///< spent on attempts that ended
  bool on_new_connection_ = false;
  /// The route that refused to be asked for usage, and is tried again without.
  std::optional<Choice> again_;
  upstream::Health* refused_usage_ = nullptr;  ///< its health
  /// The next attempt is a retry of what may have cost the upstream something.
  bool takes_from_budget_ = false;
  bool has_reached_ = false;
  bool ended_alike_ = true;      ///< all attempts, for one reason
  bool lacks_endpoint_ = false;  ///< an upstream that was asked, or each
};

}  // namespace weir::gateway
