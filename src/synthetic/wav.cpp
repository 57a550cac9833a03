#include "synthetic/wav.hpp"

#include <algorithm>
#include <cstddef>

namespace weir::synthetic {
namespace {

constexpr std::uint32_t kBytesPerSample = 2;
constexpr std::string_view kMark = "Weir simulator: ";

void append_u16(std::string& out, std::uint32_t value) {
  out.push_back(static_cast<char>(value & 0xFFU));
  out.push_back(static_cast<char>(value >> 8U & 0xFFU));
}

void append_u32(std::string& out, std::uint32_t value) {
  append_u16(out, value & 0xFFFFU);
  append_u16(out, value >> 16U);
}

// REQUIRES: at least four bytes.
std::uint32_t read_u32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i > 0; --i)
    value = value << 8U | static_cast<unsigned char>(bytes[i - 1]);
  return value;
}

std::string chunk(std::string_view id, std::string_view content) {
  std::string out(id);
  append_u32(out, static_cast<std::uint32_t>(content.size()));
  out += content;
  if (content.size() % 2 != 0) out.push_back('\0');
  return out;
}

std::string format_of(int sample_rate) {
  const auto rate = static_cast<std::uint32_t>(sample_rate);
  std::string content;
  append_u16(content, 1);  // PCM
  append_u16(content, 1);  // channels
  append_u32(content, rate);
  append_u32(content, rate * kBytesPerSample);
  append_u16(content, kBytesPerSample);
  append_u16(content, 8 * kBytesPerSample);
  return content;
}

struct Chunk {
  std::string_view id;
  std::string_view content;
};

// Takes the first chunk; one that claims to exceed the file ends with the file.
std::optional<Chunk> take_chunk(std::string_view& bytes) {
  if (bytes.size() < 8) return std::nullopt;
  const std::size_t length = read_u32(bytes.substr(4));
  const Chunk chunk{bytes.substr(0, 4), bytes.substr(8, length)};
  bytes.remove_prefix(std::min(bytes.size(), 8 + length + length % 2));
  return chunk;
}

std::string_view comment_of(std::string_view list) {
  if (!list.starts_with("INFO")) return {};
  list.remove_prefix(4);
  while (const auto chunk = take_chunk(list)) {
    if (chunk->id == "ICMT" && chunk->content.starts_with(kMark)) {
      return chunk->content.substr(kMark.size());
    }
  }
  return {};
}

}  // namespace

std::string format_wav_head(std::string_view text, int sample_rate, std::int64_t sample_count) {
  const auto data_bytes = static_cast<std::uint32_t>(sample_count) * kBytesPerSample;
  const std::string comment = std::string(kMark) + std::string(text);
  const std::string chunks = "WAVE" + chunk("fmt ", format_of(sample_rate)) +
                             chunk("LIST", "INFO" + chunk("ICMT", comment));
  std::string head = "RIFF";
  append_u32(head, static_cast<std::uint32_t>(chunks.size()) + 8 + data_bytes);
  head += chunks;
  head += "data";
  append_u32(head, data_bytes);
  return head;
}

std::optional<WavFacts> read_wav(std::string_view bytes) {
  if (!bytes.starts_with("RIFF") ||
      bytes.substr(std::min<std::size_t>(8, bytes.size()), 4) != "WAVE") {
    return std::nullopt;
  }
  bytes.remove_prefix(12);
  WavFacts facts;
  std::uint32_t bytes_per_second = 0;
  while (const auto chunk = take_chunk(bytes)) {
    if (chunk->id == "fmt " && chunk->content.size() >= 16) {
      bytes_per_second = read_u32(chunk->content.substr(8));
    } else if (chunk->id == "LIST") {
      facts.text = comment_of(chunk->content);
    } else if (chunk->id == "data" && bytes_per_second > 0) {
      facts.seconds = static_cast<double>(chunk->content.size()) / bytes_per_second;
    }
  }
  return facts;
}

}  // namespace weir::synthetic
