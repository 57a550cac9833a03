/// The three lengths of a model, from the many names that upstreams have for them.
#pragma once

#include "catalogue/model.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {

/// Learns from `row` and from the objects in it that hold limits:
///   context_length     what the model was made for; the limit of its input where that is all
///   max_model_len      what this deployment of it accepts
///   max_output_tokens  what it answers at most
/// A length is never taken for another. `max_tokens` depends on the model: it limits the output of
/// those that write, and the input of those that embed or rank.
///
/// REQUIRES: `model` has its class, if the row gives one.
void learn_lengths(const Row& row, catalogue::UpstreamModel& model);

}  // namespace weir::discovery::kinds
