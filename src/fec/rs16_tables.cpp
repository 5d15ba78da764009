#include "fec/rs16_tables.hpp"

#include "fec/gf16.hpp"

namespace pf::fec {
namespace {

constexpr unsigned kTail = 128;
constexpr unsigned kTower = 256;

constexpr std::uint8_t byte(unsigned value) {
  return static_cast<std::uint8_t>(value);
}

// A GF(2)-linear map of bytes, given by the images of the eight bits.
struct Map {
  std::uint8_t image[8];

  constexpr std::uint8_t operator()(unsigned x) const {
    unsigned sum = 0;
    for (unsigned bit = 0; bit < 8; ++bit)
      if ((x >> bit & 1) != 0) sum ^= image[bit];
    return byte(sum);
  }
  constexpr std::uint64_t matrix() const {
    std::uint64_t matrix = 0;
    for (unsigned column = 0; column < 8; ++column)
      for (unsigned row = 0; row < 8; ++row)
        matrix |= std::uint64_t{image[column] >> row & 1U} << (8 * (7 - row) + column);
    return matrix;
  }
};

// Multiplication by each of the eight basis elements of GF(2^8), from the field's own product.
struct BasisProducts {
  Map at[8];
};
constexpr BasisProducts make_basis_products() {
  BasisProducts products{};
  for (unsigned a = 0; a < 8; ++a)
    for (unsigned b = 0; b < 8; ++b)
      products.at[a].image[b] = byte(
          gf16::multiply(static_cast<std::uint16_t>(1U << a), static_cast<std::uint16_t>(1U << b)));
  return products;
}
constexpr BasisProducts kBasisProducts = make_basis_products();

constexpr Map times(unsigned c) {
  Map map{};
  for (unsigned a = 0; a < 8; ++a)
    if ((c >> a & 1) != 0)
      for (unsigned b = 0; b < 8; ++b)
        map.image[b] = byte(unsigned{map.image[b]} ^ kBasisProducts.at[a].image[b]);
  return map;
}

// Basis element 8+j differs from (basis element j) * g by an element of GF(2^8).
constexpr Map make_lift() {
  Map map{};
  for (unsigned j = 0; j < 8; ++j)
    map.image[j] =
        byte(unsigned{gf16::multiply(kTower, static_cast<std::uint16_t>(1U << j))} ^ (kTower << j));
  return map;
}

constexpr NibbleTable make_nibble() {
  NibbleTable table{};
  for (unsigned c = 0; c < 256; ++c) {
    const Map map = times(c);
    for (unsigned x = 0; x < 16; ++x) {
      table.at[c][x] = map(x);
      table.at[c][16 + x] = map(16 * x);
    }
  }
  return table;
}

constexpr AffineTable make_affine() {
  AffineTable table{};
  for (unsigned c = 0; c < 256; ++c) table.at[c] = times(c).matrix();
  return table;
}

constexpr ByteTable make_bytes(Map map) {
  ByteTable table{};
  for (unsigned x = 0; x < 256; ++x) table.at[x] = map(x);
  return table;
}

constexpr LiftTable make_lift_vector() {
  const Map map = make_lift();
  LiftTable table{};
  for (unsigned x = 0; x < 16; ++x) {
    table.nibble[x] = map(x);
    table.nibble[16 + x] = map(16 * x);
  }
  table.affine = map.matrix();
  return table;
}

}  // namespace

constinit const NibbleTable kSubNibble = make_nibble();
constinit const AffineTable kSubAffine = make_affine();
constinit const ByteTable kSubTimesTail = make_bytes(times(kTail));
constinit const ByteTable kLift = make_bytes(make_lift());
constinit const LiftTable kLiftVector = make_lift_vector();

}  // namespace pf::fec
