#include "fec/tables.hpp"

#include "fec/gf8.hpp"

namespace pf::fec {
namespace {

using gf8::inverse;
using gf8::multiply;

constexpr std::uint8_t byte(unsigned value) {
  return static_cast<std::uint8_t>(value);
}

// s_i(x): the polynomial whose roots are span(1, 2, ..., 2^(i-1)); linear over GF(2), by
// s_(i+1)(x) = s_i(x) * (s_i(x) + s_i(2^i)).
constexpr std::uint8_t subspace(unsigned i, std::uint8_t x) {
  if (i == 0) return x;
  const std::uint8_t lower = subspace(i - 1, x);
  return multiply(lower, byte(unsigned{lower} ^ subspace(i - 1, byte(1U << (i - 1)))));
}

constexpr std::uint8_t normalised(unsigned i, unsigned x) {
  return multiply(subspace(i, byte(x)), inverse(subspace(i, byte(1U << i))));
}

constexpr ByteTable make_inverse() {
  ByteTable table{};
  for (unsigned x = 0; x < 256; ++x) table.at[x] = inverse(byte(x));
  return table;
}

constexpr NibbleTable make_nibble() {
  NibbleTable table{};
  for (unsigned c = 0; c < 256; ++c) {
    for (unsigned x = 0; x < 16; ++x) {
      table.at[c][x] = multiply(byte(c), byte(x));
      table.at[c][16 + x] = multiply(byte(c), byte(16 * x));
    }
  }
  return table;
}

constexpr ProductTable make_product(const NibbleTable& nibble) {
  ProductTable table{};
  for (unsigned c = 0; c < 256; ++c) {
    for (unsigned x = 0; x < 256; ++x)
      table.at[c][x] = byte(unsigned{nibble.at[c][x & 15]} ^ nibble.at[c][16 + (x >> 4)]);
  }
  return table;
}

constexpr AffineTable make_affine() {
  AffineTable table{};
  for (unsigned c = 0; c < 256; ++c) {
    for (unsigned column = 0; column < 8; ++column) {
      const unsigned image = multiply(byte(c), byte(1U << column));
      for (unsigned row = 0; row < 8; ++row) {
        const std::uint64_t bit = (image >> row) & 1;
        table.at[c] |= bit << (8 * (7 - row) + column);
      }
    }
  }
  return table;
}

constexpr TransformTable make_transform() {
  TransformTable table{};
  for (unsigned coset = 0; coset < 16; ++coset) {
    unsigned next = 0;
    for (unsigned layer = 4; layer-- > 0;) {
      const unsigned block = 2U << layer;
      for (unsigned start = 0; start < 16; start += block)
        table.twiddle[coset][next++] = normalised(layer, 16 * coset + start);
    }
  }
  std::uint8_t product = 1;
  for (unsigned v = 1; v < 16; ++v) product = multiply(product, byte(v));
  for (unsigned d = 1; d < 16; ++d)
    table.mix[d] = multiply(product, inverse(subspace(4, byte(16 * d))));
  return table;
}

}  // namespace

constinit const ByteTable kInverse = make_inverse();
constinit const NibbleTable kNibble = make_nibble();
constinit const ProductTable kProduct = make_product(make_nibble());
constinit const AffineTable kAffine = make_affine();
constinit const TransformTable kTransform = make_transform();

}  // namespace pf::fec
