/// A multipart/form-data body, whole in memory, as its fields and files.
#pragma once

#include <string_view>
#include <vector>

#include "codec/multipart_form.hpp"
#include "simulator/detail/refusal.hpp"

namespace weir::simulator::detail {

using FormPart = codec::MultipartPart;

[[nodiscard]] bool is_form(std::string_view content_type);

[[nodiscard]] Outcome<std::vector<FormPart>> parse_form(std::string_view content_type,
                                                        std::string_view body);

/// The first file called `name`; null if there is none.
[[nodiscard]] const FormPart* find_file(const std::vector<FormPart>& parts, std::string_view name);

}  // namespace weir::simulator::detail
