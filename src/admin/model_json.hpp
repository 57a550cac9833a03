/// A model as the operator sees it, in JSON.
#pragma once

#include "catalogue/model.hpp"
#include "codec/json_text.hpp"

namespace weir::admin {

/// The members `types` and `sub_types`, into an object that is open.
void write_class(codec::JsonWriter& json, const catalogue::ModelClass& model_class);

/// One object: everything that is known of the model, and how each of its routes stands.
void write_model(codec::JsonWriter& json, const catalogue::Model& model);

}  // namespace weir::admin
