#include <zlib.h>

#include "base/check.hpp"
#include "synthetic/picture.hpp"

namespace weir::synthetic {
namespace {

constexpr char kIndexed = 3;

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

const Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<const Bytef*>(text.data());  // zlib's bytes are unsigned
}

void append_chunk(std::string& out, std::string_view type, std::string_view data) {
  append_u32(out, static_cast<std::uint32_t>(data.size()));
  const std::string checked = std::string(type) + std::string(data);
  out += checked;
  append_u32(out, static_cast<std::uint32_t>(
                      crc32(0, bytes_of(checked), static_cast<uInt>(checked.size()))));
}

std::string header(Size size) {
  std::string data;
  append_u32(data, static_cast<std::uint32_t>(size.width));
  append_u32(data, static_cast<std::uint32_t>(size.height));
  data.push_back(8);  // bits per pixel
  data.push_back(kIndexed);
  data.append(3, '\0');  // deflate, the usual filters, not interlaced
  return data;
}

std::string palette_of(const Picture& picture) {
  std::string data;
  for (const auto& [red, green, blue] : picture.palette) {
    for (const auto level : {red, green, blue}) data.push_back(static_cast<char>(level));
  }
  return data;
}

// Each row starts with its filter type: none.
std::string rows_of(const Picture& picture) {
  const auto width = static_cast<std::size_t>(picture.size.width);
  std::string rows;
  for (std::size_t at = 0; at < picture.pixels.size(); at += width) {
    rows.push_back('\0');
    rows.append(picture.pixels.begin() + static_cast<std::ptrdiff_t>(at),
                picture.pixels.begin() + static_cast<std::ptrdiff_t>(at + width));
  }
  return rows;
}

std::string deflated(const std::string& data) {
  uLongf length = compressBound(static_cast<uLong>(data.size()));
  std::string out(length, '\0');
  // With the bound reserved, this fails only for lack of memory.
  CHECK(compress(reinterpret_cast<Bytef*>(out.data()), &length, bytes_of(data),
                 static_cast<uLong>(data.size())) == Z_OK);
  out.resize(length);
  return out;
}

}  // namespace

std::string format_png(const Picture& picture) {
  std::string out = "\x89PNG\r\n\x1A\n";
  append_chunk(out, "IHDR", header(picture.size));
  append_chunk(out, "PLTE", palette_of(picture));
  append_chunk(out, "IDAT", deflated(rows_of(picture)));
  append_chunk(out, "IEND", {});
  return out;
}

}  // namespace weir::synthetic
