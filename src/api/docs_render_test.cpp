#include "api/docs_render.hpp"

#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/docs_page.hpp"
#include "api/docs_values.hpp"
#include "api/openapi.hpp"
#include "api/route.hpp"

namespace weir::api {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kSmall = R"yaml(
info: {title: T, description: "First `a<b`.\n\nSecond."}
servers: [{url: /v1}]
paths:
  /things/{id}:
    post:
      operationId: makeThing
      summary: One thing
      parameters: [{$ref: '#/components/parameters/Id'}]
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Thing'}
            example: {name: "it's", size: 3, on: true, parts: [a, 007, 1.5, null]}
      responses:
        '404': {$ref: '#/components/responses/None'}
  /open:
    servers: [{url: /}]
    get: {operationId: open, summary: Open to all, security: []}
components:
  parameters:
    Id: {name: id, in: path, required: true, example: x/y, schema: {type: string}}
  schemas:
    Thing:
      type: object
      required: [name]
      properties:
        name: {type: string, description: The <name>.}
        parts: {type: array, items: {type: object, properties: {n: {type: integer}}}}
  responses:
    None: {description: There is none., content: {application/json: {}}}
)yaml";

std::vector<std::string_view> values_after(std::string_view text, std::string_view opening) {
  std::vector<std::string_view> values;
  for (auto at = text.find(opening); at != text.npos; at = text.find(opening)) {
    text.remove_prefix(at + opening.size());
    values.push_back(text.substr(0, text.find('"')));
  }
  return values;
}

TEST(Docs, AnOperationHasItsPathItsCommandAndItsParts) {
  const auto page = render_docs(kSmall);
  for (const auto* part :
       {"<p>First <code>a&lt;b</code>.</p>\n<p>Second.</p>", "<code>/v1/things/{id}</code>",
        "<span class=\"verb\">POST</span>", "curl &quot;$WEIR_URL/v1/things/x/y&quot;",
        "required</span></td><td>string <span class=\"dim\">in path</span>",
        "<a href=\"#Thing\">Thing</a>", "<td>404</td><td>There is none.</td>",
        "<h3 id=\"Thing\">Thing</h3>", "The &lt;name&gt;.", "<code>parts[].n</code>",
        "curl &quot;$WEIR_URL/open&quot;</code>"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

TEST(Docs, AnExampleIsJsonInAShellWord) {
  const auto root = config::parse_document(kSmall);
  ASSERT_TRUE(root);
  const auto& node = config::find_deepest(*root, "paths");
  const Operation operation{"/v1/x", "post", config::find_item(node.items.front(), "post")};
  EXPECT_THAT(curl_command(*root, operation),
              HasSubstr(R"(--json '{"name": "it'\''s", "size": 3, "on": true, )"
                        R"("parts": ["a", "007", 1.5, null]}')"));
}

TEST(Docs, AReferenceToNothingAndOneToItselfAreLeft) {
  const auto root = config::parse_document("a: {$ref: '#/none'}\nb: {$ref: '#/b'}\n");
  ASSERT_TRUE(root);
  EXPECT_EQ(resolve(*root, root->items[0]).key, "a");
  EXPECT_EQ(resolve(*root, root->items[1]).key, "b");
}

TEST(Docs, ADescriptionThatCannotBeReadGivesAPage) {
  EXPECT_THAT(render_docs("a: [b"), HasSubstr("/openapi.yaml"));
  EXPECT_THAT(render_docs(""), HasSubstr("<h1>API reference</h1>"));
}

TEST(Docs, EveryRouteAndEveryLinkIsThere) {
  const auto page = render_docs(openapi_text());
  for (const auto& route : all_routes()) {
    if (route.endpoint && route.path.ends_with("{id}")) continue;  // has operations of its own
    const auto path = std::string(route.versioned ? "/v1" : "") + std::string(route.path);
    const auto end = path.find('{');
    EXPECT_THAT(page, HasSubstr("<code>" + path.substr(0, end))) << path;
  }
  std::set<std::string_view> ids;
  for (const auto id : values_after(page, " id=\"")) EXPECT_TRUE(ids.insert(id).second) << id;
  for (const auto id : values_after(page, "href=\"#")) EXPECT_TRUE(ids.contains(id)) << id;
  EXPECT_GT(ids.size(), 50U);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
}

TEST(Docs, ThePageIsSmallerCompressedAndKept) {
  const auto& page = docs_page();
  EXPECT_EQ(known_docs_page(), page);
  const auto size = page->body(codec::Coding::identity).bytes.size();
  for (const auto coding : kEnumerators<codec::Coding>) {
    EXPECT_TRUE(page->codings().contains(coding));
    if (coding == codec::Coding::identity) continue;
    EXPECT_LT(page->body(coding).bytes.size(), size / 5) << wire_name(coding);
  }
}

}  // namespace
}  // namespace weir::api
