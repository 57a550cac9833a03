#include "codec/multipart_form.hpp"

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

TEST(MultipartForm, HasFieldsAndFiles) {
  const std::string body =
      "\r\n--b_b\r\ncontent-disposition: form-data; name=\"model\"\r\n"
      "\r\ndemo\r\n\r\n--b_b\r\nX: y\r\nContent-Disposition: form-data; name=file; "
      "filename=\"name=x\"\r\n\r\n\r\n--b_b\r\nContent-Disposition: form-data; "
      "name=\"file\"; filename=\"é\"\r\n\r\n\xFF\r\n--b_b--\r\n";
  const auto parts = parse_multipart("Multipart/Form-Data; charset=utf-8; Boundary=\"b_b\"", body);
  ASSERT_TRUE(parts) << parts.error();
  ASSERT_EQ(parts->size(), 3U);
  EXPECT_EQ((*parts)[0].name, "model");
  EXPECT_EQ((*parts)[0].content, "demo\r\n");
  EXPECT_FALSE((*parts)[0].file_name);
  EXPECT_EQ((*parts)[1].name, "file");
  EXPECT_EQ((*parts)[1].file_name, "name=x");
  EXPECT_EQ((*parts)[1].content, "");
  EXPECT_EQ((*parts)[2].file_name, "é");
  EXPECT_EQ((*parts)[2].content, "\xFF");
}

TEST(MultipartForm, ThatIsBrokenSaysWhy) {
  const auto problem = [](std::string_view type, std::string_view body) {
    const auto parts = parse_multipart(type, body);
    return parts ? "" : parts.error();
  };
  constexpr std::string_view kType = "multipart/form-data; boundary=b";
  EXPECT_EQ(problem(kType, "--b--"), "");
  EXPECT_EQ(problem("multipart/form-data", "--b--"),
            "The Content-Type must be multipart/form-data with one boundary.");
  EXPECT_EQ(problem(kType, "--b\r\n"), "The form ends before its closing delimiter.");
  EXPECT_EQ(problem(kType, "--b\r\n\r\nx\r\n--b--"),
            "The form has a part without a Content-Disposition.");
}

}  // namespace
}  // namespace weir::codec
