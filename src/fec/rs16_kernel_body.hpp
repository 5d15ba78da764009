// The vector algorithms for GF(2^16), written once over a small vector type and compiled by each
// rs16_kernel_*.cpp with its own instruction set; README.md has the mathematics. Everything is in
// an anonymous namespace, for the reason given in kernel_body.hpp.
//
// Work goes column by column: one column is what a pair of vectors holds of every shard, so that a
// transform over many shards stays in the caches. In work rows an element is low + high*g.
//
// A vector type V offers: Vector, kWidth, kMaxLog (log2 of the points that fit in registers),
// zero(), load(p), store(p, v) (work rows, aligned), add(a, b), add3(a, b, c), product(v, c) for c
// in GF(2^8), lift(v), Place, columns(bytes), place(bytes, column), is_full(place),
// load_shard<kFull>(shard, place, low, high) and store_shard<kFull>(shard, place, low, high), where
// kFull says that all elements of the place exist.
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
template <class V>
PF_FEC_INLINE void add_to(Pair<V>& a, const Pair<V>& b, const Pair<V>& c) {
  a.low = V::add3(a.low, b.low, c.low);
  a.high = V::add3(a.high, b.high, c.high);
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

PF_FEC_INLINE LargeFactors large_factors(unsigned first) {
  const unsigned high = first >> 8;
  return {(first & 255) ^ kLift.at[high], high, kSubTimesTail.at[high]};
}

template <class V>
PF_FEC_INLINE Pair<V> product(const Pair<V>& x, const SmallFactors& f, unsigned j) {
  const unsigned c = f.first + 2 * j;
  return {V::product(x.low, c), V::product(x.high, c)};
}

// a += x * factor j
template <class V>
PF_FEC_INLINE void add_product(Pair<V>& a, const Pair<V>& x, const SmallFactors& f, unsigned j) {
  add_to<V>(a, product<V>(x, f, j));
}
template <class V>
PF_FEC_INLINE void add_product(Pair<V>& a, const Pair<V>& x, const LargeFactors& f, unsigned j) {
  // (xl + xh*g) * (cl + ch*g) with g^2 = g + t, in three products
  const unsigned low = f.low ^ (2 * j);
  const auto both = V::product(x.low, low);
  a.low = V::add3(a.low, both, V::product(x.high, f.high_tail));
  a.high = V::add3(a.high, both, V::product(V::add(x.low, x.high), low ^ f.high));
}

// What the butterflies of a pass need to know at compile time. The factor of the layer of distance
// 2^t at point r is the element r / 2^t, so factors fall with each layer: the first kLarge layers
// have large ones. kZero: the first point is 0, hence the first factor of every layer.
template <unsigned kLogOf, unsigned kLargeOf, bool kZeroOf>
struct Shape {
  static constexpr unsigned kLog = kLogOf;
  static constexpr unsigned kLarge = kLargeOf;
  static constexpr bool kZero = kZeroOf;
  static constexpr unsigned kPoints = 1U << kLog;
};

// A point within an inverse pass: the sum of two terms, where the second is not added until the
// result is used, because adding three things costs no more than adding two.
template <class V>
struct Lazy {
  Pair<V> sum;
  Pair<V> term;
};

// Whether point i has its second term open before this layer.
template <class S>
constexpr bool is_open(unsigned layer, unsigned i) {
  if (layer == 0 || layer - 1 < S::kLarge) return false;
  return (i >> (layer - 1) & 1) == 0 && !(S::kZero && i >> layer == 0);
}

template <class V, class S, unsigned kLayer, unsigned kIndex>
PF_FEC_INLINE void inverse_butterfly(Lazy<V> (&x)[S::kPoints], unsigned at) {
  constexpr unsigned kSpan = 1U << kLayer;
  constexpr unsigned kBlock = kIndex / kSpan;
  constexpr unsigned kA = 2 * kSpan * kBlock + kIndex % kSpan;
  constexpr unsigned kB = kA + kSpan;
  Lazy<V>& a = x[kA];
  Lazy<V>& b = x[kB];
  if constexpr (is_open<S>(kLayer, kA)) add_to<V>(a.sum, a.term);
  if constexpr (is_open<S>(kLayer, kB))
    add_to<V>(b.sum, b.term, a.sum);
  else
    add_to<V>(b.sum, a.sum);
  if constexpr (kLayer < S::kLarge)
    add_product<V>(a.sum, b.sum, large_factors(at >> kLayer), kBlock);
  else if constexpr (!(S::kZero && kBlock == 0))
    a.term = product<V>(b.sum, SmallFactors{at >> kLayer}, kBlock);
  if constexpr (kIndex + 1 < S::kPoints / 2) inverse_butterfly<V, S, kLayer, kIndex + 1>(x, at);
}

// All layers of a block whose first point is `at` in units of the first layer's distance.
template <class V, class S, unsigned kLayer = 0>
PF_FEC_INLINE void inverse_layers(Lazy<V> (&x)[S::kPoints], unsigned at) {
  inverse_butterfly<V, S, kLayer, 0>(x, at);
  if constexpr (kLayer + 1 < S::kLog) inverse_layers<V, S, kLayer + 1>(x, at);
}

template <class V, class S, unsigned kLayer, unsigned kIndex>
PF_FEC_INLINE void forward_butterfly(Pair<V> (&x)[S::kPoints], unsigned at) {
  constexpr unsigned kSpan = 1U << kLayer;
  constexpr unsigned kBlock = kIndex / kSpan;
  Pair<V>& a = x[2 * kSpan * kBlock + kIndex % kSpan];
  Pair<V>& b = x[2 * kSpan * kBlock + kIndex % kSpan + kSpan];
  if constexpr (kLayer < S::kLarge)
    add_product<V>(a, b, large_factors(at >> kLayer), kBlock);
  else if constexpr (!(S::kZero && kBlock == 0))
    add_product<V>(a, b, SmallFactors{at >> kLayer}, kBlock);
  add_to<V>(b, a);
  if constexpr (kIndex + 1 < S::kPoints / 2) forward_butterfly<V, S, kLayer, kIndex + 1>(x, at);
}

template <class V, class S, unsigned kLayer = S::kLog - 1>
PF_FEC_INLINE void forward_layers(Pair<V> (&x)[S::kPoints], unsigned at) {
  forward_butterfly<V, S, kLayer, 0>(x, at);
  if constexpr (kLayer > 0) forward_layers<V, S, kLayer - 1>(x, at);
}

// Where points come from and go to: a place for each of them, found by stepping from one to the
// next. Steps are hidden from the optimiser, which would otherwise keep all multiples of them at
// hand for lack of which vectors then leave their registers.
PF_FEC_INLINE size_t hidden(size_t step) {
  asm("" : "+r"(step));
  return step;
}

template <class V>
struct Rows {
  static constexpr bool kAdjacentOnly = false;
  uint8_t* base;

  PF_FEC_INLINE uint8_t* at(size_t i) const { return base + i * (2 * V::kWidth); }
  PF_FEC_INLINE size_t step(unsigned shift) const { return (2 * V::kWidth) << shift; }
  PF_FEC_INLINE Pair<V> get(const uint8_t* p) const { return {V::load(p), V::load(p + V::kWidth)}; }
  PF_FEC_INLINE void put(uint8_t* p, const Pair<V>& value) const {
    V::store(p, value.low);
    V::store(p + V::kWidth, value.high);
  }
  PF_FEC_INLINE void put(uint8_t* p, Pair<V> value, const Pair<V>& term) const {
    add_to<V>(value, term);
    put(p, value);
  }
};

// Rows that what arrives is added to.
template <class V>
struct SumRows {
  static constexpr bool kAdjacentOnly = false;
  Rows<V> rows;

  PF_FEC_INLINE uint8_t* at(size_t i) const { return rows.at(i); }
  PF_FEC_INLINE size_t step(unsigned shift) const { return rows.step(shift); }
  PF_FEC_INLINE void put(uint8_t* p, const Pair<V>& value) const {
    rows.put(p, rows.get(p), value);
  }
  PF_FEC_INLINE void put(uint8_t* p, const Pair<V>& value, const Pair<V>& term) const {
    Pair<V> sum = rows.get(p);
    add_to<V>(sum, value, term);
    rows.put(p, sum);
  }
};

template <class V>
PF_FEC_INLINE void zero_rows(const Rows<V>& rows, size_t from, size_t to) {
  for (size_t i = from; i < to; ++i) rows.put(rows.at(i), zero_pair<V>());
}

template <class V, bool kFull>
struct ReadShards {
  static constexpr bool kAdjacentOnly = true;
  const uint8_t* base;
  size_t stride;
  typename V::Place place;

  PF_FEC_INLINE const uint8_t* at(size_t i) const { return base + i * stride; }
  PF_FEC_INLINE size_t step(unsigned) const { return stride; }
  PF_FEC_INLINE Pair<V> get(const uint8_t* p) const {
    Pair<V> value;
    V::template load_shard<kFull>(p, place, value.low, value.high);
    value.low = V::add(value.low, V::lift(value.high));
    return value;
  }
};

template <class V, bool kFull>
struct WriteShards {
  static constexpr bool kAdjacentOnly = true;
  uint8_t* base;
  size_t stride;
  typename V::Place place;

  PF_FEC_INLINE uint8_t* at(size_t i) const { return base + i * stride; }
  PF_FEC_INLINE size_t step(unsigned) const { return stride; }
  PF_FEC_INLINE void put(uint8_t* p, const Pair<V>& value) const {
    V::template store_shard<kFull>(p, place, V::add(value.low, V::lift(value.high)), value.high);
  }
};

template <class V, class S, unsigned kPoint, class To>
PF_FEC_INLINE void put_points(const To& to, uint8_t* p, size_t step,
                              const Lazy<V> (&x)[S::kPoints]) {
  if constexpr (is_open<S>(S::kLog, kPoint))
    to.put(p, x[kPoint].sum, x[kPoint].term);
  else
    to.put(p, x[kPoint].sum);
  if constexpr (kPoint + 1 < S::kPoints) put_points<V, S, kPoint + 1>(to, p + step, step, x);
}

// One block at row r of S::kPoints << shift points, the layers of distance 2^shift and up.
template <class V, class S, class From, class To>
PF_FEC_INLINE void inverse_block(const From& from, const To& to, size_t r, unsigned shift,
                                 unsigned at) {
  const size_t end = r + (size_t{1} << shift);
  for (size_t i = r; i < end; ++i) {
    Lazy<V> x[S::kPoints];
    const size_t from_step = hidden(from.step(shift));
    auto* p = from.at(i);
#pragma GCC unroll 8
    for (size_t j = 0; j < S::kPoints; ++j, p += from_step) x[j].sum = from.get(p);
    inverse_layers<V, S>(x, at);
    put_points<V, S, 0>(to, to.at(i), hidden(to.step(shift)), x);
  }
}

template <class V, class S, class From, class To>
PF_FEC_INLINE void forward_block(const From& from, const To& to, size_t r, unsigned shift,
                                 unsigned at) {
  const size_t end = r + (size_t{1} << shift);
  for (size_t i = r; i < end; ++i) {
    Pair<V> x[S::kPoints];
    const size_t from_step = hidden(from.step(shift));
    auto* p = from.at(i);
#pragma GCC unroll 8
    for (size_t j = 0; j < S::kPoints; ++j, p += from_step) x[j] = from.get(p);
    forward_layers<V, S>(x, at);
    const size_t to_step = hidden(to.step(shift));
    auto* q = to.at(i);
#pragma GCC unroll 8
    for (size_t j = 0; j < S::kPoints; ++j, q += to_step) to.put(q, x[j]);
  }
}

// The blocks among rows first..last-1, which are whole blocks.
template <class V, unsigned kLog, class From, class To>
void inverse_pass(From from, To to, size_t first, size_t last, unsigned distance, size_t offset) {
  const unsigned shift = From::kAdjacentOnly ? 0 : distance;
  for (size_t r = first; r < last; r += size_t{1} << (kLog + shift)) {
    const auto at = static_cast<unsigned>((r + offset) >> shift);
    if (at == 0)
      inverse_block<V, Shape<kLog, 0, true>>(from, to, r, shift, at);
    else if (at < 256)
      inverse_block<V, Shape<kLog, 0, false>>(from, to, r, shift, at);
    else if (kLog == 1 || at < 512)
      inverse_block<V, Shape<kLog, 1, false>>(from, to, r, shift, at);
    else if (kLog == 2 || at < 1024)
      inverse_block < V, Shape<kLog, kLog<2 ? kLog : 2, false>>(from, to, r, shift, at);
    else
      inverse_block<V, Shape<kLog, kLog, false>>(from, to, r, shift, at);
  }
}

template <class V, unsigned kLog, class From, class To>
void forward_pass(From from, To to, size_t first, size_t last, unsigned distance, size_t offset) {
  const unsigned shift = To::kAdjacentOnly ? 0 : distance;
  for (size_t r = first; r < last; r += size_t{1} << (kLog + shift)) {
    const auto at = static_cast<unsigned>((r + offset) >> shift);
    if (at == 0)
      forward_block<V, Shape<kLog, 0, true>>(from, to, r, shift, at);
    else if (at < 256)
      forward_block<V, Shape<kLog, 0, false>>(from, to, r, shift, at);
    else  // rare, and large factors may be small
      forward_block<V, Shape<kLog, kLog, false>>(from, to, r, shift, at);
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

// Larger transforms go in two parts, so that one of them stays within blocks of this many points
// and thus in the first-level cache.
constexpr unsigned kNearLog = 6;

// The whole of it, of `live` shards, for up to 2^kNearLog points.
template <class V, bool kFull, class To>
PF_FEC_INLINE void near_inverse(unsigned log, size_t live, size_t offset,
                                const ReadShards<V, kFull>& shards, const Rows<V>& work,
                                const To& to) {
  // Whole blocks of whole vectors straight from the shards; what is left takes the detour.
  const unsigned step = next_step<V>(log);
  const size_t whole = kFull ? live & ~((size_t{1} << step) - 1) : 0;
  for (size_t i = whole; i < live; ++i) work.put(work.at(i), shards.get(shards.at(i)));
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

template <class V, bool kFull, class To>
PF_FEC_INLINE void inverse_transform(unsigned log, size_t live, size_t offset,
                                     const ReadShards<V, kFull>& shards, const Rows<V>& work,
                                     const To& to) {
  if (log <= kNearLog) return near_inverse<V>(log, live, offset, shards, work, to);
  constexpr size_t kNear = size_t{1} << kNearLog;
  for (size_t r = 0; r < live; r += kNear) {
    const Rows<V> rows{work.at(r)};
    near_inverse<V>(kNearLog, live - r < kNear ? live - r : kNear, offset + r,
                    ReadShards<V, kFull>{shards.at(r), shards.stride, shards.place}, rows, rows);
  }
  inverse_rest<V>(log, kNearLog, round_up(live, kNearLog), offset, work, to);
}

// Transform of 2^log points at `offset` down to distance 2^shift, of which rows 0..need-1 are
// wanted. `from` may be `work`. Returns where the result is.
template <class V>
PF_FEC_INLINE Rows<V> forward_rows(unsigned log, unsigned shift, size_t need, size_t offset,
                                   Rows<V> from, const Rows<V>& work) {
  while (log > shift) {
    const unsigned step = next_step<V>(log - shift);
    log -= step;
    forward_step<V>(step, from, work, 0, round_up(need, log + step), log, offset);
    from = work;
  }
  return from;
}

// The whole of it, to `need` shards, for up to 2^kNearLog points.
template <class V, bool kFull>
PF_FEC_INLINE void near_forward(unsigned log, size_t need, size_t offset, const Rows<V>& from,
                                const Rows<V>& work, const WriteShards<V, kFull>& shards) {
  unsigned step = log;
  while (step > V::kMaxLog) step -= next_step<V>(step);
  const Rows<V> last = forward_rows<V>(log, step, need, offset, from, work);
  const size_t whole = kFull ? need & ~((size_t{1} << step) - 1) : 0;
  if constexpr (kFull) forward_step<V>(step, last, shards, 0, whole, 0, offset);
  forward_step<V>(step, last, work, whole, round_up(need, step), 0, offset);
  for (size_t i = whole; i < need; ++i) shards.put(shards.at(i), work.get(work.at(i)));
}

template <class V, bool kFull>
PF_FEC_INLINE void forward_transform(unsigned log, size_t need, size_t offset, const Rows<V>& from,
                                     const Rows<V>& work, const WriteShards<V, kFull>& shards) {
  if (log <= kNearLog) return near_forward<V>(log, need, offset, from, work, shards);
  constexpr size_t kNear = size_t{1} << kNearLog;
  const Rows<V> near = forward_rows<V>(log, kNearLog, need, offset, from, work);
  for (size_t r = 0; r < need; r += kNear) {
    const Rows<V> rows{near.at(r)};
    near_forward<V>(kNearLog, need - r < kNear ? need - r : kNear, offset + r, rows, rows,
                    WriteShards<V, kFull>{shards.at(r), shards.stride, shards.place});
  }
}

PF_FEC_INLINE unsigned log_of_ceil(size_t n) {
  return n <= 1 ? 0 : 64 - static_cast<unsigned>(__builtin_clzl(n - 1));
}

// Calls run.operator()<kFull>(place) for one column.
template <class V, class Run>
PF_FEC_INLINE void at_column(size_t bytes, size_t column, const Run& run) {
  const auto place = V::place(bytes, column);
  if (V::is_full(place))
    run.template run<true>(place);
  else
    run.template run<false>(place);
}

// Parity of a code whose smaller dimension is 1: the sum of the data, or copies of it.
template <class V>
struct EncodeSingle {
  const Rs16EncodeJob& job;

  template <bool kFull>
  PF_FEC_INLINE void run(typename V::Place place) const {
    Pair<V> sum;
    V::template load_shard<kFull>(job.data, place, sum.low, sum.high);
    for (size_t i = 1; i < job.k; ++i) {
      Pair<V> value;
      V::template load_shard<kFull>(job.data + i * job.data_stride, place, value.low, value.high);
      add_to<V>(sum, value);
    }
    for (size_t j = 0; j < job.m; ++j)
      V::template store_shard<kFull>(job.parity + j * job.parity_stride, place, sum.low, sum.high);
  }
};

// Adds the inverse transform of one group of data shards to a column's sums.
template <class V>
struct EncodeGroup {
  const Rs16EncodeJob& job;
  unsigned log;
  size_t first;
  size_t offset;
  Rows<V> work;
  Rows<V> sum;

  template <bool kFull>
  PF_FEC_INLINE void run(typename V::Place place) const {
    const size_t size = size_t{1} << log;
    const size_t live = job.k - first < size ? job.k - first : size;
    const ReadShards<V, kFull> shards{job.data + first * job.data_stride, job.data_stride, place};
    if (first == 0)
      inverse_transform<V>(log, live, offset, shards, work, sum);
    else
      inverse_transform<V>(log, live, offset, shards, work, SumRows<V>{sum});
  }
};

// Transforms a column's sums to one group of parity shards.
template <class V>
struct EncodeParity {
  const Rs16EncodeJob& job;
  unsigned log;
  size_t first;
  size_t offset;
  Rows<V> work;
  Rows<V> sum;

  template <bool kFull>
  PF_FEC_INLINE void run(typename V::Place place) const {
    const size_t size = size_t{1} << log;
    const size_t need = job.m - first < size ? job.m - first : size;
    const WriteShards<V, kFull> shards{job.parity + first * job.parity_stride, job.parity_stride,
                                       place};
    forward_transform<V>(log, need, offset, sum, work, shards);
  }
};

// How many columns are worked on at a time: as many as keep their sums in the first-level cache,
// because whole shards are read best from end to end; where not even one does, as many as keep
// them in the second.
template <class V>
PF_FEC_INLINE size_t columns_at_a_time(size_t size) {
  const size_t column_bytes = size * 2 * V::kWidth;
  const size_t near = kRs16NearBytes / column_bytes;
  const size_t far = kRs16SumBytes / column_bytes;
  return near != 0 ? near : (far != 0 ? far : 1);
}

template <class V>
void encode(const Rs16EncodeJob& job) {
  const unsigned data_log = log_of_ceil(job.k);
  const unsigned parity_log = log_of_ceil(job.m);
  const unsigned log = data_log < parity_log ? data_log : parity_log;
  const size_t size = size_t{1} << log;
  const size_t columns = V::columns(job.bytes);
  if (log == 0) {
    for (size_t c = 0; c < columns; ++c) at_column<V>(job.bytes, c, EncodeSingle<V>{job});
    return;
  }
  // Equal powers of two make one chunk of either kind, and then both rates are the same code.
  const bool high_rate = parity_log <= data_log;
  const Rows<V> work{job.scratch};
  const size_t some = columns_at_a_time<V>(size);
  for (size_t from = 0; from < columns; from += some) {
    const size_t to = columns - from < some ? columns : from + some;
    for (size_t first = 0; first < job.k; first += size)
      for (size_t c = from; c < to; ++c)
        at_column<V>(job.bytes, c,
                     EncodeGroup<V>{job, log, first, high_rate ? first + size : 0, work,
                                    Rows<V>{work.at((1 + c - from) * size)}});
    for (size_t c = from; c < to; ++c)
      for (size_t first = 0; first < job.m; first += size)
        at_column<V>(job.bytes, c,
                     EncodeParity<V>{job, log, first, high_rate ? 0 : first + size, work,
                                     Rows<V>{work.at((1 + c - from) * size)}});
  }
}

// Multiplication by any element, given as a number.
template <class V>
PF_FEC_INLINE Pair<V> product(const Pair<V>& x, unsigned factor) {
  Pair<V> sum = zero_pair<V>();
  add_product<V>(sum, x, large_factors(factor), 0);
  return sum;
}

template <class V>
PF_FEC_INLINE void derivative(const Rows<V>& rows, size_t size) {
  // Row j gains the rows that differ from it by one more bit; those come later and are unchanged.
  for (size_t j = 0; j + 1 < size; ++j) {
    Pair<V> sum = rows.get(rows.at(j));
    for (size_t bit = 1; bit < size; bit *= 2)
      if ((j & bit) == 0) add_to<V>(sum, rows.get(rows.at(j | bit)));
    rows.put(rows.at(j), sum);
  }
}

template <class V>
struct DecodeColumn {
  const Rs16DecodeJob& job;

  template <bool kFull>
  PF_FEC_INLINE void run(typename V::Place place) const {
    const Rows<V> rows{job.scratch};
    size_t next = 0;
    for (size_t i = 0; i < job.inputs_count; ++i) {
      const Rs16Input& input = job.inputs[i];
      zero_rows<V>(rows, next, input.point);
      const ReadShards<V, kFull> shard{input.shard, 0, place};
      rows.put(rows.at(input.point), product<V>(shard.get(shard.at(0)), input.factor));
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
      shard.put(shard.at(0), product<V>(rows.get(rows.at(output.point)), output.factor));
    }
  }
};

template <class V>
void decode(const Rs16DecodeJob& job) {
  const size_t columns = V::columns(job.bytes);
  for (size_t c = 0; c < columns; ++c) at_column<V>(job.bytes, c, DecodeColumn<V>{job});
}

template <class V>
constexpr Rs16Kernel rs16_table_of() {
  return {encode<V>, decode<V>};
}

}  // namespace
}  // namespace pf::fec
