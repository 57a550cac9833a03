#include "console/asset.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/etag.hpp"

namespace weir::console {
namespace {

constexpr unsigned char kHtml[] = {
#include "console/console.html.identity.inc"
};
constexpr unsigned char kHtmlBr[] = {
#include "console/console.html.br.inc"
};
constexpr unsigned char kHtmlGzip[] = {
#include "console/console.html.gzip.inc"
};
constexpr unsigned char kScript[] = {
#include "console/console.js.identity.inc"
};
constexpr unsigned char kScriptBr[] = {
#include "console/console.js.br.inc"
};
constexpr unsigned char kScriptGzip[] = {
#include "console/console.js.gzip.inc"
};
constexpr unsigned char kStyle[] = {
#include "console/console.css.identity.inc"
};
constexpr unsigned char kStyleBr[] = {
#include "console/console.css.br.inc"
};
constexpr unsigned char kStyleGzip[] = {
#include "console/console.css.gzip.inc"
};
constexpr unsigned char kPlots[] = {
#include "console/uplot.js.identity.inc"
};
constexpr unsigned char kPlotsBr[] = {
#include "console/uplot.js.br.inc"
};
constexpr unsigned char kPlotsGzip[] = {
#include "console/uplot.js.gzip.inc"
};
constexpr unsigned char kIcon[] = {
#include "console/icon.svg.identity.inc"
};
constexpr unsigned char kIconBr[] = {
#include "console/icon.svg.br.inc"
};
constexpr unsigned char kIconGzip[] = {
#include "console/icon.svg.gzip.inc"
};

// A new server has new files at the same paths: browsers ask each time, and 304 is cheap.
#define WEIR_ASSET_FIELDS                                               \
  "Cache-Control: no-cache\r\nVary: Accept-Encoding\r\n"                \
  "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n" \
  "Cross-Origin-Resource-Policy: same-origin\r\n"

constexpr std::string_view kHtmlFields =
    "Content-Type: text/html; charset=utf-8\r\n" WEIR_ASSET_FIELDS
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' blob:; media-src 'self' blob:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'\r\n";
constexpr std::string_view kScriptFields =
    "Content-Type: text/javascript; charset=utf-8\r\n" WEIR_ASSET_FIELDS;
constexpr std::string_view kStyleFields =
    "Content-Type: text/css; charset=utf-8\r\n" WEIR_ASSET_FIELDS;
constexpr std::string_view kIconFields = "Content-Type: image/svg+xml\r\n" WEIR_ASSET_FIELDS;

#undef WEIR_ASSET_FIELDS

std::string_view text(std::span<const unsigned char> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // NOLINT(*-reinterpret-cast)
}

struct Form {
  explicit Form(std::span<const unsigned char> of)
      : bytes(text(of)), etag(codec::strong_etag(bytes)) {}
  std::string_view bytes;
  std::string etag;
};

struct File {
  std::string_view fields;
  Form identity;
  Form br;
  Form gzip;
};

enum class Name : std::uint8_t { html, script, plots, style, icon };

const File& file(Name name) {
  static const std::array files{
      File{kHtmlFields, Form(kHtml), Form(kHtmlBr), Form(kHtmlGzip)},
      File{kScriptFields, Form(kScript), Form(kScriptBr), Form(kScriptGzip)},
      File{kScriptFields, Form(kPlots), Form(kPlotsBr), Form(kPlotsGzip)},
      File{kStyleFields, Form(kStyle), Form(kStyleBr), Form(kStyleGzip)},
      File{kIconFields, Form(kIcon), Form(kIconBr), Form(kIconGzip)},
  };
  return files.at(static_cast<std::size_t>(name));
}

std::optional<Name> find(std::string_view path) {
  if (path == "/" || path == "/console" || path == "/console/") return Name::html;
  if (path == "/console/console.js") return Name::script;
  if (path == "/console/uplot.js") return Name::plots;
  if (path == "/console/console.css") return Name::style;
  if (path == "/console/icon.svg" || path == "/favicon.ico") return Name::icon;
  return std::nullopt;
}

const Form& form(const File& of, codec::Coding coding) {
  switch (coding) {
    case codec::Coding::br:
      return of.br;
    case codec::Coding::gzip:
      return of.gzip;
    case codec::Coding::identity:
    case codec::Coding::zstd:
      break;
  }
  return of.identity;
}

}  // namespace

bool has_asset(std::string_view path) { return find(path).has_value(); }

codec::CodingSet asset_codings() { return {codec::Coding::br, codec::Coding::gzip}; }

Asset asset(std::string_view path, codec::Coding coding) {
  const File& found = file(find(path).value());
  const Form& encoded = form(found, coding);
  return {.bytes = encoded.bytes, .etag = encoded.etag, .fixed_fields = found.fields};
}

}  // namespace weir::console
