#include "catalogue/list_rows.hpp"

#include <set>

#include <gtest/gtest.h>

#include "catalogue/render.hpp"

namespace weir::catalogue {
namespace {

TEST(ListRows, AssembleWhatWouldBeRendered) {
  std::vector<Model> models;
  for (int i = 0; i < 12; ++i) {
    const auto sub_type = i % 3 == 0 ? SubType::embedding : SubType::chat;
    models.push_back({.id = "m" + std::to_string(i),
                      .model_class = ModelClass::of({sub_type}),
                      .status = i % 5 == 0 ? Status::unavailable : Status::available});
  }
  const Catalogue catalogue(std::move(models), 1);
  std::set<std::string> tags;
  std::set<std::string> lists;
  for (const View view : {View::basic, View::full}) {
    const ListRows rows(catalogue, view);
    for (const auto* glob : {"*", "m1*", "m11", "*7", "none"}) {
      const auto scope = *Scope::parse(std::vector<std::string>{glob}, {});
      for (const auto& query :
           {ListQuery{.view = view}, ListQuery{.sub_type = SubType::chat, .view = view},
            ListQuery{.view = view, .include_unavailable = true}}) {
        const auto runs = select_models(catalogue, scope, query);
        const auto list = render_list(catalogue, scope, query);
        EXPECT_EQ(rows.assemble(runs), list) << glob;
        EXPECT_EQ(ListRows(catalogue, view).etag_of(runs), rows.etag_of(runs));
        tags.insert(rows.etag_of(runs));
        lists.insert(list);
      }
    }
  }
  EXPECT_EQ(tags.size(), lists.size()) << "a tag for each list, and one alone";
}

}  // namespace
}  // namespace weir::catalogue
