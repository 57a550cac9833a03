#include "catalogue/registry.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include <re2/re2.h>

#include "base/ascii.hpp"
#include "base/check.hpp"
#include "catalogue/class_table.hpp"
#include "catalogue/csv_row.hpp"
#include "catalogue/rules.hpp"

namespace weir::catalogue {
namespace {

/// An array: too long for constexpr string_view construction.
constexpr char kRegistryCsv[] =
#include "catalogue/registry.inc"
    ;

/// Suffixes for packaging or date, at the end of a name in normal form.
constexpr std::string_view kPackaging =
    R"((?:-(?:gguf|ggml|safetensors|onnx|mlx|awq|gptq|bnb|exl[23]|vllm|hf|unsloth|latest|free|)"
    R"(cpu|npu|hybrid|fp4|fp8|fp16|fp32|bf16|f16|f32|int4|int8|nvfp4|mxfp4|w4a16|w8a8|w8a16|)"
    R"(\d-?bit|ud|i?q\d(?:-[01k])?(?:-(?:xxs|xs|s|m|l|xl|nl))?|)"
    R"(20\d\d-?[01]\d-?[0-3]\d))+-$)";

/// Enough to keep the automaton for any id.
constexpr std::int64_t kMaxPatternMemory = 512 << 10;

/// True if `id` is `end`, or a path that ends in it.
bool ends_in(std::string_view id, std::string_view end) {
  if (id.size() < end.size()) return false;
  const std::size_t rest = id.size() - end.size();
  return same_ignoring_case(id.substr(rest), end) && (rest == 0 || id[rest - 1] == '/');
}

/// A row without an owner states nothing about `owner/row`: that owner may have trained it further.
bool same_weights(std::string_view row, std::string_view id) {
  return ends_in(row, id) || (row.contains('/') && ends_in(id, row));
}

/// The last path part in normal form, without a cloud's region.
std::string name_form(std::string_view id) {
  while (id.ends_with('/')) id.remove_suffix(1);
  id.remove_prefix(id.rfind('/') + 1);
  for (std::string_view region : {"us.", "eu.", "apac.", "global.", "us-gov.", "jp.", "au."}) {
    if (id.starts_with(region)) {
      id.remove_prefix(region.size());
      break;
    }
  }
  return normal_form(id);
}

/// True for a name with a letter and a digit that is more than a version.
bool is_distinctive(std::string_view name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (name.starts_with("-v")) name.remove_prefix(2);
  return std::ranges::any_of(name, is_digit) && std::ranges::any_of(name, is_letter);
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string> parse_words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) words.emplace_back(take(text, ';'));
  return words;
}

/// The value that more than half of the rows that state any agree on.
template <class T>
T most_stated(std::span<const ModelFacts> rows, T ModelFacts::* member) {
  const T unknown{};
  const auto stated = std::ranges::count_if(
      rows, [&](const ModelFacts& facts) { return facts.*member != unknown; });
  for (const ModelFacts& facts : rows) {
    if (facts.*member == unknown) continue;
    if (2 * std::ranges::count(rows, facts.*member, member) > stated) return facts.*member;
  }
  return unknown;
}

ModelFacts most_stated(std::span<const ModelFacts> rows) {
  ModelFacts facts;
  facts.context_length = most_stated(rows, &ModelFacts::context_length);
  facts.max_output_tokens = most_stated(rows, &ModelFacts::max_output_tokens);
  facts.input_modalities = most_stated(rows, &ModelFacts::input_modalities);
  facts.output_modalities = most_stated(rows, &ModelFacts::output_modalities);
  facts.capabilities = most_stated(rows, &ModelFacts::capabilities);
  return facts;
}

}  // namespace

std::optional<RegistryRow> parse_registry_row(std::string_view line) {
  RegistryRow row;
  row.id = take(line, ',');
  const std::string_view type = take(line, ',');
  const std::optional<ModelClass> model_class = parse_class(type, take(line, ','));
  if (row.id.empty() || !model_class) return std::nullopt;
  row.model_class = *model_class;
  const std::size_t end = line.rfind(',');
  if (end == std::string_view::npos) return std::nullopt;
  row.facts = line.substr(0, end);
  row.source = line.substr(end + 1);
  return row;
}

ModelFacts parse_registry_facts(std::string_view cells) {
  ModelFacts facts;
  facts.context_length = parse_number(take(cells, ','));
  facts.max_output_tokens = parse_number(take(cells, ','));
  facts.input_modalities = parse_words(take(cells, ','));
  facts.output_modalities = parse_words(take(cells, ','));
  facts.capabilities = parse_words(take(cells, ','));
  return facts;
}

Registry::Registry(std::string_view csv) : csv_(csv) {
  RE2::Options options;
  options.set_max_mem(kMaxPatternMemory);
  options.set_log_errors(false);
  packaging_ =
      std::make_unique<RE2>(re2::StringPiece(kPackaging.data(), kPackaging.size()), options);
  CHECK(packaging_->ok());
  entries_.reserve(static_cast<std::size_t>(std::ranges::count(csv, '\n')));
  std::string_view rest = csv;
  take(rest, '\n');
  while (!rest.empty()) {
    const auto offset = static_cast<std::uint32_t>(csv.size() - rest.size());
    std::string_view line = take(rest, '\n');
    const std::string name = name_form(take(line, ','));
    entries_.push_back({std::hash<std::string_view>{}(without_packaging(name)), offset});
  }
  std::ranges::sort(entries_, {},
                    [](const Entry& entry) { return std::pair(entry.key, entry.offset); });
}

Registry::~Registry() = default;

const Registry& Registry::built_in() {
  static const Registry registry({kRegistryCsv, sizeof(kRegistryCsv) - 1});
  return registry;
}

std::string_view Registry::without_packaging(std::string_view name) const {
  re2::StringPiece tail;
  const bool found = packaging_->Match(re2::StringPiece(name.data(), name.size()), 0, name.size(),
                                       RE2::UNANCHORED, &tail, 1);
  // The dash before the suffix closes the name.
  return found ? name.substr(0, name.size() - tail.size() + 1) : name;
}

RegistryRow Registry::row_at(std::uint32_t offset) const {
  std::string_view rest = csv_.substr(offset);
  const std::optional<RegistryRow> row = parse_registry_row(take(rest, '\n'));
  CHECK(row.has_value());
  return *row;
}

std::optional<RegistryMatch> Registry::find(std::string_view id) const {
  id = without_tier(id);
  const std::string name = name_form(id);
  const std::string_view bare_name = without_packaging(name);
  const auto found =
      std::ranges::equal_range(entries_, std::hash<std::string_view>{}(bare_name), {}, &Entry::key);

  std::vector<RegistryRow> same_name;
  std::vector<RegistryRow> other_packaging;
  for (const Entry& entry : found) {
    const RegistryRow row = row_at(entry.offset);
    if (same_ignoring_case(row.id, id)) {
      return RegistryMatch{row.id, row.model_class, parse_registry_facts(row.facts), row.source};
    }
    const std::string row_name = name_form(row.id);
    if (row_name == name) {
      same_name.push_back(row);
    } else if (without_packaging(row_name) == bare_name) {
      other_packaging.push_back(row);
    }
  }
  const std::vector<RegistryRow>& rows = same_name.empty() ? other_packaging : same_name;
  if (rows.empty() || !is_distinctive(bare_name)) return std::nullopt;

  const RegistryRow& first = rows.front();
  std::vector<ModelFacts> facts;
  for (const RegistryRow& row : rows) {
    if (row.model_class != first.model_class) return std::nullopt;
    if (same_weights(row.id, id)) facts.push_back(parse_registry_facts(row.facts));
  }
  return RegistryMatch{first.id, first.model_class, most_stated(facts), first.source};
}

}  // namespace weir::catalogue
