#include "api/page_words.hpp"

#include "base/enum_table.hpp"

namespace weir::api {
namespace {

constexpr EnumTable<Language, PageWords> kWords({
    {Language::english,
     {.code = "en",
      .title = "Weir:",
      .what = "One address and one key for all the AI models you can call, and one typed list of "
              "them.",
      .base = "This is its API. The base URL for clients of OpenAI's and SiliconFlow's APIs is:",
      .key = "Every call needs a key. Ask the operator of this server for one. If that is you: the "
             "first start has shown a key, or left it in a file beside the store; `weir keys "
             "create NAME` makes another.",
      .curl = "List the models with curl",
      .python = "The same with openai-python",
      .more = "Read on",
      .reference = "API reference",
      .description = "OpenAPI description",
      .admin = "Operator's address",
      .admin_hidden = "the setting server.admin_listen; by default only the server's own machine "
                      "reaches it"}},
    {Language::chinese,
     {.code = "zh-CN",
      .title = "Weir：",
      .what = "一个地址、一个密钥，调用您可用的所有 AI 模型，并提供一份按类型标注的准确模型列表。",
      .base = "这里是它的 API。OpenAI 与 SiliconFlow API 的客户端请使用以下 base URL：",
      .key =
          "每次调用都需要密钥，请向本服务器的管理员索取。如果您就是管理员：首次启动时已显示密钥，"
          "或已将其写入数据库旁的文件；运行 `weir keys create NAME` 可再创建一个。",
      .curl = "用 curl 列出模型",
      .python = "用 openai-python 列出模型",
      .more = "更多",
      .reference = "API 参考（英文）",
      .description = "OpenAPI 描述",
      .admin = "管理地址",
      .admin_hidden = "见设置项 server.admin_listen；默认只能从服务器本机访问"}},
});

}  // namespace

const PageWords& words_of(Language language) { return kWords[language]; }

}  // namespace weir::api
