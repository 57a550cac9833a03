#include "gateway/request_token.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <memory>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.hpp"
#include "base/enum_table.hpp"

namespace weir::gateway {
namespace {

using std::chrono::milliseconds;

struct KindRow {
  std::string_view prefix;
  std::string_view purpose;  ///< of the derived key; another format needs another one
  bool has_tokens;           ///< a field for RequestPlace::batch
};

// Clients know what an id is of by its beginning.
constexpr EnumTable<SealedId, KindRow> kKinds({
    {SealedId::video, {"weirreq_", "weir video request, AES-256-SIV", false}},
    {SealedId::response, {"resp_weir_", "weir response, AES-256-SIV", false}},
    {SealedId::openai_video, {"video_weir_", "weir OpenAI video, AES-256-SIV", false}},
    {SealedId::voice, {"speech:weir_", "weir voice, AES-256-SIV", false}},
    {SealedId::file, {"file-weir_", "weir file, AES-256-SIV", true}},
    {SealedId::batch, {"batch_weir_", "weir batch, AES-256-SIV", true}},
});

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kMaxTextBytes = 4096;
constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// base64url without padding (RFC 4648 §5).
std::string encode(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) text += kDigits[bits >> (count - 6) & 63U];
  }
  if (count > 0) text += kDigits[bits << (6 - count) & 63U];
  return text;
}

std::optional<std::string> decode(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto digit = kDigits.find(c);
    if (digit == kDigits.npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 255U);
  }
  return bytes;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

struct Free {
  void operator()(EVP_CIPHER* cipher) const { ::EVP_CIPHER_free(cipher); }
  void operator()(EVP_CIPHER_CTX* context) const { ::EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

enum class Direction : int { open = 0, seal = 1 };

// A keyed context, ready for associated data. Failure means a broken OpenSSL or lack of memory.
Context make_context(const Secret& key, Direction direction) {
  const std::unique_ptr<EVP_CIPHER, Free> cipher(
      ::EVP_CIPHER_fetch(nullptr, "AES-256-SIV", nullptr));
  CHECK(cipher != nullptr);
  Context context(::EVP_CIPHER_CTX_new());
  CHECK(context != nullptr);
  CHECK(static_cast<int>(key.reveal().size()) == ::EVP_CIPHER_get_key_length(cipher.get()));
  CHECK(::EVP_CipherInit_ex2(context.get(), cipher.get(), bytes_of(key.reveal()), nullptr,
                             static_cast<int>(direction), nullptr) == 1);
  return context;
}

// SIV authenticates an empty text in some versions of OpenSSL only (CVE-2023-2975).
void authenticate(EVP_CIPHER_CTX* context, std::string_view identity) {
  CHECK(!identity.empty());
  int written = 0;
  CHECK(::EVP_CipherUpdate(context, nullptr, &written, bytes_of(identity),
                           static_cast<int>(identity.size())) == 1);
}

// Returns tag and ciphertext.
std::string encrypt(const Secret& key, std::string_view identity, std::string_view payload) {
  const auto context = make_context(key, Direction::seal);
  authenticate(context.get(), identity);
  std::string sealed(kTagBytes + payload.size(), '\0');
  int written = 0;
  CHECK(::EVP_CipherUpdate(context.get(), bytes_of(sealed) + kTagBytes, &written, bytes_of(payload),
                           static_cast<int>(payload.size())) == 1);
  CHECK(static_cast<std::size_t>(written) == payload.size());
  CHECK(::EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, sealed.data()) == 1);
  return sealed;
}

// REQUIRES: sealed is longer than a tag.
std::optional<std::string> decrypt(const Secret& key, std::string_view identity,
                                   std::string sealed) {
  const auto context = make_context(key, Direction::open);
  CHECK(::EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, sealed.data()) == 1);
  authenticate(context.get(), identity);
  std::string payload(sealed.size() - kTagBytes, '\0');
  int written = 0;
  if (::EVP_CipherUpdate(context.get(), bytes_of(payload), &written, bytes_of(sealed) + kTagBytes,
                         static_cast<int>(payload.size())) != 1) {
    return std::nullopt;
  }
  CHECK(static_cast<std::size_t>(written) == payload.size());
  return payload;
}

// Appends milliseconds since 1970, most significant byte first.
void append_time(std::string& payload, WallTime time) {
  const auto count = std::chrono::floor<milliseconds>(time).time_since_epoch().count();
  const auto value = static_cast<std::uint64_t>(count);
  for (std::size_t i = kTimeBytes; i-- > 0;) payload += static_cast<char>(value >> (8 * i) & 255U);
}

milliseconds read_time(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return milliseconds(static_cast<std::int64_t>(value));
}

std::string format_tokens(const std::optional<BatchTokens>& tokens) {
  if (!tokens) return {};
  return std::to_string(tokens->prompt).append(1, ' ').append(std::to_string(tokens->answer));
}

std::optional<BatchTokens> read_tokens(std::string_view text) {
  BatchTokens tokens;
  const auto* end = text.data() + text.size();
  const auto prompt = std::from_chars(text.data(), end, tokens.prompt);
  if (prompt.ec != std::errc{} || prompt.ptr == end) return std::nullopt;
  const auto answer = std::from_chars(prompt.ptr + 1, end, tokens.answer);
  if (answer.ec != std::errc{} || answer.ptr != end) return std::nullopt;
  return tokens;
}

// Takes what precedes the next NUL. Nothing: there is none.
std::optional<std::string_view> take_field(std::string_view& fields) {
  const auto end = fields.find('\0');
  if (end == fields.npos) return std::nullopt;
  const auto field = fields.substr(0, end);
  fields.remove_prefix(end + 1);
  return field;
}

std::optional<RequestPlace> read_place(std::string_view fields, bool has_tokens) {
  const auto upstream = take_field(fields);
  const auto model = upstream ? take_field(fields) : std::nullopt;
  if (!model) return std::nullopt;
  const auto tokens = has_tokens ? take_field(fields) : std::string_view{};
  if (!tokens) return std::nullopt;
  return RequestPlace{std::string(*upstream), std::string(*model), std::string(fields),
                      read_tokens(*tokens)};
}

Secret derive(const Secret& pepper, std::string_view purpose) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> derived{};
  unsigned size = 0;
  const auto text = pepper.reveal();
  CHECK(::HMAC(::EVP_sha512(), text.data(), static_cast<int>(text.size()), bytes_of(purpose),
               purpose.size(), derived.data(), &size) != nullptr);
  Secret key(std::string(reinterpret_cast<const char*>(derived.data()), size));
  ::OPENSSL_cleanse(derived.data(), derived.size());
  return key;
}

}  // namespace

RequestSeal::RequestSeal(const Secret& pepper) {
  for (const auto kind : kEnumerators<SealedId>) {
    keys_[static_cast<std::size_t>(kind)] = derive(pepper, kKinds[kind].purpose);
  }
}

bool RequestSeal::is_sealed(SealedId kind, std::string_view text) {
  return text.starts_with(kKinds[kind].prefix);
}

std::string RequestSeal::seal(SealedId kind, const RequestPlace& place, std::string_view identity,
                              WallTime now) const {
  std::string payload;
  append_time(payload, now);
  payload.append(place.upstream).append(1, '\0').append(place.model);
  payload.append(1, '\0');
  if (kKinds[kind].has_tokens) payload.append(format_tokens(place.batch)).append(1, '\0');
  payload.append(place.request_id);
  return std::string(kKinds[kind].prefix) + encode(encrypt(key(kind), identity, payload));
}

std::optional<RequestPlace> RequestSeal::open(SealedId kind, std::string_view text,
                                              std::string_view identity, WallTime now,
                                              milliseconds lifetime) const {
  if (!is_sealed(kind, text) || text.size() > kMaxTextBytes) return std::nullopt;
  text.remove_prefix(kKinds[kind].prefix.size());
  auto sealed = decode(text);
  if (!sealed || sealed->size() < kTagBytes + kTimeBytes) return std::nullopt;
  // Unused bits would allow two spellings of one text.
  if (encode(*sealed) != text) return std::nullopt;
  const auto payload = decrypt(key(kind), identity, std::move(*sealed));
  if (!payload) return std::nullopt;
  const auto issued = read_time(std::string_view(*payload).substr(0, kTimeBytes));
  if (now.time_since_epoch() - issued >= lifetime) return std::nullopt;
  return read_place(std::string_view(*payload).substr(kTimeBytes), kKinds[kind].has_tokens);
}

}  // namespace weir::gateway
