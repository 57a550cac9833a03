#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(HuggingFaceKind, ReadsWhatLiveProvidersOffer) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"object":"list","data":[
      {"id":"Qwen/Qwen3-VL-8B-Instruct","object":"model","created":1750000000,"owned_by":"Qwen",
       "architecture":{"input_modalities":["text","image"],"output_modalities":["text"]},
       "providers":[
         {"provider":"a","status":"live","context_length":32768,"supports_tools":false},
         {"provider":"b","status":"live","context_length":131072,"supports_tools":true,
          "supports_structured_output":true},
         {"provider":"c","status":"error","context_length":999999}]}]})");
  EXPECT_EQ(upstream.list("huggingface"),
            (Lines{"Qwen/Qwen3-VL-8B-Instruct {?} owner=Qwen created=1750000000 context=131072 "
                   "in=text,image out=text can=tools,vision,structured_output"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
