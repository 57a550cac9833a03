/// Which of the forms at hand answers an `Accept-Encoding` field.
///
/// Source: RFC 9110 §12.5.3 (the field), §12.4.2 (weights), §8.4.1.3 (x-gzip).
#pragma once

#include <string_view>

#include "codec/coding.hpp"

namespace weir::codec {

/// The coding in `available` with the highest weight; on a tie br, zstd, gzip, which is the order
/// of the sizes they give our lists (figures in compress.cpp). Identity is chosen if nothing else
/// is accepted or the client weighs it above the rest.
///
/// `field` is the field's value, several joined by commas; empty when the client sent none, which
/// means identity: a client that says nothing may be unable to decode anything. Elements that do
/// not parse are as if they were not there. A client that refuses identity and all else still gets
/// identity: an answer it can try beats an error it cannot act on.
///
/// Cost: one pass, no allocation.
[[nodiscard]] Coding choose_coding(std::string_view field, CodingSet available);

}  // namespace weir::codec
