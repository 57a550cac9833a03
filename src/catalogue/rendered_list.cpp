#include "catalogue/rendered_list.hpp"

#include <utility>

#include "codec/compress.hpp"
#include "codec/etag.hpp"

namespace weir::catalogue {
namespace {

using codec::Coding;

std::shared_ptr<const Body> make_body(std::string bytes) {
  auto etag = codec::strong_etag(bytes);
  return std::make_shared<const Body>(std::move(bytes), std::move(etag));
}

}  // namespace

RenderedList::RenderedList(std::string json, std::string missing) : missing_(std::move(missing)) {
  forms_[0] = make_body(std::move(json));
}

RenderedList RenderedList::with_codings() const {
  RenderedList coded = *this;
  coded.codings_tried_ = true;
  const auto& plain = body(Coding::identity).bytes;
  for (Coding coding : kEnumerators<Coding>) {
    if (coding == Coding::identity) continue;
    auto bytes = codec::compress(coding, plain);
    if (!bytes || bytes->size() >= plain.size()) continue;
    coded.forms_[static_cast<std::size_t>(coding)] = make_body(*std::move(bytes));
  }
  return coded;
}

codec::CodingSet RenderedList::codings() const {
  codec::CodingSet set;
  for (Coding coding : kEnumerators<Coding>) {
    if (forms_[static_cast<std::size_t>(coding)]) set.insert(coding);
  }
  return set;
}

std::size_t RenderedList::size_bytes() const {
  std::size_t total = missing_.size();
  for (const auto& form : forms_) total += form ? form->bytes.size() : 0;
  return total;
}

}  // namespace weir::catalogue
