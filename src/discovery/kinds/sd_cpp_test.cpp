#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(SdCppKind, ReadsTheModesOfItsOneModel) {
  struct Case {
    const char* modes;
    const char* line;
  };
  const Case cases[] = {
      {R"(["img_gen"])", "sd-cpp-local {text-to-image,image-to-image}"},
      {R"(["vid_gen"])", "sd-cpp-local {text-to-video}"},
      {R"(["img_gen","vid_gen"])", "sd-cpp-local {text-to-image,image-to-image,text-to-video}"},
      {R"([])", "sd-cpp-local {?}"},
  };
  for (const auto& test : cases) {
    ScriptedUpstream upstream;
    upstream
        .on("/models", R"({"data":[{"id":"sd-cpp-local","object":"model","owned_by":"local"}]})")
        .on("/sdcpp/v1/capabilities",
            fmt::format(R"({{"model":{{"path":"/m/x.safetensors"}},"supported_modes":{}}})",
                        test.modes));
    EXPECT_EQ(upstream.list("sd.cpp"), (Lines{test.line}));
  }
}

TEST(SdCppKind, ListsWithoutCapabilities) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"data":[{"id":"sd-cpp-local"}]})");
  EXPECT_EQ(upstream.list("sd.cpp"), (Lines{"sd-cpp-local {?}"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
