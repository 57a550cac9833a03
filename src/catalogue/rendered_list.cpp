#include "catalogue/rendered_list.hpp"

#include <utility>

#include "codec/compress.hpp"
#include "codec/etag.hpp"

namespace weir::catalogue {

using codec::Coding;

RenderedList::RenderedList(std::string json, std::string missing)
    : RenderedList(Body(json, codec::strong_etag(json)), std::move(missing)) {}

RenderedList::RenderedList(Body plain, std::string missing) : missing_(std::move(missing)) {
  forms_[0] = std::make_shared<const Body>(std::move(plain));
}

std::shared_ptr<const Body> RenderedList::coded(Coding coding) const {
  const auto& plain = body(Coding::identity).bytes;
  auto bytes = codec::compress(coding, plain);
  if (!bytes || bytes->size() >= plain.size()) return nullptr;
  auto etag = codec::strong_etag(*bytes);
  return std::make_shared<const Body>(*std::move(bytes), std::move(etag));
}

RenderedList RenderedList::with(Coding coding, std::shared_ptr<const Body> form) const {
  RenderedList list = *this;
  list.tried_.insert(coding);
  list.forms_[static_cast<std::size_t>(coding)] = std::move(form);
  return list;
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
