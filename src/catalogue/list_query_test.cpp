#include "catalogue/list_query.hpp"

#include <map>

#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

ListQuery parsed(std::string_view text) {
  const auto query = parse_list_query(text, View::basic);
  EXPECT_TRUE(query) << text;
  return query.value_or(ListQuery{});
}

TEST(ListQuery, ReadsWhatItKnowsAndIgnoresTheRest) {
  EXPECT_EQ(parsed(""), ListQuery{});
  EXPECT_EQ(parsed("limit=1000&x&client_version=1"), ListQuery{});
  EXPECT_EQ(parsed("type=image"), ListQuery{.type = Type::image});
  EXPECT_EQ(parsed("sub_type=text-to-speech"), ListQuery{.sub_type = SubType::text_to_speech});
  EXPECT_EQ(parsed("sub_type=text%2Dto%2Dvideo"), ListQuery{.sub_type = SubType::text_to_video});
  EXPECT_EQ(parsed("view=full&include_unavailable=true&type=text&sub_type=chat"),
            (ListQuery{Type::text, SubType::chat, View::full, true}));
}

TEST(ListQuery, TheServersViewHoldsWhereNoneIsGiven) {
  EXPECT_EQ(parse_list_query("", View::full)->view, View::full);
  EXPECT_EQ(parse_list_query("type=text", View::full)->view, View::full);
  EXPECT_EQ(parse_list_query("view=basic", View::full)->view, View::basic);
}

TEST(ListQuery, RefusalsNameParameterValueAndWhatIsAllowed) {
  struct Case {
    std::string_view text;
    std::string_view message;
  };
  const Case cases[] = {
      {"sub_type=text2video",
       "Invalid value for parameter \"sub_type\": \"text2video\". Allowed: chat, embedding, "
       "reranker, text-to-image, image-to-image, speech-to-text, text-to-speech, text-to-video, "
       "image-to-video."},
      {"type=Text",
       "Invalid value for parameter \"type\": \"Text\". Allowed: text, image, audio, video."},
      {"type=", "Invalid value for parameter \"type\": \"\". Allowed: text, image, audio, video."},
      {"type", "Invalid value for parameter \"type\": \"\". Allowed: text, image, audio, video."},
      {"type=text+",
       "Invalid value for parameter \"type\": \"text \". Allowed: text, image, "
       "audio, video."},
      {"type=text&type=text",
       "Parameter \"type\" is given 2 times, first as \"text\". Allowed: one of text, image, "
       "audio, video."},
      {"view=all", "Invalid value for parameter \"view\": \"all\". Allowed: basic, full."},
      {"include_unavailable=2",
       "Invalid value for parameter \"include_unavailable\": \"2\". Allowed: true, false."},
      {"type%5B%5D=text", "Unknown parameter \"type[]\". Use \"type\" instead."},
      {"limit=5&subType=chat", "Unknown parameter \"subType\". Use \"sub_type\" instead."},
      {"view=%zz", "Invalid value for parameter \"view\": \"%zz\". Allowed: basic, full."},
  };
  for (const auto& c : cases) {
    const auto query = parse_list_query(c.text, View::basic);
    ASSERT_FALSE(query) << c.text;
    EXPECT_EQ(query.error().message, c.message);
  }
}

TEST(ListQuery, EchoesNoMoreThanABoundedPieceOfAValue) {
  const auto query = parse_list_query("type=" + std::string(5000, 'x'), View::basic);
  ASSERT_FALSE(query);
  EXPECT_EQ(query.error().parameter, "type");
  EXPECT_EQ(query.error().value, std::string(kMaxEchoBytes, 'x') + "…");
  EXPECT_LT(query.error().message.size(), 200U);
}

Model model(SubTypes sub_types, Status status = Status::available) {
  return {.id = "m", .model_class = ModelClass::of(sub_types), .status = status};
}

TEST(ListQuery, TypeAndSubTypeAreBothRequired) {
  const auto chat = model({SubType::chat});
  const auto both = model({SubType::chat, SubType::text_to_image});
  auto moderation = model({});
  moderation.model_class.types.insert(Type::text);
  struct Case {
    std::string_view text;
    bool chat, both, moderation;
  };
  const Case cases[] = {
      {"", true, true, true},
      {"type=text", true, true, true},
      {"type=image", false, true, false},
      {"type=audio", false, false, false},
      {"sub_type=chat", true, true, false},
      {"sub_type=text-to-image", false, true, false},
      {"type=text&sub_type=chat", true, true, false},
      {"type=image&sub_type=chat", false, false, false},  // a contradiction
  };
  for (const auto& c : cases) {
    EXPECT_EQ(parsed(c.text).admits(chat), c.chat) << c.text;
    EXPECT_EQ(parsed(c.text).admits(both), c.both) << c.text;
    EXPECT_EQ(parsed(c.text).admits(moderation), c.moderation) << c.text;
  }
}

TEST(ListQuery, OnlyUnavailableModelsNeedToBeAskedFor) {
  EXPECT_TRUE(parsed("").admits(model({}, Status::degraded)));
  EXPECT_FALSE(parsed("").admits(model({}, Status::unavailable)));
  EXPECT_FALSE(parsed("include_unavailable=false").admits(model({}, Status::unavailable)));
  EXPECT_TRUE(parsed("include_unavailable=1").admits(model({}, Status::unavailable)));
  EXPECT_FALSE(parsed("include_unavailable=0").admits(model({}, Status::unavailable)));
  EXPECT_TRUE(parsed("include_unavailable=true").admits(model({}, Status::unavailable)));
}

// Every query there is, against every class a model can have with up to two sub types.
TEST(ListQuery, EqualBitsMeanEqualAnswers) {
  std::vector<Model> models;
  for (const SubType one : kEnumerators<SubType>) {
    for (const SubType other : kEnumerators<SubType>) models.push_back(model({one, other}));
  }
  for (const Type type : kEnumerators<Type>) {
    models.push_back(model({}));
    models.back().model_class.types.insert(type);
  }
  std::map<std::uint32_t, std::vector<bool>> answers;
  for (int type = -1; type < std::ssize(kEnumerators<Type>); ++type) {
    for (int sub_type = -1; sub_type < std::ssize(kEnumerators<SubType>); ++sub_type) {
      for (const View view : {View::basic, View::full}) {
        for (const bool include : {false, true}) {
          ListQuery query{.view = view, .include_unavailable = include};
          if (type >= 0) query.type = static_cast<Type>(type);
          if (sub_type >= 0) query.sub_type = static_cast<SubType>(sub_type);
          std::vector<bool> answer = {view == View::full, include};
          for (const auto& each : models) answer.push_back(query.admits(each));

          ASSERT_LT(query.bits(), ListQuery::kBitsEnd);
          const auto [known, is_new] = answers.emplace(query.bits(), answer);
          EXPECT_EQ(known->second, answer);
        }
      }
    }
  }
  EXPECT_EQ(parsed("type=text&sub_type=chat").bits(), parsed("sub_type=chat").bits());
}

TEST(FindVisible, AgreesWithTheList) {
  std::vector<Model> models = {{.id = "a", .status = Status::available},
                               {.id = "b", .status = Status::unavailable}};
  const Catalogue catalogue(std::move(models), 1);
  const auto only_b = Scope::parse(std::vector<std::string>{"b"}, {}).value();

  EXPECT_NE(find_visible(catalogue, "a", Scope(), false), nullptr);
  EXPECT_EQ(find_visible(catalogue, "c", Scope(), false), nullptr);
  EXPECT_EQ(find_visible(catalogue, "b", Scope(), false), nullptr);
  EXPECT_NE(find_visible(catalogue, "b", Scope(), true), nullptr);
  EXPECT_EQ(find_visible(catalogue, "a", only_b, true), nullptr);
}

}  // namespace
}  // namespace weir::catalogue
