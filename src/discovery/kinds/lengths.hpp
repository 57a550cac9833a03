/// Reads a model's three lengths, for which upstreams have many names.
#pragma once

#include "catalogue/model.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {

/// Reads `row` and the objects in it that contain limits:
///   context_length     tokens the model was made for; its input limit if that is all there is
///   max_model_len      tokens that this deployment accepts
///   max_output_tokens  the longest output
/// One length is never taken for another. `max_tokens` depends on the model: it limits the output
/// of those that generate text, and the input of those that embed or rank.
///
/// REQUIRES: `model` has its class, if the row gives one.
void learn_lengths(const Row& row, catalogue::UpstreamModel& model);

}  // namespace weir::discovery::kinds
