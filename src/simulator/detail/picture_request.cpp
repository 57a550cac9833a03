#include "simulator/detail/picture_request.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "synthetic/seed.hpp"

namespace weir::simulator::detail {
namespace {

constexpr int kMaxAskedSide = 8192;
constexpr std::int64_t kMaxSeed = 9'999'999'999;

std::optional<int> parse_side(std::string_view text) {
  int side = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), side);
  const bool well = error == std::errc{} && stop == text.data() + text.size();
  if (!well || side < 1 || side > kMaxAskedSide) return std::nullopt;
  return side;
}

std::optional<synthetic::Size> parse_size(std::string_view text) {
  const auto by = text.find('x');
  if (by == text.npos) return std::nullopt;
  const auto width = parse_side(text.substr(0, by));
  const auto height = parse_side(text.substr(by + 1));
  if (!width || !height) return std::nullopt;
  return synthetic::Size{*width, *height};
}

synthetic::Size fit(synthetic::Size size, int max_side) {
  const int longest = std::max(size.width, size.height);
  if (longest <= max_side) return size;
  return {std::max(1, size.width * max_side / longest),
          std::max(1, size.height * max_side / longest)};
}

}  // namespace

synthetic::Size read_size(Fields& fields, int max_side) {
  const synthetic::Size square{max_side, max_side};
  const std::string_view name = fields.find("image_size") ? "image_size" : "size";
  const auto text = fields.text_or(name, "auto");
  if (text == "auto") return square;
  const auto size = parse_size(text);
  if (!size) fields.expect(name, "a size such as 1024x1024, with sides from 1 to 8192");
  return fit(size.value_or(square), max_side);
}

std::int64_t read_seed(Fields& fields, const Asked& asked, std::string_view prompt) {
  const auto given = synthetic::hash(
      prompt, synthetic::hash(asked.model->id, synthetic::hash(read_source(fields, asked))));
  const auto own = static_cast<std::int64_t>(given % static_cast<std::uint64_t>(kMaxSeed));
  return fields.integer_or("seed", {0, kMaxSeed}, own);
}

std::string_view read_source(Fields& fields, const Asked& asked) {
  const FormPart* file = find_file(asked.parts, "image");
  if (!file) file = find_file(asked.parts, "image[]");
  if (file) return file->content;
  using enum catalogue::SubType;
  const auto sub_type = asked.model->sub_type;
  const bool required = sub_type == image_to_image || sub_type == image_to_video;
  return required ? fields.text("image") : fields.text_or("image", {});
}

}  // namespace weir::simulator::detail
