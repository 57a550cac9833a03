// POST /rerank: documents that share words with the query come first. POST /score: pairs of texts.
#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "codec/json_text.hpp"
#include "simulator/detail/endpoints.hpp"
#include "simulator/detail/scripts.hpp"
#include "synthetic/vector_of.hpp"
#include "synthetic/words.hpp"

namespace weir::simulator::detail {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMaxDocuments = 1000;
constexpr std::size_t kDimensions = 512;
constexpr std::string_view kDocumentsExpected = "a list of 1 to 1000 strings or objects with text";

struct Ranked {
  std::size_t index;
  double score;
};

std::optional<std::string_view> document_text(const json::value& document) {
  const auto* object = document.if_object();
  const auto* member = object ? object->if_contains("text") : &document;
  const auto* text = member ? member->if_string() : nullptr;
  if (!text) return std::nullopt;
  return std::string_view(text->data(), text->size());
}

/// A text, or a list of them.
std::vector<std::string_view> read_texts(Fields& fields, std::string_view name) {
  std::vector<std::string_view> texts;
  const auto* value = fields.find(name);
  if (value && value->if_string()) return {std::string_view(value->get_string())};
  const auto* list = value ? value->if_array() : nullptr;
  const auto is_text = [](const json::value& item) { return item.is_string(); };
  if (!list || list->empty() || std::cmp_greater(list->size(), kMaxDocuments) ||
      !std::ranges::all_of(*list, is_text)) {
    fields.expect(name, "a text, or a list of 1 to 1000 texts");
    return texts;
  }
  for (const auto& item : *list) texts.emplace_back(item.get_string());
  return texts;
}

std::vector<std::string_view> read_documents(Fields& fields) {
  std::vector<std::string_view> documents;
  const auto* value = fields.find("documents");
  const auto* list = value ? value->if_array() : nullptr;
  const auto refuse = [&] {
    fields.expect("documents", kDocumentsExpected);
    return std::vector<std::string_view>();
  };
  if (!list || list->empty() || std::cmp_greater(list->size(), kMaxDocuments)) return refuse();
  for (const auto& item : *list) {
    const auto text = document_text(item);
    if (!text) return refuse();
    documents.push_back(*text);
  }
  return documents;
}

// The score is two parts the share of the query's words found in the document, and one part the
// similarity of the two, which also matches `gate` with `gates`. From 0 to 1.
class Scorer {
 public:
  explicit Scorer(std::string_view query)
      : words_(synthetic::search_words(query)), vector_(synthetic::vector_of(query, kDimensions)) {}

  [[nodiscard]] double score(std::string_view document) const {
    const double like =
        std::max(0.0F, synthetic::likeness(vector_, synthetic::vector_of(document, kDimensions)));
    return std::min(1.0, (2 * share(document) + like) / 3);
  }

 private:
  [[nodiscard]] double share(std::string_view document) const {
    if (words_.empty()) return 0;
    const auto list = synthetic::search_words(document);
    const std::unordered_set<std::string> present(list.begin(), list.end());
    const auto found = std::ranges::count_if(
        words_, [&](const std::string& word) { return present.contains(word); });
    return static_cast<double>(found) / static_cast<double>(words_.size());
  }

  std::vector<std::string> words_;
  synthetic::Vector vector_;
};

std::vector<Ranked> rank(std::string_view query, const std::vector<std::string_view>& documents) {
  const Scorer scorer(query);
  std::vector<Ranked> ranked;
  ranked.reserve(documents.size());
  for (std::size_t i = 0; i < documents.size(); ++i) {
    ranked.push_back({i, scorer.score(documents[i])});
  }
  // The index makes the order total, so the sort need not be stable.
  std::ranges::sort(ranked, [](const Ranked& a, const Ranked& b) {
    return a.score != b.score ? a.score > b.score : a.index < b.index;
  });
  return ranked;
}

}  // namespace

Outcome<Script> rerank(Fields& fields, const Asked& asked) {
  const auto query = fields.text("query");
  const auto documents = read_documents(fields);
  const auto top_n = fields.integer("top_n", {1, kMaxDocuments});
  const bool with_documents = fields.flag("return_documents");
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  auto ranked = rank(query, documents);
  if (top_n) ranked.resize(std::min(ranked.size(), static_cast<std::size_t>(*top_n)));
  std::string body = fmt::format(R"({{"id":"{}","results":[)", asked.id("rerank-"));
  std::string_view comma;
  for (const auto& [index, score] : ranked) {
    body += fmt::format(R"({}{{"index":{},"relevance_score":{:.6f})", comma, index, score);
    comma = ",";
    if (with_documents) {
      body += R"(,"document":{"text":)";
      codec::append_json_string(body, documents[index]);
      body += '}';
    }
    body += '}';
  }
  std::int64_t tokens = synthetic::count_tokens(query);
  for (const auto document : documents) tokens += synthetic::count_tokens(document);
  body += fmt::format(R"(],"meta":{{"tokens":{{"input_tokens":{},"output_tokens":0}}}}}})", tokens);
  return json_answer(std::move(body), asked.pace.token);
}

Outcome<Script> score(Fields& fields, const Asked& asked) {
  const auto first = read_texts(fields, "text_1");
  const auto second = read_texts(fields, "text_2");
  if (first.size() != 1 && first.size() != second.size()) {
    fields.expect("text_1", "one text, or as many as text_2 has");
  }
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  std::string body = fmt::format(R"({{"id":"{}","object":"list","created":{},"model":)",
                                 asked.id("score-"), asked.created());
  codec::append_json_string(body, asked.model->id);
  body += R"(,"data":[)";
  std::int64_t tokens = 0;
  std::optional<Scorer> scorer;  // of the text at hand, which may be that of all pairs
  for (std::size_t i = 0; i < second.size(); ++i) {
    const auto query = first.size() == 1 ? first[0] : first[i];
    if (i == 0 || first.size() > 1) {
      scorer.emplace(query);
      tokens += synthetic::count_tokens(query);
    }
    body += fmt::format(R"({}{{"index":{},"object":"score","score":{:.6f}}})", i == 0 ? "" : ",", i,
                        scorer->score(second[i]));
    tokens += synthetic::count_tokens(second[i]);
  }
  body += fmt::format(R"(],"usage":{{"prompt_tokens":{0},"total_tokens":{0}}}}})", tokens);
  return json_answer(std::move(body), asked.pace.token);
}

}  // namespace weir::simulator::detail
