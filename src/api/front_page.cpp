#include "api/front_page.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "api/host_name.hpp"
#include "api/page_layout.hpp"
#include "api/page_words.hpp"
#include "base/ascii.hpp"
#include "codec/etag.hpp"
#include "codec/html.hpp"
#include "net/socket.hpp"

namespace weir::api {
namespace {

constexpr std::string_view kUnknownHost = "ADDRESS";
constexpr std::size_t kLongestHost = 261;  // a name of 255 characters and a port

// The client's bytes become part of commands that a reader may paste into a shell.
bool is_plain(std::string_view authority) {
  return !authority.empty() && authority.size() <= kLongestHost &&
         std::ranges::all_of(authority, [](char c) {
           return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '.' ||
                  c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
         });
}

bool came_through_proxy(const http::Request& request) {
  return !field_of(request, "x-forwarded-for").empty() || !field_of(request, "forwarded").empty() ||
         !field_of(request, "x-real-ip").empty() || !field_of(request, "via").empty();
}

// A proxy on this machine makes everybody's requests come from it, and a page in a browser may have
// a name of its own resolve to it.
bool is_from_this_machine(const http::Exchange& exchange) {
  const auto& request = *exchange.request;
  return exchange.peer.is_loopback() && is_loopback_host(without_port(request.authority)) &&
         !came_through_proxy(request);
}

// The operator's listener has no page at its root.
std::string admin_page(std::string_view address) {
  const auto endpoint = net::parse_endpoint(address);
  const bool is_everywhere = endpoint && endpoint->address().is_unspecified();
  const auto host =
      is_everywhere ? fmt::format("127.0.0.1:{}", endpoint->port()) : std::string(address);
  return fmt::format("http://{}/admin/upstreams", host);
}

std::string curl_text(const FrontPage& page) {
  return fmt::format(
      "export WEIR_KEY=sk-weir_...\n"
      "curl \"{0}/v1/models\" -H \"Authorization: Bearer $WEIR_KEY\"\n"
      "curl \"{0}/v1/models?sub_type=chat\" -H \"Authorization: Bearer $WEIR_KEY\"",
      page.base);
}

std::string python_text(const FrontPage& page) {
  return fmt::format(
      "from openai import OpenAI\n\n"
      "client = OpenAI(base_url=\"{}/v1\", api_key=\"sk-weir_...\")\n"
      "for model in client.models.list():\n"
      "    print(model.id)",
      page.base);
}

std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    out.append(line.empty() ? "" : "    ").append(line).append("\n");
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return out;
}

std::string render_text(const FrontPage& page, const PageWords& words) {
  return fmt::format(
      "{} {}\n\n{}\n\n    {}/v1\n\n{}\n\n{}:\n\n{}\n{}:\n\n{}\n{}: {}/docs\n{}: {}/openapi.yaml\n"
      "{}: {}\n",
      words.title, words.what, words.base, page.base, words.key, words.curl,
      indented(curl_text(page)), words.python, indented(python_text(page)), words.reference,
      page.base, words.description, page.base, words.admin,
      page.admin.empty() ? words.admin_hidden : page.admin);
}

std::string code_block(std::string_view text) {
  return fmt::format("<pre tabindex=\"0\"><code>{}</code></pre>\n", codec::html_text(text));
}

std::string link(std::string_view target, std::string_view text) {
  return fmt::format("<a href=\"{}\">{}</a>", codec::html_text(target), codec::html_text(text));
}

std::string render_body(const FrontPage& page, const PageWords& words) {
  const auto admin =
      page.admin.empty() ? codec::html_text(words.admin_hidden) : link(page.admin, page.admin);
  std::string out = "<main>\n<h1>Weir</h1>\n";
  const auto paragraph = [&out](std::string_view text) {
    out += fmt::format("<p>{}</p>\n", html_with_code(text));
  };
  const auto heading = [&out](std::string_view text) {
    out += fmt::format("<h2>{}</h2>\n", codec::html_text(text));
  };
  paragraph(words.what);
  paragraph(words.base);
  out += code_block(page.base + "/v1");
  paragraph(words.key);
  heading(words.curl);
  out += code_block(curl_text(page));
  heading(words.python);
  out += code_block(python_text(page));
  heading(words.more);
  out += fmt::format("<ul>\n<li>{}</li>\n<li>{}</li>\n<li>{}: {}</li>\n</ul>\n</main>\n",
                     link("/docs", words.reference), link("/openapi.yaml", words.description),
                     codec::html_text(words.admin), admin);
  return out;
}

}  // namespace

FrontPage front_page(const http::Exchange& exchange, const FrontPageFacts& facts) {
  const auto& request = *exchange.request;
  const bool is_secure = facts.has_tls || field_of(request, "x-forwarded-proto") == "https";
  FrontPage page{
      .base = fmt::format("{}://{}", is_secure ? "https" : "http",
                          is_plain(request.authority) ? request.authority : kUnknownHost),
      .admin = {},
      .form = page_form(request)};
  if (!facts.admin_address.empty() && is_from_this_machine(exchange)) {
    page.admin = admin_page(facts.admin_address);
  }
  return page;
}

std::string render(const FrontPage& page) {
  const auto& words = words_of(page.form.language);
  if (!page.form.is_html) return render_text(page, words);
  return render_html({.language = words.code, .title = "Weir", .body = render_body(page, words)});
}

http::Reply front_page_reply(const http::Exchange& exchange, const FrontPageFacts& facts) {
  constexpr std::string_view kCaching =
      "Cache-Control: private, no-cache\r\nVary: Accept, Accept-Language, Origin\r\n";
  const auto page = front_page(exchange, facts);
  auto body = render(page);
  const auto etag = codec::strong_etag(body);
  http::Reply reply;
  if (codec::etag_matches(exchange.request->header(http::FieldName::if_none_match), etag)) {
    reply.status = 304;
  } else {
    reply = http::Reply::with_body(200, std::move(body));
    reply.fields = page.form.is_html ? std::string_view(html_fields()) : kTextFields;
  }
  reply.fixed_fields = kCaching;
  reply.fields.append("ETag: ").append(etag).append("\r\n");
  return reply;
}

}  // namespace weir::api
