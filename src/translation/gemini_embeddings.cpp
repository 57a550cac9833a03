#include "translation/gemini_embeddings.hpp"

#include <memory>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>

#include "translation/detail/directions.hpp"
#include "translation/detail/findings.hpp"
#include "translation/detail/gemini_parts.hpp"
#include "translation/detail/serialize.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;
using detail::Findings;
using detail::KnownMembers;

// A task makes a vector fit for it at Google's models; other models have none, or take it as a part
// of the text.
constexpr KnownMembers kKnown{{"content", "model", "outputDimensionality"}, {"taskType", "title"}};
constexpr KnownMembers kKnownBatch{{"requests", "model"}};
constexpr KnownMembers kContent{{"parts", "role"}};
constexpr KnownMembers kPart{{"text"}};

std::string text_of_content(const json::object& request, std::string_view path,
                            Findings& findings) {
  std::string text;
  const auto* value = detail::find(request, "content");
  const auto* content = value == nullptr ? nullptr : value->if_object();
  const auto inner = detail::path_of(path, "content.");
  if (content == nullptr) {
    findings.expect(detail::path_of(path, "content"), "an object");
    return text;
  }
  findings.check(*content, inner, kContent);
  const auto* parts = detail::find(*content, "parts");
  if (parts == nullptr) {
    findings.expect(inner + "parts", "an array");
    return text;
  }
  detail::for_each_object(*parts, inner + "parts", findings, [&](const json::object& part) {
    findings.check(part, inner + "parts[].", kPart);
    if (!text.empty()) text += '\n';
    text += findings.required_text(part, inner + "parts[].", "text");
  });
  return text;
}

// One call has one size of its vectors.
void add_size(json::object& embeddings, const json::object& request, std::string_view path,
              bool is_first, Findings& findings) {
  const auto* size = detail::find(request, "outputDimensionality");
  if (size != nullptr && !size->is_int64()) {
    return findings.expect(detail::path_of(path, "outputDimensionality"), "a whole number");
  }
  const auto* earlier = embeddings.if_contains("dimensions");
  const bool is_same =
      size == nullptr ? earlier == nullptr : earlier != nullptr && *earlier == *size;
  if (is_first && size != nullptr) {
    embeddings["dimensions"] = *size;
  } else if (!is_first && !is_same) {
    findings.expect(detail::path_of(path, "outputDimensionality"), "the same in each request");
  }
}

Result<Request> finish(json::object embeddings, json::array texts, bool is_batch,
                       Findings& findings) {
  if (const auto& error = findings.error()) return std::unexpected(*error);
  const auto count = texts.size();
  embeddings["input"] = std::move(texts);
  return Request{detail::json_of(json::value(std::move(embeddings))), findings.take_dropped(),
                 std::make_unique<GeminiEmbeddings>(count, is_batch)};
}

// The vectors, in the order of their texts.
std::vector<const json::array*> vectors_of(const json::object& answer, std::size_t texts) {
  std::vector<const json::array*> vectors(texts);
  const auto* value = detail::find(answer, "data");
  const auto* data = value == nullptr ? nullptr : value->if_array();
  if (data == nullptr) return vectors;
  for (std::size_t place = 0; place < data->size(); ++place) {
    const auto* row = (*data)[place].if_object();
    if (row == nullptr) continue;
    const auto* index = detail::find(*row, "index");
    const auto* number = index == nullptr ? nullptr : index->if_int64();
    const auto at = number == nullptr ? place : static_cast<std::size_t>(*number);
    const auto* vector = detail::find(*row, "embedding");
    if (at < texts && vector != nullptr) vectors[at] = vector->if_array();
  }
  return vectors;
}

void append_vector(std::string& out, const json::array& vector) {
  out += R"({"values":)";
  detail::append_json(out, json::value(vector));
  out += '}';
}

}  // namespace

std::string GeminiEmbeddings::rewrite(const json::object& answer) {
  std::string out(is_batch_ ? R"({"embeddings":[)" : R"({"embedding":)");
  bool is_first = true;
  for (const auto* vector : vectors_of(answer, texts_)) {
    failed_ = failed_ || vector == nullptr;
    if (failed_) return {};
    if (!std::exchange(is_first, false)) out += ',';
    append_vector(out, *vector);
  }
  return out += is_batch_ ? "]}" : "}";
}

namespace detail {

Result<Request> embeddings_of_gemini(const json::object& request, const Options& options) {
  Findings findings;
  findings.check(request, "", kKnown);
  json::object embeddings{{"model", options.upstream_model}};
  json::array texts{json::value(text_of_content(request, "", findings))};
  add_size(embeddings, request, "", true, findings);
  return finish(std::move(embeddings), std::move(texts), false, findings);
}

Result<Request> embeddings_of_gemini_batch(const json::object& request, const Options& options) {
  Findings findings;
  findings.check(request, "", kKnownBatch);
  json::object embeddings{{"model", options.upstream_model}};
  json::array texts;
  const auto* requests = find(request, "requests");
  if (requests == nullptr) findings.expect("requests", "an array");
  if (requests != nullptr) {
    for_each_object(*requests, "requests", findings, [&](const json::object& each) {
      findings.check(each, "requests[].", kKnown);
      add_size(embeddings, each, "requests[].", texts.empty(), findings);
      texts.push_back(json::value(text_of_content(each, "requests[].", findings)));
    });
  }
  if (texts.empty()) findings.expect("requests", "an array that is not empty");
  return finish(std::move(embeddings), std::move(texts), true, findings);
}

}  // namespace detail

}  // namespace weir::translation
