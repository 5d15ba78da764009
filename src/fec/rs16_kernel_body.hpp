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

// The kLog layers of 2^kLog points, the first of them at point `at` in units of their distance. The
// factor of the layer of distance 2^t at point r is the element r / 2^t, so factors fall with each
// layer: the first kLarge layers have large ones. kZero: at = 0.
template <class V, unsigned kLog, unsigned kLarge, bool kZero, unsigned kLayer = 0>
PF_FEC_INLINE void inverse_layers(Pair<V> (&x)[1U << kLog], unsigned at) {
  if constexpr (kZero)
    inverse_butterflies<V, kLog, kLayer>(x, ZeroFactors{});
  else if constexpr (kLayer < kLarge)
    inverse_butterflies<V, kLog, kLayer>(x, large_factors(at >> kLayer));
  else
    inverse_butterflies<V, kLog, kLayer>(x, SmallFactors{at >> kLayer});
  if constexpr (kLayer + 1 < kLog) inverse_layers<V, kLog, kLarge, kZero, kLayer + 1>(x, at);
}

template <class V, unsigned kLog, unsigned kLarge, bool kZero, unsigned kLayer = kLog - 1>
PF_FEC_INLINE void forward_layers(Pair<V> (&x)[1U << kLog], unsigned at) {
  if constexpr (kZero)
    forward_butterflies<V, kLog, kLayer>(x, ZeroFactors{});
  else if constexpr (kLayer < kLarge)
    forward_butterflies<V, kLog, kLayer>(x, large_factors(at >> kLayer));
  else
    forward_butterflies<V, kLog, kLayer>(x, SmallFactors{at >> kLayer});
  if constexpr (kLayer > 0) forward_layers<V, kLog, kLarge, kZero, kLayer - 1>(x, at);
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

// Rows that what arrives is added to.
template <class V>
struct SumRows {
  Rows<V> rows;
  PF_FEC_INLINE void put(size_t i, Pair<V> value) const {
    add_to<V>(value, rows.get(i));
    rows.put(i, value);
  }
};

template <class V>
PF_FEC_INLINE void zero_rows(const Rows<V>& rows, size_t from, size_t to) {
  for (size_t i = from; i < to; ++i) rows.put(i, zero_pair<V>());
}

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

// One block of 2^(kLog + shift) points at row r, the layers of distance 2^shift and up.
template <class V, unsigned kLog, unsigned kLarge, bool kZero, class From, class To>
PF_FEC_INLINE void inverse_block(const From& from, const To& to, size_t r, unsigned shift,
                                 unsigned at) {
  constexpr size_t kPoints = size_t{1} << kLog;
  const size_t end = r + (size_t{1} << shift);
  for (size_t i = r; i < end; ++i) {
    Pair<V> x[kPoints];
#pragma GCC unroll 8
    for (size_t j = 0; j < kPoints; ++j) x[j] = from.get(i + (j << shift));
    inverse_layers<V, kLog, kLarge, kZero>(x, at);
#pragma GCC unroll 8
    for (size_t j = 0; j < kPoints; ++j) to.put(i + (j << shift), x[j]);
  }
}

template <class V, unsigned kLog, unsigned kLarge, bool kZero, class From, class To>
PF_FEC_INLINE void forward_block(const From& from, const To& to, size_t r, unsigned shift,
                                 unsigned at) {
  constexpr size_t kPoints = size_t{1} << kLog;
  const size_t end = r + (size_t{1} << shift);
  for (size_t i = r; i < end; ++i) {
    Pair<V> x[kPoints];
#pragma GCC unroll 8
    for (size_t j = 0; j < kPoints; ++j) x[j] = from.get(i + (j << shift));
    forward_layers<V, kLog, kLarge, kZero>(x, at);
#pragma GCC unroll 8
    for (size_t j = 0; j < kPoints; ++j) to.put(i + (j << shift), x[j]);
  }
}

// The blocks among rows first..last-1, which are whole blocks.
template <class V, unsigned kLog, class From, class To>
void inverse_pass(From from, To to, size_t first, size_t last, unsigned shift, size_t offset) {
  for (size_t r = first; r < last; r += size_t{1} << (kLog + shift)) {
    const auto at = static_cast<unsigned>((r + offset) >> shift);
    if (at == 0)
      inverse_block<V, kLog, 0, true>(from, to, r, shift, at);
    else if (at < 256)
      inverse_block<V, kLog, 0, false>(from, to, r, shift, at);
    else if (kLog == 1 || at < 512)
      inverse_block<V, kLog, 1, false>(from, to, r, shift, at);
    else if (kLog == 2 || at < 1024)
      inverse_block<V, kLog, 2, false>(from, to, r, shift, at);
    else
      inverse_block<V, kLog, 3, false>(from, to, r, shift, at);
  }
}

template <class V, unsigned kLog, class From, class To>
void forward_pass(From from, To to, size_t first, size_t last, unsigned shift, size_t offset) {
  for (size_t r = first; r < last; r += size_t{1} << (kLog + shift)) {
    const auto at = static_cast<unsigned>((r + offset) >> shift);
    if (at == 0)
      forward_block<V, kLog, 0, true>(from, to, r, shift, at);
    else if (at < 256)
      forward_block<V, kLog, 0, false>(from, to, r, shift, at);
    else if (kLog == 1 || at < 512)
      forward_block<V, kLog, 1, false>(from, to, r, shift, at);
    else if (kLog == 2 || at < 1024)
      forward_block<V, kLog, 2, false>(from, to, r, shift, at);
    else
      forward_block<V, kLog, 3, false>(from, to, r, shift, at);
  }
}

template <class V, class From, class To>
PF_FEC_INLINE void inverse_step(unsigned log, const From& from, const To& to, size_t first,
                                size_t last, unsigned shift, size_t offset) {
  if constexpr (V::kMaxLog >= 3)
    if (log == 3) return inverse_pass<V, 3>(from, to, first, last, shift, offset);
  if (log == 2) return inverse_pass<V, 2>(from, to, first, last, shift, offset);
  inverse_pass<V, 1>(from, to, first, last, shift, offset);
}

template <class V, class From, class To>
PF_FEC_INLINE void forward_step(unsigned log, const From& from, const To& to, size_t first,
                                size_t last, unsigned shift, size_t offset) {
  if constexpr (V::kMaxLog >= 3)
    if (log == 3) return forward_pass<V, 3>(from, to, first, last, shift, offset);
  if (log == 2) return forward_pass<V, 2>(from, to, first, last, shift, offset);
  forward_pass<V, 1>(from, to, first, last, shift, offset);
}

PF_FEC_INLINE size_t round_up(size_t n, unsigned log) {
  const size_t block = size_t{1} << log;
  return (n + block - 1) & ~(block - 1);
}

// How many layers the next pass takes so that the passes for `left` layers are alike.
template <class V>
PF_FEC_INLINE unsigned next_step(unsigned left) {
  const unsigned passes = (left + V::kMaxLog - 1) / V::kMaxLog;
  return (left + passes - 1) / passes;
}

// Inverse transform of 2^log points at `offset`. The layers below 2^shift are done in `work`, whose
// rows from `live` on are zero and need not be written.
template <class V, class To>
PF_FEC_INLINE void inverse_rest(unsigned log, unsigned shift, size_t live, size_t offset,
                                const Rows<V>& work, const To& to) {
  for (;;) {
    const unsigned step = next_step<V>(log - shift);
    const size_t whole = round_up(live, shift + step);
    zero_rows<V>(work, live, whole);
    if (shift + step == log) return inverse_step<V>(step, work, to, 0, whole, shift, offset);
    inverse_step<V>(step, work, work, 0, whole, shift, offset);
    live = whole;
    shift += step;
  }
}

// The whole of it, of `live` shards.
template <class V, bool kFull, class To>
PF_FEC_INLINE void inverse_transform(unsigned log, size_t live, size_t offset,
                                     const ReadShards<V, kFull>& shards, const Rows<V>& work,
                                     const To& to) {
  // Whole blocks of whole vectors straight from the shards; what is left takes the detour.
  const unsigned step = next_step<V>(log);
  const size_t whole = kFull ? live & ~((size_t{1} << step) - 1) : 0;
  for (size_t i = whole; i < live; ++i) work.put(i, shards.get(i));
  if constexpr (kFull) {
    if (step == log && whole != 0) return inverse_step<V>(step, shards, to, 0, whole, 0, offset);
    inverse_step<V>(step, shards, work, 0, whole, 0, offset);
  }
  const size_t touched = round_up(live, step);
  zero_rows<V>(work, live, touched);
  if (step == log) return inverse_step<V>(step, work, to, 0, touched, 0, offset);
  inverse_step<V>(step, work, work, whole, touched, 0, offset);
  inverse_rest<V>(log, step, touched, offset, work, to);
}

// Transform of 2^log points at `offset` down to distance 2^shift, of which rows 0..need-1 are
// wanted. `from` may be `work`. Returns where the result is.
template <class V>
PF_FEC_INLINE Rows<V> forward_rows(unsigned log, unsigned shift, size_t need, size_t offset,
                                   Rows<V> from, const Rows<V>& work) {
  while (log > shift) {
    const unsigned step = next_step<V>(log) < log - shift ? next_step<V>(log) : log - shift;
    log -= step;
    forward_step<V>(step, from, work, 0, round_up(need, log + step), log, offset);
    from = work;
  }
  return from;
}

// The whole of it, to `need` shards.
template <class V, bool kFull>
PF_FEC_INLINE void forward_transform(unsigned log, size_t need, size_t offset, const Rows<V>& from,
                                     const Rows<V>& work, const WriteShards<V, kFull>& shards) {
  unsigned step = log;
  while (step > V::kMaxLog) step -= next_step<V>(step);
  const Rows<V> last = forward_rows<V>(log, step, need, offset, from, work);
  const size_t whole = kFull ? need & ~((size_t{1} << step) - 1) : 0;
  if constexpr (kFull) forward_step<V>(step, last, shards, 0, whole, 0, offset);
  forward_step<V>(step, last, work, whole, round_up(need, step), 0, offset);
  for (size_t i = whole; i < need; ++i) shards.put(i, work.get(i));
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
    const size_t offset = high_rate ? first + size : 0;
    if (first == 0)
      inverse_transform<V>(log, live, offset, shards, work, sum);
    else
      inverse_transform<V>(log, live, offset, shards, work, SumRows<V>{sum});
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
    zero_rows<V>(rows, next, input.point);
    const ReadShards<V, kFull> shard{input.shard, 0, place};
    rows.put(input.point, product<V>(shard.get(0), input.factor));
    next = input.point + size_t{1};
  }
  const unsigned log = log_of_ceil(job.size);
  inverse_rest<V>(log, 0, next, 0, rows, rows);
  derivative<V>(rows, job.size);
  const size_t need = job.outputs[job.outputs_count - 1].point + size_t{1};
  forward_rows<V>(log, 0, need, 0, rows, rows);
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
