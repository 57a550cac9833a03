#include <benchmark/benchmark.h>

#include "catalogue/list_cache.hpp"
#include "catalogue/render.hpp"

namespace weir::catalogue {
namespace {

std::shared_ptr<const Catalogue> catalogue_of(int count) {
  std::vector<Model> models;
  for (int i = 0; i < count; ++i) {
    models.push_back({.id = "vendor/model-" + std::to_string(i * 7919),
                      .model_class = ModelClass::of({SubType::chat})});
  }
  return std::make_shared<const Catalogue>(std::move(models), 1);
}

// The cost per request: the key, the hit, and a reference to the bytes as a response holds it.
void hit(benchmark::State& state) {
  static ListCache cache(catalogue_of(100), {});
  static const Scope all;
  const ListQuery query{.sub_type = SubType::chat};
  static_cast<void>(cache.get(all, query));
  for (auto _ : state) {
    auto bytes = share_bytes(cache.find({all, query}), codec::Coding::identity);
    benchmark::DoNotOptimize(bytes);
  }
}
BENCHMARK(hit)->ThreadRange(1, 2)->UseRealTime();

void parse_query(benchmark::State& state) {
  for (auto _ : state) {
    auto query = parse_list_query("type=text&sub_type=chat", View::basic);
    benchmark::DoNotOptimize(query);
  }
}
BENCHMARK(parse_query);

void render(benchmark::State& state) {
  const auto catalogue = catalogue_of(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    auto list = RenderedList(render_list(*catalogue, Scope(), {}));
    benchmark::DoNotOptimize(list);
  }
}
BENCHMARK(render)->Arg(100)->Arg(5000)->Unit(benchmark::kMicrosecond);

// One more set of permissions: the first list, beside a copy of its bytes.
void first_list(benchmark::State& state) {
  ListCache cache(catalogue_of(static_cast<int>(state.range(0))), {.max_lists = 1});
  static_cast<void>(cache.get(Scope(), {}));
  int number = 0;
  for (auto _ : state) {
    const std::vector<std::string> globs = {"vendor/*", "other/" + std::to_string(++number)};
    auto list = cache.get(*Scope::parse(globs, {}), {});
    benchmark::DoNotOptimize(list);
  }
}
BENCHMARK(first_list)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

void first_list_of_its_own(benchmark::State& state) {
  ListCache cache(catalogue_of(static_cast<int>(state.range(0))), {.max_lists = 1});
  static_cast<void>(cache.get(Scope(), {}));
  int number = 0;
  for (auto _ : state) {
    number = (number + 1) % 100;
    const std::vector<std::string> globs = {
        "*" + std::to_string(number), "*1", "*3", "*5", "*7", "*9"};
    auto list = cache.get(*Scope::parse(globs, {}), {});
    benchmark::DoNotOptimize(list);
  }
}
BENCHMARK(first_list_of_its_own)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

void plain_copy(benchmark::State& state) {
  const auto list = render_list(*catalogue_of(static_cast<int>(state.range(0))), Scope(), {});
  for (auto _ : state) {
    auto copy = list;
    benchmark::DoNotOptimize(copy);
  }
}
BENCHMARK(plain_copy)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

void add_coding(benchmark::State& state) {
  const auto catalogue = catalogue_of(static_cast<int>(state.range(0)));
  const RenderedList plain(render_list(*catalogue, Scope(), {}));
  for (auto _ : state) {
    auto coded = plain.coded(codec::Coding::gzip);
    benchmark::DoNotOptimize(coded);
  }
}
BENCHMARK(add_coding)->Arg(100)->Arg(5000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace weir::catalogue
