/// Appends compact JSON to a string: no blanks, no newline, keys in the order given.
///
/// For bodies and log lines of our own. It does not read JSON.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace weir::codec {

/// Appends `text` as a JSON string with its quotes. Escapes only what must be escaped; each byte
/// that is not part of well-formed UTF-8 becomes U+FFFD.
///
/// Source: RFC 8259 §7 (escapes), §8.1 (UTF-8).
void append_json_string(std::string& out, std::string_view text);

/// True if append_json_string would only add quotes to `text`.
[[nodiscard]] bool is_plain_json(std::string_view text);

void append_json_integer(std::string& out, std::int64_t value);
/// True if append_json_string would only add quotes to `text`.
[[nodiscard]] bool is_plain_json(std::string_view text);

void append_json_integer(std::string& out, std::uint64_t value);

/// Writes commas and colons. The caller balances begin and end, and gives every value of an object
/// a key.
///
///     JsonWriter json(out);
///     json.begin_object().key("id").value("m").key("created").value(0).end_object();
///
/// Lifetime: appends to `out`, which outlives it.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool truth) { return literal(truth ? "true" : "false"); }
  JsonWriter& null() { return literal("null"); }
  template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>)
  JsonWriter& value(T number) {
    using Widest = std::conditional_t<std::signed_integral<T>, std::int64_t, std::uint64_t>;
    separate();
    append_json_integer(out_, static_cast<Widest>(number));
    return *this;
  }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& literal(std::string_view text);
  void separate();

  std::string& out_;
  bool comma_due_ = false;
};

}  // namespace weir::codec
