/// Selects a content coding by an `Accept-Encoding` field.
///
/// Source: RFC 9110 §12.5.3 (the field), §12.4.2 (weights), §8.4.1.3 (x-gzip).
#pragma once

#include <string_view>

#include "codec/coding.hpp"

namespace weir::codec {

/// The coding in `available` with the highest weight; on a tie br, zstd, gzip, by the size of the
/// compressed lists (figures in compress.cpp). Identity is chosen if nothing else is accepted or
/// the client weighs it above the rest.
///
/// `field` is the field's value, several joined by commas; empty if there is none, which means
/// identity: such a client may be unable to decode anything. Malformed elements are ignored. A
/// client that refuses identity and everything else still gets identity: an answer it can try beats
/// an error it cannot act on.
///
/// Cost: one pass, no allocation.
[[nodiscard]] Coding choose_coding(std::string_view field, CodingSet available);

}  // namespace weir::codec
