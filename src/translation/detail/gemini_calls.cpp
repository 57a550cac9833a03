#include "translation/detail/gemini_calls.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

namespace weir::translation::detail {
namespace {

using Key = std::pair<std::string_view, std::string_view>;

class Pairs {
 public:
  Pairs(const std::vector<MadeCall>& calls, const std::vector<NamedResult>& results)
      : calls_(calls), results_(results), is_answered_(calls.size()), ids_(results.size()) {}

  // Gives each result that has no call yet the first call of its key, in the order of both. A call
  // or a result without a key takes no part.
  template <class KeyOfCall, class KeyOfResult>
  void add(const KeyOfCall& key_of_call, const KeyOfResult& key_of_result) {
    std::map<Key, std::vector<std::size_t>> open;
    for (std::size_t place = calls_.size(); place > 0; --place) {
      const std::optional<Key> key = key_of_call(calls_[place - 1]);
      if (key && !is_answered_[place - 1]) open[*key].push_back(place - 1);
    }
    for (std::size_t place = 0; place < results_.size(); ++place) {
      const std::optional<Key> key = key_of_result(results_[place]);
      if (!key || !ids_[place].empty()) continue;
      const auto found = open.find(*key);
      if (found == open.end() || found->second.empty()) continue;
      ids_[place] = calls_[found->second.back()].id;
      is_answered_[found->second.back()] = true;
      found->second.pop_back();
    }
  }

  [[nodiscard]] std::vector<std::string> take() { return std::move(ids_); }

 private:
  const std::vector<MadeCall>& calls_;
  const std::vector<NamedResult>& results_;
  std::vector<bool> is_answered_;
  std::vector<std::string> ids_;
};

}  // namespace

// A model may give one id to two calls, so that the id with the name comes first.
std::vector<std::string> answered_calls(const std::vector<MadeCall>& calls,
                                        const std::vector<NamedResult>& results) {
  using Optional = std::optional<Key>;
  const auto named = [](const auto& each) { return Optional({each.name, {}}); };
  Pairs pairs(calls, results);
  pairs.add([](const MadeCall& call) { return Optional({call.id, call.name}); },
            [](const NamedResult& result) {
              return result.id.empty() ? std::nullopt : Optional({result.id, result.name});
            });
  pairs.add([](const MadeCall& call) { return Optional({call.id, {}}); },
            [](const NamedResult& result) {
              return result.id.empty() ? std::nullopt : Optional({result.id, {}});
            });
  pairs.add([&](const MadeCall& call) { return call.has_own_id ? std::nullopt : named(call); },
            named);
  pairs.add(named, named);
  return pairs.take();
}

}  // namespace weir::translation::detail
