#include "api/page_layout.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/sha.h>

#include "codec/base64.hpp"
#include "codec/html.hpp"

namespace weir::api {
namespace {

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--ink:#1b1f24;--dim:#57606a;--paper:#fff;--box:#f3f5f7;--line:#d0d7de;--link:#0b5cad}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9aa5b1;--paper:#0f1419;--box:#1a2129;--line:#343c46;--link:#7ab7ff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:56rem;padding:2rem 1.25rem 4rem;background:var(--paper);color:var(--ink);
font:1rem/1.55 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
h1{margin:0 0 .25rem;font-size:1.9rem}h2{margin:2.2rem 0 .5rem;font-size:1.3rem}
h3{margin:2rem 0 .4rem;font-size:1.05rem}h4{margin:1rem 0 .3rem;font-size:.95rem;color:var(--dim)}
a{color:var(--link)}p{margin:.5rem 0}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.9em}
code{background:var(--box);padding:.1em .3em;border-radius:.25em;overflow-wrap:anywhere}
pre{background:var(--box);border:1px solid var(--line);border-radius:.4rem;padding:.8rem 1rem;overflow-x:auto}
pre code{background:none;padding:0;overflow-wrap:normal}
table{border-collapse:collapse;width:100%;font-size:.93rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line)}
th{color:var(--dim);font-weight:600}
.dim{color:var(--dim)}.verb{color:var(--dim);font-weight:600}
nav ul{columns:2 18rem;padding-left:1.1rem;margin:.3rem 0}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
)css";

std::string style_digest() {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(kStyle.data()), kStyle.size(), digest.data());
  return codec::format_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace

std::string html_with_code(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto open = std::min(text.find('`'), text.size());
    codec::append_html(out, text.substr(0, open));
    text.remove_prefix(open);
    if (text.empty()) break;
    const auto close = text.find('`', 1);
    if (close == text.npos) {
      codec::append_html(out, text);
      break;
    }
    out += "<code>";
    codec::append_html(out, text.substr(1, close - 1));
    out += "</code>";
    text.remove_prefix(close + 1);
  }
  return out;
}

std::string render_html(const HtmlPage& page) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>{}</style>\n</head>\n<body>\n"
      "{}</body>\n</html>\n",
      page.language, codec::html_text(page.title), kStyle, page.body);
}

const std::string& html_fields() {
  static const std::string fields = fmt::format(
      "Content-Type: text/html; charset=utf-8\r\n"
      "Content-Security-Policy: default-src 'none'; style-src 'sha256-{}'; img-src data:; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
      "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
      "Cross-Origin-Opener-Policy: same-origin\r\n",
      style_digest());
  return fields;
}

}  // namespace weir::api
