// The vector algorithms for GF(2^16), written once over a small vector type and compiled by each
// rs16_kernel_*.cpp with its own instruction set; README.md has the mathematics. Everything is in
// an anonymous namespace, for the reason given in kernel_body.hpp.
//
// Work goes column by column: one column is what a pair of vectors holds of every shard, so that a
// transform over many shards stays in the caches. In work rows an element is low + high*g.
//
// A vector type V offers: Vector, kWidth, kMaxLog (log2 of the points that fit in registers),
// zero(), load(p), store(p, v) (work rows, aligned), add(a, b), multiply_add(sum, v, c) for c in
// GF(2^8), multiply_add2(sum, v, c, w, d), lift_add(sum, v), Place, for_each_place(bytes, run),
// and load_shard<kFull>(shard, place, low, high), store_shard<kFull>(shard, place, low, high),
// fetch(shard, place), where kFull says that all elements of the place exist.
#pragma once

#include "fec/rs16_kernels.hpp"
#include "fec/rs16_tables.hpp"

#define PF_FEC_INLINE inline __attribute__((always_inline))

namespace pf::fec {
namespace {

template <class V>
struct Pair {
  typename V::Vector low;
  typename V::Vector high;
};

template <class V>
PF_FEC_INLINE Pair<V> zero_pair() {
  return {V::zero(), V::zero()};
}
template <class V>
PF_FEC_INLINE void add_to(Pair<V>& a, const Pair<V>& b) {
  a.low = V::add(a.low, b.low);
  a.high = V::add(a.high, b.high);
}

// Factors of the butterflies of one layer within one block of points. The factor of butterfly j is
// the element first + 2j, where `first` is a multiple of twice their number.
struct SmallFactors {
  unsigned first;  // below 256: low and high part are multiplied alike
};
struct LargeFactors {
  unsigned low;   // of the first factor, as low + high*g
  unsigned high;  // the same for all
  unsigned high_tail;
};
struct ZeroFactors {};  // first = 0

PF_FEC_INLINE LargeFactors large_factors(unsigned first) {
  const unsigned high = first >> 8;
  return {(first & 255) ^ kLift.at[high], high, kSubTimesTail.at[high]};
}

// a += b * factor j
template <class V>
PF_FEC_INLINE void multiply_add(Pair<V>& a, const Pair<V>& b, const SmallFactors& f, unsigned j) {
  const unsigned c = f.first + 2 * j;
  a.low = V::multiply_add(a.low, b.low, c);
  a.high = V::multiply_add(a.high, b.high, c);
}
template <class V>
PF_FEC_INLINE void multiply_add(Pair<V>& a, const Pair<V>& b, const ZeroFactors&, unsigned j) {
  if (j != 0) multiply_add(a, b, SmallFactors{0}, j);
}
template <class V>
PF_FEC_INLINE void multiply_add(Pair<V>& a, const Pair<V>& b, const LargeFactors& f, unsigned j) {
  // (bl + bh*g) * (cl + ch*g) with g^2 = g + t
  const unsigned low = f.low ^ (2 * j);
  a.low = V::multiply_add2(a.low, b.low, low, b.high, f.high_tail);
  a.high = V::multiply_add2(a.high, b.low, f.high, b.high, low ^ f.high);
}

template <class V, unsigned kLog, unsigned kLayer, class Factors>
PF_FEC_INLINE void inverse_butterflies(Pair<V> (&x)[1U << kLog], const Factors& factors) {
  constexpr unsigned kSpan = 1U << kLayer;
#pragma GCC unroll 8
  for (unsigned i = 0; i < 1U << (kLog - 1); ++i) {
    const unsigned j = i / kSpan;
    Pair<V>& a = x[2 * kSpan * j + i % kSpan];
    Pair<V>& b = x[2 * kSpan * j + i % kSpan + kSpan];
    add_to<V>(b, a);
    multiply_add<V>(a, b, factors, j);
  }
}

template <class V, unsigned kLog, unsigned kLayer, class Factors>
PF_FEC_INLINE void forward_butterflies(Pair<V> (&x)[1U << kLog], const Factors& factors) {
  constexpr unsigned kSpan = 1U << kLayer;
#pragma GCC unroll 8
  for (unsigned i = 0; i < 1U << (kLog - 1); ++i) {
    const unsigned j = i / kSpan;
    Pair<V>& a = x[2 * kSpan * j + i % kSpan];
    Pair<V>& b = x[2 * kSpan * j + i % kSpan + kSpan];
    multiply_add<V>(a, b, factors, j);
    add_to<V>(b, a);
  }
}

// The layers of 2^kLog points whose distance is 2^shift, the first of them at point `at`. The
// factor of the layer of distance d at point r is the element r / d.
template <class V, unsigned kLog, unsigned kLayer>
PF_FEC_INLINE void inverse_layers(Pair<V> (&x)[1U << kLog], unsigned at) {
  if constexpr (kLayer < kLog) {
    const unsigned first = at >> kLayer;
    if (first == 0)
      inverse_butterflies<V, kLog, kLayer>(x, ZeroFactors{});
    else if (first < 256)
      inverse_butterflies<V, kLog, kLayer>(x, SmallFactors{first});
    else
      inverse_butterflies<V, kLog, kLayer>(x, large_factors(first));
    inverse_layers<V, kLog, kLayer + 1>(x, at);
  }
}

template <class V, unsigned kLog, unsigned kLayer>
PF_FEC_INLINE void forward_layers(Pair<V> (&x)[1U << kLog], unsigned at) {
  const unsigned first = at >> kLayer;
  if (first == 0)
    forward_butterflies<V, kLog, kLayer>(x, ZeroFactors{});
  else if (first < 256)
    forward_butterflies<V, kLog, kLayer>(x, SmallFactors{first});
  else
    forward_butterflies<V, kLog, kLayer>(x, large_factors(first));
  if constexpr (kLayer > 0) forward_layers<V, kLog, kLayer - 1>(x, at);
}

// Where points come from and go to.

template <class V>
struct Rows {
  uint8_t* base;

  PF_FEC_INLINE uint8_t* row(size_t i) const { return base + i * (2 * V::kWidth); }
  PF_FEC_INLINE Pair<V> get(size_t i) const {
    return {V::load(row(i)), V::load(row(i) + V::kWidth)};
  }
  PF_FEC_INLINE void put(size_t i, const Pair<V>& value) const {
    V::store(row(i), value.low);
    V::store(row(i) + V::kWidth, value.high);
  }
};

template <class V>
struct SumRows {
  Rows<V> rows;
  bool first;  // nothing to add to yet

  PF_FEC_INLINE void put(size_t i, Pair<V> value) const {
    if (!first) add_to<V>(value, rows.get(i));
    rows.put(i, value);
  }
};

template <class V, bool kFull>
struct ReadShards {
  const uint8_t* base;
  size_t stride;
  typename V::Place place;

  PF_FEC_INLINE Pair<V> get(size_t i) const {
    Pair<V> value;
    const uint8_t* shard = base + i * stride;
    V::fetch(shard, place);
    V::template load_shard<kFull>(shard, place, value.low, value.high);
    value.low = V::lift_add(value.low, value.high);
    return value;
  }
};

template <class V, bool kFull>
struct WriteShards {
  uint8_t* base;
  size_t stride;
  typename V::Place place;

  PF_FEC_INLINE void put(size_t i, const Pair<V>& value) const {
    V::template store_shard<kFull>(base + i * stride, place, V::lift_add(value.low, value.high),
                                   value.high);
  }
};

// 2^kLog layers of an inverse transform over `size` points, from distance 2^shift on. Points from
// `live` on are zero and not read; blocks without any other are skipped.
template <class V, unsigned kLog, class From, class To>
void inverse_pass(const From& from, const To& to, size_t live, unsigned shift, size_t offset) {
  constexpr size_t kPoints = size_t{1} << kLog;
  const size_t d = size_t{1} << shift;
  for (size_t r = 0; r < live; r += d << kLog) {
    const unsigned at = static_cast<unsigned>((r + offset) >> shift);
    const size_t legs = live - r >= d << kLog ? kPoints : (live - r + d - 1) >> shift;
    for (size_t i = r; i < r + d; ++i) {
      Pair<V> x[kPoints];
      if (legs == kPoints) {
#pragma GCC unroll 8
        for (size_t j = 0; j < kPoints; ++j) x[j] = from.get(i + (j << shift));
      } else {
#pragma GCC unroll 8
        for (size_t j = 0; j < kPoints; ++j)
          x[j] = j < legs ? from.get(i + (j << shift)) : zero_pair<V>();
      }
      inverse_layers<V, kLog, 0>(x, at);
#pragma GCC unroll 8
      for (size_t j = 0; j < kPoints; ++j) to.put(i + (j << shift), x[j]);
    }
  }
}

// kLog layers of a transform, down to distance 2^shift. Only blocks with one of the first `need`
// points are worked on.
template <class V, unsigned kLog, class From, class To>
void forward_pass(const From& from, const To& to, size_t need, unsigned shift, size_t offset) {
  constexpr size_t kPoints = size_t{1} << kLog;
  const size_t d = size_t{1} << shift;
  for (size_t r = 0; r < need; r += d << kLog) {
    const unsigned at = static_cast<unsigned>((r + offset) >> shift);
    const size_t legs = need - r >= d << kLog ? kPoints : (need - r + d - 1) >> shift;
    for (size_t i = r; i < r + d; ++i) {
      Pair<V> x[kPoints];
#pragma GCC unroll 8
      for (size_t j = 0; j < kPoints; ++j) x[j] = from.get(i + (j << shift));
      forward_layers<V, kLog, kLog - 1>(x, at);
      if (legs == kPoints) {
#pragma GCC unroll 8
        for (size_t j = 0; j < kPoints; ++j) to.put(i + (j << shift), x[j]);
      } else {
#pragma GCC unroll 8
        for (size_t j = 0; j < kPoints; ++j)
          if (j < legs) to.put(i + (j << shift), x[j]);
      }
    }
  }
}

template <class V, class From, class To>
PF_FEC_INLINE void inverse_step(unsigned log, const From& from, const To& to, size_t live,
                                unsigned shift, size_t offset) {
  if constexpr (V::kMaxLog >= 3)
    if (log == 3) return inverse_pass<V, 3>(from, to, live, shift, offset);
  if (log == 2) return inverse_pass<V, 2>(from, to, live, shift, offset);
  inverse_pass<V, 1>(from, to, live, shift, offset);
}

template <class V, class From, class To>
PF_FEC_INLINE void forward_step(unsigned log, const From& from, const To& to, size_t need,
                                unsigned shift, size_t offset) {
  if constexpr (V::kMaxLog >= 3)
    if (log == 3) return forward_pass<V, 3>(from, to, need, shift, offset);
  if (log == 2) return forward_pass<V, 2>(from, to, need, shift, offset);
  forward_pass<V, 1>(from, to, need, shift, offset);
}

// How many layers the next pass takes so that the passes for `left` layers are alike.
template <class V>
PF_FEC_INLINE unsigned next_step(unsigned left) {
  const unsigned passes = (left + V::kMaxLog - 1) / V::kMaxLog;
  return (left + passes - 1) / passes;
}

// Inverse transform of 2^log points at `offset`, the first `live` of which are given.
template <class V, class From, class To>
PF_FEC_INLINE void inverse_transform(unsigned log, size_t live, size_t offset, const From& from,
                                     const Rows<V>& work, const To& to) {
  unsigned step = next_step<V>(log);
  if (step == log) return inverse_step<V>(step, from, to, live, 0, offset);
  inverse_step<V>(step, from, work, live, 0, offset);
  for (unsigned shift = step;; shift += step) {
    // What the passes before have touched: whole blocks.
    const size_t block = size_t{1} << shift;
    const size_t touched = (live + block - 1) & ~(block - 1);
    step = next_step<V>(log - shift);
    if (shift + step == log) return inverse_step<V>(step, work, to, touched, shift, offset);
    inverse_step<V>(step, work, work, touched, shift, offset);
  }
}

// Transform of 2^log points at `offset`, of which the first `need` are wanted. `from` may be
// `work`.
template <class V, class To>
PF_FEC_INLINE void forward_transform(unsigned log, size_t need, size_t offset, const Rows<V>& from,
                                     const Rows<V>& work, const To& to) {
  unsigned step = next_step<V>(log);
  if (step == log) return forward_step<V>(step, from, to, need, 0, offset);
  unsigned shift = log - step;
  forward_step<V>(step, from, work, need, shift, offset);
  for (;;) {
    step = next_step<V>(shift);
    shift -= step;
    if (shift == 0) return forward_step<V>(step, work, to, need, 0, offset);
    forward_step<V>(step, work, work, need, shift, offset);
  }
}

PF_FEC_INLINE unsigned log_of_ceil(size_t n) {
  return n <= 1 ? 0 : 64 - static_cast<unsigned>(__builtin_clzl(n - 1));
}

// One column of the parity of a code whose smaller dimension is 1: sums, or copies.
template <class V, bool kFull>
PF_FEC_INLINE void encode_single(const Rs16EncodeJob& job, typename V::Place place) {
  Pair<V> sum;
  V::template load_shard<kFull>(job.data, place, sum.low, sum.high);
  for (size_t i = 1; i < job.k; ++i) {
    Pair<V> value;
    const uint8_t* shard = job.data + i * job.data_stride;
    V::fetch(shard, place);
    V::template load_shard<kFull>(shard, place, value.low, value.high);
    add_to<V>(sum, value);
  }
  for (size_t j = 0; j < job.m; ++j)
    V::template store_shard<kFull>(job.parity + j * job.parity_stride, place, sum.low, sum.high);
}

template <class V, bool kFull>
void encode_column(const Rs16EncodeJob& job, typename V::Place place) {
  const unsigned data_log = log_of_ceil(job.k);
  const unsigned parity_log = log_of_ceil(job.m);
  const unsigned log = data_log < parity_log ? data_log : parity_log;
  if (log == 0) return encode_single<V, kFull>(job, place);
  const size_t size = size_t{1} << log;
  const Rows<V> sum{job.scratch};
  const Rows<V> work{sum.row(size)};
  // Equal powers of two make one chunk of either kind, and then both rates are the same code.
  const bool high_rate = parity_log <= data_log;
  for (size_t first = 0; first < job.k; first += size) {
    const size_t live = job.k - first < size ? job.k - first : size;
    const ReadShards<V, kFull> shards{job.data + first * job.data_stride, job.data_stride, place};
    inverse_transform<V>(log, live, high_rate ? first + size : 0, shards, work,
                         SumRows<V>{sum, first == 0});
  }
  for (size_t first = 0; first < job.m; first += size) {
    const size_t need = job.m - first < size ? job.m - first : size;
    const WriteShards<V, kFull> shards{job.parity + first * job.parity_stride, job.parity_stride,
                                       place};
    forward_transform<V>(log, need, high_rate ? 0 : first + size, sum, work, shards);
  }
}

// Multiplication by a constant given as a number: x + (zero * factor) would do, so reuse the
// butterfly's.
template <class V>
PF_FEC_INLINE Pair<V> product(const Pair<V>& x, unsigned factor) {
  Pair<V> sum = zero_pair<V>();
  multiply_add<V>(sum, x, large_factors(factor), 0);
  return sum;
}

template <class V>
PF_FEC_INLINE void derivative(const Rows<V>& rows, size_t size) {
  // Row j gains the rows that differ from it by one more bit; those come later and are unchanged.
  for (size_t j = 0; j + 1 < size; ++j) {
    Pair<V> sum = rows.get(j);
    for (size_t bit = 1; bit < size; bit *= 2)
      if ((j & bit) == 0) add_to<V>(sum, rows.get(j | bit));
    rows.put(j, sum);
  }
}

template <class V, bool kFull>
void decode_column(const Rs16DecodeJob& job, typename V::Place place) {
  const Rows<V> rows{job.scratch};
  size_t next = 0;
  for (size_t i = 0; i < job.inputs_count; ++i) {
    const Rs16Input& input = job.inputs[i];
    for (; next < input.point; ++next) rows.put(next, zero_pair<V>());
    const ReadShards<V, kFull> shard{input.shard, 0, place};
    rows.put(next++, product<V>(shard.get(0), input.factor));
  }
  const unsigned log = log_of_ceil(job.size);
  inverse_transform<V>(log, next, 0, rows, rows, rows);
  derivative<V>(rows, job.size);
  const size_t need = job.outputs[job.outputs_count - 1].point + size_t{1};
  forward_transform<V>(log, need, 0, rows, rows, rows);
  for (size_t i = 0; i < job.outputs_count; ++i) {
    const Rs16Output& output = job.outputs[i];
    const WriteShards<V, kFull> shard{output.shard, 0, place};
    shard.put(0, product<V>(rows.get(output.point), output.factor));
  }
}

template <class V>
struct EncodeColumns {
  const Rs16EncodeJob& job;
  template <bool kFull>
  PF_FEC_INLINE void run(typename V::Place place) const {
    encode_column<V, kFull>(job, place);
  }
};
template <class V>
struct DecodeColumns {
  const Rs16DecodeJob& job;
  template <bool kFull>
  PF_FEC_INLINE void run(typename V::Place place) const {
    decode_column<V, kFull>(job, place);
  }
};

template <class V>
void encode(const Rs16EncodeJob& job) {
  V::for_each_place(job.bytes, EncodeColumns<V>{job});
}
template <class V>
void decode(const Rs16DecodeJob& job) {
  V::for_each_place(job.bytes, DecodeColumns<V>{job});
}

template <class V>
constexpr Rs16Kernel rs16_table_of() {
  return {encode<V>, decode<V>};
}

}  // namespace
}  // namespace pf::fec
