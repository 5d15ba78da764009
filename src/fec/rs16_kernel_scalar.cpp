// punktfunk1.md 6.6 to the letter, 32 elements at a time: the oracle of every other kernel, and
// what runs where no vector instructions are known.
#include <string.h>

#include "fec/gf16.hpp"
#include "fec/rs16_kernels.hpp"

namespace pf::fec {
namespace {

constexpr size_t kElements = 32;

struct Row {
  uint16_t at[kElements];
};

// One 64-byte chunk of a shard or its tail: `half` low bytes, then as many high bytes.
struct Chunk {
  size_t offset;
  size_t half;
};

Row read(const uint8_t* shard, const Chunk& chunk) {
  Row row{};
  const uint8_t* from = shard + chunk.offset;
  for (size_t i = 0; i < chunk.half; ++i)
    row.at[i] = static_cast<uint16_t>(from[i] | from[chunk.half + i] << 8);
  return row;
}

void write(uint8_t* shard, const Chunk& chunk, const Row& row) {
  uint8_t* to = shard + chunk.offset;
  for (size_t i = 0; i < chunk.half; ++i) {
    to[i] = static_cast<uint8_t>(row.at[i]);
    to[chunk.half + i] = static_cast<uint8_t>(row.at[i] >> 8);
  }
}

template <class Run>
void for_each_chunk(size_t bytes, const Run& run) {
  for (size_t offset = 0; offset < bytes; offset += 2 * kElements)
    run(Chunk{offset, (bytes - offset < 2 * kElements ? bytes - offset : 2 * kElements) / 2});
}

size_t power_of_two_from(size_t n) {
  size_t power = 1;
  while (power < n) power *= 2;
  return power;
}

class Transform {
 public:
  Transform() : tables_(gf16::tables()) {}

  uint16_t log_of(uint16_t x) const { return tables_.log[x]; }

  void add(Row& a, const Row& b) const {
    for (size_t i = 0; i < kElements; ++i) a.at[i] ^= b.at[i];
  }
  // a ^= b * s
  void add_product(Row& a, const Row& b, uint16_t log_of_s) const {
    if (log_of_s == gf16::kModulus) return;
    for (size_t i = 0; i < kElements; ++i) a.at[i] ^= product(b.at[i], log_of_s);
  }
  void multiply(Row& a, uint16_t log_of_factor) const {
    for (size_t i = 0; i < kElements; ++i) a.at[i] = product(a.at[i], log_of_factor);
  }

  void inverse(Row* rows, size_t size, size_t skew_offset) const {
    for (size_t d = 1; d < size; d *= 2) {
      for (size_t r = 0; r < size; r += 2 * d) {
        const uint16_t s = tables_.skew[r + d + skew_offset - 1];
        for (size_t i = r; i < r + d; ++i) {
          add(rows[i + d], rows[i]);
          add_product(rows[i], rows[i + d], s);
        }
      }
    }
  }
  void forward(Row* rows, size_t size, size_t skew_offset) const {
    for (size_t d = size / 2; d > 0; d /= 2) {
      for (size_t r = 0; r < size; r += 2 * d) {
        const uint16_t s = tables_.skew[r + d + skew_offset - 1];
        for (size_t i = r; i < r + d; ++i) {
          add_product(rows[i], rows[i + d], s);
          add(rows[i + d], rows[i]);
        }
      }
    }
  }

 private:
  uint16_t product(uint16_t x, uint16_t log_of_factor) const {
    if (x == 0) return 0;
    return tables_.exp[gf16::fold(uint32_t{tables_.log[x]} + log_of_factor)];
  }

  const gf16::Tables& tables_;
};

// Reads `count` shards into rows and zeroes the rest.
void gather(const Rs16EncodeJob& job, const Chunk& chunk, size_t first, size_t size, Row* rows) {
  for (size_t i = 0; i < size; ++i) {
    const size_t shard = first + i;
    rows[i] = shard < job.k ? read(job.data + shard * job.data_stride, chunk) : Row{};
  }
}

void scatter(const Rs16EncodeJob& job, const Chunk& chunk, size_t first, size_t size,
             const Row* rows) {
  for (size_t i = 0; i < size && first + i < job.m; ++i)
    write(job.parity + (first + i) * job.parity_stride, chunk, rows[i]);
}

void encode_high_rate(const Rs16EncodeJob& job, const Chunk& chunk, const Transform& transform,
                      size_t size) {
  Row* sum = reinterpret_cast<Row*>(job.scratch);
  Row* work = sum + size;
  for (size_t i = 0; i < size; ++i) sum[i] = {};
  for (size_t first = 0; first < job.k; first += size) {
    gather(job, chunk, first, size, work);
    transform.inverse(work, size, first + size);
    for (size_t i = 0; i < size; ++i) transform.add(sum[i], work[i]);
  }
  transform.forward(sum, size, 0);
  scatter(job, chunk, 0, size, sum);
}

void encode_low_rate(const Rs16EncodeJob& job, const Chunk& chunk, const Transform& transform,
                     size_t size) {
  Row* values = reinterpret_cast<Row*>(job.scratch);
  Row* work = values + size;
  gather(job, chunk, 0, size, values);
  transform.inverse(values, size, 0);
  for (size_t first = 0; first < job.m; first += size) {
    memcpy(work, values, size * sizeof(Row));
    transform.forward(work, size, first + size);
    scatter(job, chunk, first, size, work);
  }
}

void encode(const Rs16EncodeJob& job) {
  const size_t data_size = power_of_two_from(job.k);
  const size_t parity_size = power_of_two_from(job.m);
  const bool high_rate = data_size > parity_size || (data_size == parity_size && job.k <= job.m);
  const Transform transform;
  for_each_chunk(job.bytes, [&](const Chunk& chunk) {
    if (high_rate)
      encode_high_rate(job, chunk, transform, parity_size);
    else
      encode_low_rate(job, chunk, transform, data_size);
  });
}

void decode(const Rs16DecodeJob& job) {
  const Transform transform;
  Row* rows = reinterpret_cast<Row*>(job.scratch);
  for_each_chunk(job.bytes, [&](const Chunk& chunk) {
    for (size_t i = 0; i < job.size; ++i) rows[i] = {};
    for (size_t i = 0; i < job.inputs_count; ++i) {
      const Rs16Input& input = job.inputs[i];
      rows[input.point] = read(input.shard, chunk);
      transform.multiply(rows[input.point], transform.log_of(input.factor));
    }
    transform.inverse(rows, job.size, 0);
    for (size_t i = 1; i < job.size; ++i) {
      const size_t width = i & (~i + 1);
      for (size_t j = i; j < i + width; ++j) transform.add(rows[j - width], rows[j]);
    }
    transform.forward(rows, job.size, 0);
    for (size_t i = 0; i < job.outputs_count; ++i) {
      const Rs16Output& output = job.outputs[i];
      transform.multiply(rows[output.point], transform.log_of(output.factor));
      write(output.shard, chunk, rows[output.point]);
    }
  });
}

}  // namespace

const Rs16Kernel kRs16ScalarKernel = {encode, decode};

}  // namespace pf::fec
