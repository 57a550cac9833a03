#include "api/docs_page.hpp"

#include <atomic>
#include <memory>
#include <utility>

#include "api/docs_render.hpp"
#include "api/openapi.hpp"
#include "api/page_layout.hpp"
#include "codec/accept_encoding.hpp"
#include "codec/etag.hpp"

namespace weir::api {
namespace {

std::atomic<bool> is_rendered{false};

catalogue::ListPtr make_page() {
  catalogue::RenderedList page(render_docs(openapi_text()));
  for (const auto coding : kEnumerators<codec::Coding>) {
    if (coding == codec::Coding::identity) continue;
    page = page.with(coding, page.coded(coding));
  }
  return std::make_shared<const catalogue::RenderedList>(std::move(page));
}

}  // namespace

const catalogue::ListPtr& docs_page() {
  static const catalogue::ListPtr page = make_page();
  is_rendered.store(true, std::memory_order_release);
  return page;
}

catalogue::ListPtr known_docs_page() {
  return is_rendered.load(std::memory_order_acquire) ? docs_page() : nullptr;
}

http::Reply docs_reply(const http::Request& request, catalogue::ListPtr page) {
  const auto accepted =
      codec::AcceptEncoding::parse(request.header(http::FieldName::accept_encoding));
  const auto coding = accepted.choose(page->codings());
  const auto& body = page->body(coding);
  http::Reply reply;
  reply.fixed_fields = "Cache-Control: public, max-age=300\r\nVary: Accept-Encoding, Origin\r\n";
  reply.fields.append("ETag: ").append(body.etag).append("\r\n");
  if (codec::etag_matches(request.header(http::FieldName::if_none_match), body.etag)) {
    reply.status = 304;
    return reply;
  }
  reply.fields += html_fields();
  if (coding != codec::Coding::identity) {
    reply.fields.append("Content-Encoding: ").append(wire_name(coding)).append("\r\n");
  }
  reply.body = body.bytes;
  reply.owner = std::move(page);
  return reply;
}

}  // namespace weir::api
