#include "catalogue/judge_memo.hpp"

#include <utility>

namespace weir::catalogue {
namespace {

// Ids have no control characters, so the parts of a key cannot run into one another.
void append(std::string& key, const std::optional<ModelClass>& model_class) {
  key.push_back('\n');
  if (!model_class) return;
  for (const SubType sub_type : kEnumerators<SubType>) {
    key.push_back(model_class->sub_types.contains(sub_type) ? '1' : '0');
  }
  for (const Type type : kEnumerators<Type>) {
    key.push_back(model_class->types.contains(type) ? '1' : '0');
  }
}

}  // namespace

template <class T, class F>
const T& JudgeMemo::recall(Answers<T>& answers, F&& judge) {
  if (const auto found = answers.now.find(key_); found != answers.now.end()) return found->second;
  if (auto known = answers.before.extract(key_)) {
    return answers.now.insert(std::move(known)).position->second;
  }
  ++judged_;
  return answers.now.emplace(key_, judge()).first->second;
}

const Classifier& JudgeMemo::classifier() {
  if (!classifier_) classifier_.emplace();
  return *classifier_;
}

Judge JudgeMemo::begin() {
  Judge judge;
  judge.decide = [this](const ClassEvidence& evidence) {
    key_.assign(evidence.id).append(1, '\n').append(evidence.base_id);
    append(key_, evidence.config);
    append(key_, evidence.upstream);
    return recall(decisions_, [&] { return classifier().decide(evidence); });
  };
  judge.facts = [this](std::string_view id) {
    key_.assign(id);
    return recall(facts_, [&] { return classifier().facts(id); });
  };
  return judge;
}

void JudgeMemo::end() {
  decisions_.before = std::exchange(decisions_.now, {});
  facts_.before = std::exchange(facts_.now, {});
  classifier_.reset();
}

}  // namespace weir::catalogue
