// The vector algorithms, written once over a small vector type and compiled by each kernel_*.cpp
// with its own instruction set. Everything is in an anonymous namespace and forced inline, so no
// code compiled for one processor can be linked into another kernel.
//
// A vector type V offers: Vector, Mask, kWidth, kMasked, kRows, kStrips, full(), first(n) (kMasked
// only), load(p, mask), store(p, v, mask), zero(), add(a, b), Constant, constant(c),
// multiply(v, Constant).
#pragma once

#include "fec/kernels.hpp"
#include "fec/tables.hpp"

#define PF_FEC_INLINE inline __attribute__((always_inline))

namespace pf::fec {
namespace {

// Shards at a fixed stride, and shards at arbitrary addresses.
struct StridedInput {
  const uint8_t* base;
  size_t stride;
  PF_FEC_INLINE const uint8_t* operator()(unsigned i) const { return base + i * stride; }
};
struct StridedOutput {
  uint8_t* base;
  size_t stride;
  PF_FEC_INLINE uint8_t* operator()(unsigned i) const { return base + i * stride; }
};
struct ListedInput {
  const uint8_t* const* list;
  PF_FEC_INLINE const uint8_t* operator()(unsigned i) const { return list[i]; }
};
struct ListedOutput {
  uint8_t* const* list;
  PF_FEC_INLINE uint8_t* operator()(unsigned i) const { return list[i]; }
};
struct CauchyCoefficient {
  unsigned m;
  PF_FEC_INLINE uint8_t operator()(unsigned row, unsigned column) const {
    return kInverse.at[(m + column) ^ row];
  }
};
struct MatrixCoefficient {
  const uint8_t* matrix;
  unsigned columns;
  PF_FEC_INLINE uint8_t operator()(unsigned row, unsigned column) const {
    return matrix[row * columns + column];
  }
};

// Calls strip.operator()<Strips>(offset, mask) so that [0, bytes) is covered. The last, partial
// vector is masked where the instruction set can, else it overlaps the one before: outputs are
// assigned, never accumulated, so writing some bytes twice is harmless.
template <class V, unsigned kStrips, class Strip>
PF_FEC_INLINE void for_each_strip(size_t bytes, const Strip& strip) {
  size_t offset = 0;
  if constexpr (kStrips > 1) {
    for (; offset + kStrips * V::kWidth <= bytes; offset += kStrips * V::kWidth)
      strip.template run<kStrips>(offset, V::full());
  }
  for (; offset + V::kWidth <= bytes; offset += V::kWidth) strip.template run<1>(offset, V::full());
  if (offset < bytes) {
    if constexpr (V::kMasked)
      strip.template run<1>(offset, V::first(bytes - offset));
    else
      strip.template run<1>(bytes - V::kWidth, V::full());
  }
}

// kRows sums over all inputs, each input loaded once and every sum kept in registers.
template <class V, unsigned kRows, class Input, class Output, class Coefficient>
struct DenseStrip {
  const Input& input;
  const Output& output;
  const Coefficient& coefficient;
  unsigned inputs;
  unsigned first_row;

  template <unsigned kStrips>
  PF_FEC_INLINE void run(size_t offset, typename V::Mask mask) const {
    typename V::Vector sum[kRows][kStrips];
    for (unsigned r = 0; r < kRows; ++r)
      for (unsigned s = 0; s < kStrips; ++s) sum[r][s] = V::zero();
    for (unsigned i = 0; i < inputs; ++i) {
      typename V::Vector value[kStrips];
      const uint8_t* from = input(i) + offset;
#pragma GCC unroll 4
      for (unsigned s = 0; s < kStrips; ++s) value[s] = V::load(from + s * V::kWidth, mask);
#pragma GCC unroll 8
      for (unsigned r = 0; r < kRows; ++r) {
        const auto c = V::constant(coefficient(first_row + r, i));
#pragma GCC unroll 4
        for (unsigned s = 0; s < kStrips; ++s)
          sum[r][s] = V::add(sum[r][s], V::multiply(value[s], c));
      }
    }
#pragma GCC unroll 8
    for (unsigned r = 0; r < kRows; ++r)
#pragma GCC unroll 4
      for (unsigned s = 0; s < kStrips; ++s)
        V::store(output(first_row + r) + offset + s * V::kWidth, sum[r][s], mask);
  }
};

template <class V, unsigned kRows, class Input, class Output, class Coefficient>
PF_FEC_INLINE void dense_rows(const Input& input, const Output& output,
                              const Coefficient& coefficient, unsigned inputs, unsigned first_row,
                              size_t bytes) {
  for_each_strip<V, V::kStrips>(bytes, DenseStrip<V, kRows, Input, Output, Coefficient>{
                                           input, output, coefficient, inputs, first_row});
}

template <class V, class Input, class Output, class Coefficient>
PF_FEC_INLINE void dense(const Input& input, const Output& output, const Coefficient& coefficient,
                         unsigned inputs, unsigned rows, size_t bytes) {
  unsigned row = 0;
  for (; row + V::kRows <= rows; row += V::kRows)
    dense_rows<V, V::kRows>(input, output, coefficient, inputs, row, bytes);
  const unsigned rest = rows - row;
  if constexpr (V::kRows > 4) {
    switch (rest) {
      case 7:
        return dense_rows<V, 7>(input, output, coefficient, inputs, row, bytes);
      case 6:
        return dense_rows<V, 6>(input, output, coefficient, inputs, row, bytes);
      case 5:
        return dense_rows<V, 5>(input, output, coefficient, inputs, row, bytes);
      case 4:
        return dense_rows<V, 4>(input, output, coefficient, inputs, row, bytes);
      default:
        break;
    }
  }
  switch (rest) {
    case 3:
      return dense_rows<V, 3>(input, output, coefficient, inputs, row, bytes);
    case 2:
      return dense_rows<V, 2>(input, output, coefficient, inputs, row, bytes);
    case 1:
      return dense_rows<V, 1>(input, output, coefficient, inputs, row, bytes);
    default:
      break;
  }
}

// Butterflies of one layer (span kSpan) of the inverse and the forward additive transform.
template <class V, unsigned kSpan, unsigned kAt = 0>
PF_FEC_INLINE void inverse_layer(typename V::Vector (&v)[16], const uint8_t* twiddles) {
  constexpr unsigned kBlock = kAt / kSpan;
  constexpr unsigned kLow = 2 * kSpan * kBlock + kAt % kSpan;
  v[kLow + kSpan] = V::add(v[kLow + kSpan], v[kLow]);
  v[kLow] = V::add(v[kLow], V::multiply(v[kLow + kSpan], V::constant(twiddles[kBlock])));
  if constexpr (kAt + 1 < 8) inverse_layer<V, kSpan, kAt + 1>(v, twiddles);
}
template <class V, unsigned kSpan, unsigned kAt = 0>
PF_FEC_INLINE void forward_layer(typename V::Vector (&v)[16], const uint8_t* twiddles) {
  constexpr unsigned kBlock = kAt / kSpan;
  constexpr unsigned kLow = 2 * kSpan * kBlock + kAt % kSpan;
  v[kLow] = V::add(v[kLow], V::multiply(v[kLow + kSpan], V::constant(twiddles[kBlock])));
  v[kLow + kSpan] = V::add(v[kLow + kSpan], v[kLow]);
  if constexpr (kAt + 1 < 8) forward_layer<V, kSpan, kAt + 1>(v, twiddles);
}

template <class V, unsigned kAt = 0>
PF_FEC_INLINE void load_points(typename V::Vector (&v)[16], const uint8_t* from, size_t stride,
                               typename V::Mask mask) {
  v[kAt] = V::load(from + kAt * stride, mask);
  if constexpr (kAt + 1 < 16) load_points<V, kAt + 1>(v, from, stride, mask);
}
template <class V, unsigned kAt = 0>
PF_FEC_INLINE void load_some_points(typename V::Vector (&v)[16], const uint8_t* from, size_t stride,
                                    unsigned begin, unsigned end, typename V::Mask mask) {
  v[kAt] = kAt >= begin && kAt < end ? V::load(from + (kAt - begin) * stride, mask) : V::zero();
  if constexpr (kAt + 1 < 16) load_some_points<V, kAt + 1>(v, from, stride, begin, end, mask);
}
template <class V, unsigned kAt = 0>
PF_FEC_INLINE void mix_points(typename V::Vector* sums, const typename V::Vector (&v)[16],
                              typename V::Constant c) {
  sums[kAt] = V::add(sums[kAt], V::multiply(v[kAt], c));
  if constexpr (kAt + 1 < 16) mix_points<V, kAt + 1>(sums, v, c);
}
template <class V, unsigned kAt = 0>
PF_FEC_INLINE void take_points(typename V::Vector (&v)[16], const typename V::Vector* from) {
  v[kAt] = from[kAt];
  if constexpr (kAt + 1 < 16) take_points<V, kAt + 1>(v, from);
}
template <class V, unsigned kAt = 0>
PF_FEC_INLINE void put_points(const typename V::Vector (&v)[16], typename V::Vector* to) {
  to[kAt] = v[kAt];
  if constexpr (kAt + 1 < 16) put_points<V, kAt + 1>(v, to);
}

// One column of the transform code: parity shard j is the point j, data shard i the point m+i; the
// points fall into cosets of 16. README.md explains the three steps.
template <class V>
struct TransformStrip {
  const uint8_t* data;
  uint8_t* parity;
  size_t stride;
  unsigned k;
  unsigned m;

  template <unsigned>
  PF_FEC_INLINE void run(size_t offset, typename V::Mask mask) const {
    using Vector = typename V::Vector;
    const unsigned parity_cosets = (m + 15) / 16;
    const unsigned first_data_coset = m / 16;
    const unsigned end_coset = (m + k + 15) / 16;
    Vector sums[16][16];
    for (unsigned p = 0; p < parity_cosets; ++p)
      for (unsigned t = 0; t < 16; ++t) sums[p][t] = V::zero();

    for (unsigned coset = first_data_coset; coset < end_coset; ++coset) {
      // The coset that parity and data share has only itself to feed when it is the first one.
      if (coset == 0) continue;
      Vector v[16];
      const unsigned begin = coset * 16 < m ? m - coset * 16 : 0;
      const unsigned end = coset * 16 + 16 > m + k ? m + k - coset * 16 : 16;
      const uint8_t* from = data + (coset * 16 + begin - m) * stride + offset;
      if (end - begin == 16)
        load_points<V>(v, from, stride, mask);
      else
        load_some_points<V>(v, from, stride, begin, end, mask);
      const uint8_t* twiddles = kTransform.twiddle[coset];
      inverse_layer<V, 1>(v, twiddles + 7);
      inverse_layer<V, 2>(v, twiddles + 3);
      inverse_layer<V, 4>(v, twiddles + 1);
      inverse_layer<V, 8>(v, twiddles);
      for (unsigned p = 0; p < parity_cosets; ++p) {
        if (p != coset) mix_points<V>(sums[p], v, V::constant(kTransform.mix[p ^ coset]));
      }
    }

    for (unsigned p = 0; p < parity_cosets; ++p) {
      Vector v[16];
      take_points<V>(v, sums[p]);
      const uint8_t* twiddles = kTransform.twiddle[p];
      forward_layer<V, 8>(v, twiddles);
      forward_layer<V, 4>(v, twiddles + 1);
      forward_layer<V, 2>(v, twiddles + 3);
      forward_layer<V, 1>(v, twiddles + 7);
      put_points<V>(v, sums[p]);
    }

    if (m % 16 != 0) add_shared_coset(sums[m / 16], offset, mask);
    for (unsigned j = 0; j < m; ++j)
      V::store(parity + j * stride + offset, sums[j / 16][j % 16], mask);
  }

  // The pairs of parity and data points within one coset, from the definition.
  PF_FEC_INLINE void add_shared_coset(typename V::Vector* sums, size_t offset,
                                      typename V::Mask mask) const {
    const unsigned rows = m % 16;
    const unsigned columns = k < 16 - rows ? k : 16 - rows;
    for (unsigned i = 0; i < columns; ++i) {
      const auto value = V::load(data + i * stride + offset, mask);
      for (unsigned j = 0; j < rows; ++j) {
        // Both points have the same upper half, which XOR cancels.
        const auto c = V::constant(kInverse.at[(rows + i) ^ j]);
        sums[j] = V::add(sums[j], V::multiply(value, c));
      }
    }
  }
};

template <class V>
void encode_dense(const uint8_t* data, uint8_t* parity, size_t stride, unsigned k, unsigned m,
                  size_t bytes) {
  dense<V>(StridedInput{data, stride}, StridedOutput{parity, stride}, CauchyCoefficient{m}, k, m,
           bytes);
}

template <class V>
void encode_transform(const uint8_t* data, uint8_t* parity, size_t stride, unsigned k, unsigned m,
                      size_t bytes) {
  for_each_strip<V, 1>(bytes, TransformStrip<V>{data, parity, stride, k, m});
}

template <class V>
void combine(const uint8_t* const* inputs, unsigned inputs_count, uint8_t* const* outputs,
             unsigned outputs_count, const uint8_t* coefficients, size_t bytes) {
  dense<V>(ListedInput{inputs}, ListedOutput{outputs},
           MatrixCoefficient{coefficients, inputs_count}, inputs_count, outputs_count, bytes);
}

template <class V>
constexpr KernelTable table_of(unsigned transform_from) {
  return {encode_dense<V>, encode_transform<V>, combine<V>, transform_from,
          V::kMasked ? 1 : V::kWidth};
}

}  // namespace
}  // namespace pf::fec
