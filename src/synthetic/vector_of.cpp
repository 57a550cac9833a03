#include "synthetic/vector_of.hpp"

#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>

#include "synthetic/seed.hpp"
#include "synthetic/words.hpp"

namespace weir::synthetic {
namespace {

constexpr std::size_t kPartBytes = 3;
constexpr float kWordWeight = 2.0F;

// One bit of the hash is the sign, so that colliding features do not add up.
void add_feature(Vector& sums, std::string_view feature, float weight) {
  const std::uint64_t mixed = Dice(hash(feature)).roll();
  sums[(mixed >> 1U) % sums.size()] += (mixed & 1U) != 0 ? weight : -weight;
}

// Trigrams include the word's ends. They are of bytes: the trigram of a Chinese word is a
// character.
void add_word(Vector& sums, std::string_view word) {
  add_feature(sums, word, kWordWeight);
  const std::string fenced = ' ' + std::string(word) + ' ';
  for (std::size_t i = 0; i + kPartBytes <= fenced.size(); ++i) {
    add_feature(sums, std::string_view(fenced).substr(i, kPartBytes), 1.0F);
  }
}

}  // namespace

Vector vector_of(std::string_view text, std::size_t dimensions) {
  Vector vector(dimensions, 0.0F);
  for (const auto& word : search_words(text)) add_word(vector, word);
  const float length = std::sqrt(likeness(vector, vector));
  if (length == 0.0F) {
    // No words, or words that cancel out: any unit vector will do.
    vector.front() = 1.0F;
    return vector;
  }
  for (float& value : vector) value /= length;
  return vector;
}

float likeness(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0F);
}

}  // namespace weir::synthetic
