#include "gateway/stored_ids.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

std::string rewritten(StoredIds& ids, std::string_view json) {
  std::string text;
  std::size_t from = 0;
  for (const auto& edit : ids.find(json)) {
    text.append(json.substr(from, edit.at.begin - from)).append(edit.text);
    from = edit.at.end;
  }
  return text.append(json.substr(from));
}

class StoredIdsTest : public testing::Test {
 protected:
  int count_ = 0;
  StoredIds ids_{catalogue::Endpoint::responses, [this](SealedId, std::string_view id) {
                   return "sealed-" + std::to_string(++count_) + "-" + std::string(id);
                 }};
};

TEST_F(StoredIdsTest, FindsTheIdsOfAResponseAndNoOthers) {
  struct Case {
    std::string_view before;
    std::string_view after;
  };
  constexpr Case kCases[] = {
      {R"({"id":"a","object":"response","output":[{"id":"msg","type":"message"}]})",
       R"({"id":"sealed-1-a","object":"response","output":[{"id":"msg","type":"message"}]})"},
      {R"({"type":"response.created","response":{"id":"a","previous_response_id":null}})",
       R"({"type":"response.created","response":{"id":"sealed-1-a","previous_response_id":null}})"},
      {R"({ "previous_response_id" : "b" , "id" : "a" })",
       R"({ "previous_response_id" : "sealed-2-b" , "id" : "sealed-1-a" })"},
      {R"({"type":"response.output_text.delta","item_id":"a","delta":"\"id\":\"a\""})",
       R"({"type":"response.output_text.delta","item_id":"a","delta":"\"id\":\"a\""})"},
      {R"({"object":"list","data":[{"id":"msg"}],"first_id":"msg"})",
       R"({"object":"list","data":[{"id":"msg"}],"first_id":"msg"})"},
      {R"({"id":"","metadata":{"id":"a"},"ID":"a"})",
       R"({"id":"","metadata":{"id":"a"},"ID":"a"})"},
      {R"({"id":7})", R"({"id":7})"},
      {"not JSON", "not JSON"},
  };
  (void)ids_.find(R"({"id":"a"})");
  (void)ids_.find(R"({"id":"b"})");
  for (const auto& [before, after] : kCases) EXPECT_EQ(rewritten(ids_, before), after);
  EXPECT_EQ(count_, 2);
}

TEST_F(StoredIdsTest, TheClientSeesTheIdsThatItSent) {
  ids_.know("a", "mine");
  EXPECT_EQ(rewritten(ids_, R"({"id":"b","previous_response_id":"a"})"),
            R"({"id":"sealed-1-b","previous_response_id":"mine"})");
}

TEST_F(StoredIdsTest, AnIdWithEscapesIsReadAsWhatItMeans) {
  ids_.know("a/b", "mine");
  EXPECT_EQ(rewritten(ids_, R"({"id":"a\/b"})"), R"({"id":"mine"})");
}

TEST(StoredIds, OfABatchAreOfTheirKinds) {
  StoredIds ids(catalogue::Endpoint::batches, [](SealedId kind, std::string_view id) {
    return (kind == SealedId::batch ? "b-" : "f-") + std::string(id);
  });
  EXPECT_EQ(rewritten(ids, R"({"id":"1","input_file_id":"2","output_file_id":"3",)"
                           R"("error_file_id":null,"metadata":{"id":"4"}})"),
            R"({"id":"b-1","input_file_id":"f-2","output_file_id":"f-3",)"
            R"("error_file_id":null,"metadata":{"id":"4"}})");
  EXPECT_EQ(rewritten(ids, R"({"output_file_id":"https://host/out"})"),
            R"({"output_file_id":"https://host/out"})");
}

TEST(StoredIds, OfAFileMayBeInAnEnvelope) {
  StoredIds ids(catalogue::Endpoint::files,
                [](SealedId, std::string_view id) { return "f-" + std::string(id); });
  EXPECT_EQ(rewritten(ids, R"({"code":20000,"data":{"id":"1"}})"),
            R"({"code":20000,"data":{"id":"f-1"}})");
  EXPECT_EQ(rewritten(ids, R"({"id":"1"})"), R"({"id":"f-1"})");
}

TEST_F(StoredIdsTest, AnAbsurdIdStays) {
  const auto json = R"({"id":")" + std::string(StoredIds::kMaxIdBytes + 1, 'a') + R"("})";
  EXPECT_EQ(rewritten(ids_, json), json);
}

}  // namespace
}  // namespace weir::gateway
