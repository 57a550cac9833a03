/// The texts of the page at `/`, in each language.
#pragma once

#include <string_view>

#include "api/page_form.hpp"

namespace weir::api {

struct PageWords {
  std::string_view code;  ///< of the language, as in HTML
  std::string_view title;
  std::string_view what;
  std::string_view base;
  std::string_view key;
  std::string_view curl;
  std::string_view python;
  std::string_view more;
  std::string_view reference;
  std::string_view description;
  std::string_view admin;
  std::string_view admin_hidden;  ///< instead of the address, for those who cannot reach it
};

[[nodiscard]] const PageWords& words_of(Language language);

}  // namespace weir::api
