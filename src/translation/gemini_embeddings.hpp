/// Answers of embeddings as Google's embedContent and batchEmbedContents.
///
/// Source: ai.google.dev, API reference: embedContent, batchEmbedContents, ContentEmbedding,
/// 2026-11.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "translation/translation.hpp"

namespace weir::translation {

/// It has failed if the upstream did not answer with numbers for each text.
class GeminiEmbeddings final : public Answer {
 public:
  /// `texts`: how many are asked for. `is_batch`: the answer is a list.
  GeminiEmbeddings(std::size_t texts, bool is_batch) : texts_(texts), is_batch_(is_batch) {}

  [[nodiscard]] std::string rewrite(const boost::json::object& answer) override;
  // Embeddings are not streamed.
  void take(const boost::json::object& /*event*/, std::string& /*out*/) override { failed_ = true; }
  void end(std::string& /*out*/) override {}
  [[nodiscard]] std::uint64_t events() const override { return 0; }
  [[nodiscard]] std::string_view id() const override { return {}; }
  [[nodiscard]] bool has_finished() const override { return false; }
  [[nodiscard]] bool failed() const override { return failed_; }

 private:
  std::size_t texts_;
  bool is_batch_;
  bool failed_ = false;
};

}  // namespace weir::translation
