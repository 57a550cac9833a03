// The upload of a batch: what is forwarded does not depend on how the form arrives, and differs
// from it in names alone.
//
// Input: a byte for the size of the pieces; then the form.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "gateway/batch_upload.hpp"

namespace {

using namespace weir::gateway;

struct Outcome {
  std::string bytes;
  std::string problem;

  bool operator==(const Outcome&) const = default;
};

Outcome pass(BatchUpload& upload, std::string_view form, std::size_t piece) {
  Outcome outcome;
  for (std::size_t at = 0; at < form.size(); at += piece) {
    const auto passed = upload.pass(form.substr(at, piece));
    if (!passed) return {{}, passed.error().detail};
    outcome.bytes += *passed;
  }
  if (const auto ended = upload.finish(); !ended) return {{}, ended.error().detail};
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = std::max<std::size_t>(*data, 1);
  const std::string_view form(reinterpret_cast<const char*>(data) + 1, size - 1);
  const BatchUpload::Form usual{.boundary = "b", .max_line_bytes = 4096, .max_depth = 16};

  BatchUpload whole(usual);
  const auto at_once = pass(whole, form, form.size());
  BatchUpload split(usual);
  const auto in_pieces = pass(split, form, piece);
  CHECK(at_once.problem.empty() == in_pieces.problem.empty());
  if (!at_once.problem.empty()) return 0;
  CHECK(at_once.bytes == form && in_pieces.bytes == form);
  CHECK(!whole.model().empty() && whole.model() == split.model());

  whole.begin("upstream", {});
  split.begin("upstream", {});
  CHECK(pass(whole, form, form.size()) == pass(split, form, piece));
  return 0;
}
