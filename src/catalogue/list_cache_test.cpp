#include "catalogue/list_cache.hpp"

#include <atomic>
#include <barrier>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "catalogue/render.hpp"

namespace weir::catalogue {
namespace {

using codec::Coding;

std::shared_ptr<const Catalogue> catalogue_of(int count) {
  std::vector<Model> models;
  for (int i = 0; i < count; ++i) {
    const auto sub_type = i % 2 == 0 ? SubType::chat : SubType::embedding;
    models.push_back(
        {.id = "vendor/model-" + std::to_string(i), .model_class = ModelClass::of({sub_type})});
  }
  return std::make_shared<const Catalogue>(std::move(models), 1);
}

Scope scope_of(const std::string& glob) { return Scope::parse(std::vector{glob}, {}).value(); }

constexpr ListQuery kPlain;
constexpr ListQuery kChat{.sub_type = SubType::chat};

TEST(ListCache, FindsWhatWasMadeAndNothingElse) {
  ListCache cache(catalogue_of(4), {});
  const Scope all;

  EXPECT_EQ(cache.find({all, kChat}), nullptr);
  const auto made = cache.get(all, kChat);

  EXPECT_EQ(made->body(Coding::identity).bytes, render_list(*catalogue_of(4), all, kChat));
  EXPECT_EQ(cache.find({all, kChat}).get(), made.get());
  EXPECT_EQ(cache.find({all, kChat}).get(), made.get());  // from the thread's own stripe
  EXPECT_EQ(cache.get(all, kChat), made);
  EXPECT_EQ(cache.find({all, kPlain}), nullptr);
  EXPECT_EQ(cache.find({scope_of("vendor/*"), kChat}), nullptr);
}

TEST(ListCache, EachListNamesTheUpstreamsThatItsClientMisses) {
  ListCache cache(catalogue_of(4), {}, {{.name = "gpu", .may_serve = {"*"}}});
  EXPECT_EQ(cache.get(Scope(), kPlain)->missing(), "gpu");
  EXPECT_EQ(cache.get(scope_of("vendor/model-1"), kPlain)->missing(), "");
}

TEST(ListCache, ScopesThatSayTheSameShareAList) {
  ListCache cache(catalogue_of(4), {});
  const auto made = cache.get(scope_of("vendor/*"), kPlain);
  EXPECT_EQ(cache.find({scope_of("vendor/*"), kPlain}).get(), made.get());
}

TEST(ListCache, ScopesThatAdmitTheSameModelsShareItsBytes) {
  ListCache cache(catalogue_of(100), {});
  const auto all = cache.get(Scope(), kPlain);
  const auto same = cache.get(scope_of("vendor/*"), kPlain);
  const auto fewer = cache.get(scope_of("*1"), kPlain);
  EXPECT_EQ(all, same);
  EXPECT_EQ(cache.usage().lists, 3U);
  EXPECT_EQ(cache.usage().bytes, all->size_bytes() + fewer->size_bytes());

  // A form that one has is found by the other.
  cache.add_coding({Scope(), kPlain}, Coding::gzip);
  EXPECT_TRUE(cache.find({scope_of("vendor/*"), kPlain})->codings().contains(Coding::gzip));
}

TEST(ListCache, ACodingIsAddedOnceToListsThatAreLargeEnough) {
  ListCache cache(catalogue_of(100), {.compress_above_bytes = 4096});
  const Scope all;
  const ListKey large(all, kPlain);
  const ListKey small(scope_of("vendor/model-1"), kPlain);
  const auto plain = cache.get(all, kPlain);
  static_cast<void>(cache.get(scope_of("vendor/model-1"), kPlain));
  ASSERT_NE(cache.find(large), nullptr);

  EXPECT_TRUE(cache.lacks_coding(*plain, Coding::br));
  EXPECT_FALSE(cache.lacks_coding(*plain, Coding::identity));
  cache.add_coding(large, Coding::br);
  cache.add_coding(small, Coding::br);
  const auto coded = cache.find(large);
  cache.add_coding(large, Coding::br);

  EXPECT_EQ(coded->codings(), codec::CodingSet{Coding::br}) << "only what was requested";
  EXPECT_FALSE(cache.lacks_coding(*coded, Coding::br));
  EXPECT_EQ(&coded->body(Coding::identity), &plain->body(Coding::identity));
  EXPECT_EQ(cache.find(large).get(), coded.get());
  EXPECT_EQ(cache.find(small)->codings(), codec::CodingSet{});
  cache.add_coding({all, kChat}, Coding::br);  // nothing stored: nothing to do
}

TEST(ListCache, TheListThatWasUsedLeastRecentlyMakesRoom) {
  ListCache cache(catalogue_of(4), {.max_lists = 2});
  const Scope a = scope_of("a*");
  const Scope b = scope_of("b*");
  const Scope c = scope_of("c*");
  static_cast<void>(cache.get(a, kPlain));
  static_cast<void>(cache.get(b, kPlain));
  ASSERT_NE(cache.find({a, kPlain}), nullptr);
  ASSERT_NE(cache.find({a, kPlain}), nullptr);  // from the thread's own stripe

  static_cast<void>(cache.get(c, kPlain));

  EXPECT_NE(cache.find({a, kPlain}), nullptr);
  EXPECT_EQ(cache.find({b, kPlain}), nullptr);
  EXPECT_NE(cache.find({c, kPlain}), nullptr);
}

TEST(ListCache, TheNumberOfListsIsBounded) {
  ListCache cache(catalogue_of(4), {.max_lists = 2});
  const Scope a = scope_of("a*");
  const Scope b = scope_of("b*");
  const Scope c = scope_of("c*");
  const auto held = cache.get(a, kPlain);
  static_cast<void>(cache.get(b, kPlain));
  static_cast<void>(cache.get(c, kPlain));

  EXPECT_EQ(cache.find({a, kPlain}), nullptr);
  EXPECT_NE(cache.find({b, kPlain}), nullptr);
  EXPECT_NE(cache.find({c, kPlain}), nullptr);
  EXPECT_EQ(cache.usage().lists, 2U);
  EXPECT_EQ(held->body(Coding::identity).bytes, R"({"object":"list","data":[]})");
}

TEST(ListCache, BytesAreBoundedToo) {
  const auto one = render_list(*catalogue_of(50), Scope(), kPlain).size();
  ListCache cache(catalogue_of(50), {.max_bytes = one + one / 2});
  static_cast<void>(cache.get(Scope(), kPlain));
  static_cast<void>(cache.get(scope_of("*/model-*1*"), kPlain));
  EXPECT_EQ(cache.usage().lists, 2U);
  const auto both = cache.usage().bytes;
  const auto last = cache.get(scope_of("*/model-*2*"), kPlain);

  EXPECT_LE(both, one + one / 2);
  EXPECT_LT(cache.usage().bytes, one + one / 2);
  EXPECT_NE(cache.find({scope_of("*/model-*2*"), kPlain}), nullptr);
}

TEST(ListCache, AListOverTheLimitsIsGivenButNotStored) {
  ListCache cache(catalogue_of(50), {.max_bytes = 100});
  EXPECT_NE(cache.get(Scope(), kPlain), nullptr);
  EXPECT_EQ(cache.find({Scope(), kPlain}), nullptr);
  EXPECT_EQ(cache.usage().bytes, 0U);
}

TEST(ListCache, WhoAsksAtTheSameTimeGetsTheSameList) {
  constexpr int kThreads = 8;
  for (int round = 0; round < 20; ++round) {
    ListCache cache(catalogue_of(500), {});
    const Scope all;
    std::barrier start(kThreads);
    std::array<ListPtr, kThreads> got;
    {
      std::vector<std::jthread> threads;
      for (auto& list : got) {
        threads.emplace_back([&] {
          start.arrive_and_wait();
          list = cache.get(all, kChat);
        });
      }
    }
    EXPECT_EQ(std::set(got.begin(), got.end()).size(), 1U);
  }
}

TEST(ListCache, ThreadsFindMakeCodeAndEvictTogether) {
  constexpr int kThreads = 4;
  ListCache cache(catalogue_of(60), {.max_lists = 3, .compress_above_bytes = 100});
  const std::vector<Scope> scopes = {Scope(), scope_of("vendor/*"), scope_of("*1"), scope_of("*2"),
                                     scope_of("none")};
  std::vector<std::string> expected;
  for (const auto& scope : scopes) {
    expected.push_back(render_list(*catalogue_of(60), scope, kPlain));
  }
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (std::size_t i = 0; i < 300; ++i) {
          const auto which = (i * 7 + static_cast<std::size_t>(thread)) % scopes.size();
          const ListKey key(scopes[which], kPlain);
          auto list = cache.find(key);
          if (!list) list = cache.get(scopes[which], kPlain);
          if (list->body(Coding::identity).bytes != expected[which]) ++wrong;
          if (i % 5 == 0) cache.add_coding(key, i % 2 == 0 ? Coding::gzip : Coding::br);
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(cache.usage().lists, 3U);
}

}  // namespace
}  // namespace weir::catalogue
