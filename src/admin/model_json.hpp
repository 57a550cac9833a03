/// A model as JSON for the operator.
#pragma once

#include "catalogue/model.hpp"
#include "codec/json_text.hpp"

namespace weir::admin {

/// Writes the members `types` and `sub_types` into an open object.
void write_class(codec::JsonWriter& json, const catalogue::ModelClass& model_class);

/// Writes one object: all known properties of the model, and the state of its routes.
void write_model(codec::JsonWriter& json, const catalogue::Model& model);

}  // namespace weir::admin
