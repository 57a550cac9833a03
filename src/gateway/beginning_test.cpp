#include "gateway/beginning.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

using Form = AnswerForm;

TEST(JudgeBeginning, TellsAnAnswerFromWhatIsNone) {
  const std::string long_json = '{' + std::string(kMaxUnknownBytes, ' ');
  const struct {
    BeginningSeen seen;
    Beginning beginning;
  } rows[] = {
      {{.bytes = "{\"choices\":[]}", .done = true}, Beginning::answer},
      {{.bytes = " [1]", .done = true}, Beginning::answer},
      {{.bytes = "{\"id\":1,"}, Beginning::unknown},
      {{.bytes = long_json}, Beginning::answer},
      {{.bytes = "{\"error\":{", .failed = true}, Beginning::error},
      {{.bytes = "\n\n"}, Beginning::answer},
      {{.bytes = "\n\n", .done = true}, Beginning::empty},
      {{.bytes = ""}, Beginning::unknown},
      {{.bytes = "", .done = true}, Beginning::empty},
      {{.bytes = "<html>"}, Beginning::page},
      {{.declared = Form::opaque, .form = Form::opaque, .bytes = "\r\n<!doctype html>"},
       Beginning::page},
      {{.bytes = "\"no credit\"", .done = true}, Beginning::text},
      {{.bytes = "null", .done = true}, Beginning::text},
      {{.declared = Form::text, .form = Form::opaque, .bytes = "Internal Server Error"},
       Beginning::text},
      {{.declared = Form::opaque, .form = Form::opaque, .bytes = "RIFF"}, Beginning::answer},
      {{.declared = Form::events, .form = Form::events, .bytes = ": ping\n\n"}, Beginning::unknown},
      {{.declared = Form::events, .form = Form::events, .bytes = ": ping\n\n", .done = true},
       Beginning::no_events},
      {{.declared = Form::events, .form = Form::events, .done = true}, Beginning::no_events},
      {{.declared = Form::events, .form = Form::events, .bytes = "data: 1\n\n", .events = 1},
       Beginning::answer},
      {{.declared = Form::events,
        .form = Form::events,
        .bytes = "data: [DONE]\n\n",
        .finished = true},
       Beginning::answer},
      {{.declared = Form::events,
        .form = Form::events,
        .bytes = "data: {}\n\n",
        .failed = true,
        .events = 1},
       Beginning::error},
      {{.declared = Form::events, .form = Form::events, .bytes = "<html>"}, Beginning::page},
  };
  for (const auto& row : rows)
    EXPECT_EQ(judge_beginning(row.seen), row.beginning) << row.seen.bytes;
}

}  // namespace
}  // namespace weir::gateway
