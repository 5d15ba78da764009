// The definition, byte by byte: the oracle of every other kernel, and what runs where no vector
// instructions are known.
#include "fec/kernels.hpp"
#include "fec/tables.hpp"

namespace pf::fec {
namespace {

void add_product(uint8_t* out, const uint8_t* in, uint8_t c, size_t bytes, bool first) {
  const uint8_t* product = kProduct.at[c];
  for (size_t b = 0; b < bytes; ++b)
    out[b] = static_cast<uint8_t>(product[in[b]] ^ (first ? 0 : out[b]));
}

void encode(const uint8_t* data, uint8_t* parity, size_t stride, unsigned k, unsigned m,
            size_t bytes) {
  for (unsigned j = 0; j < m; ++j) {
    for (unsigned i = 0; i < k; ++i)
      add_product(parity + j * stride, data + i * stride, kInverse.at[(m + i) ^ j], bytes, i == 0);
  }
}

void combine(const uint8_t* const* inputs, unsigned inputs_count, uint8_t* const* outputs,
             unsigned outputs_count, const uint8_t* coefficients, size_t bytes) {
  for (unsigned r = 0; r < outputs_count; ++r) {
    for (unsigned i = 0; i < inputs_count; ++i)
      add_product(outputs[r], inputs[i], coefficients[r * inputs_count + i], bytes, i == 0);
  }
}

}  // namespace

const KernelTable kScalarKernel = {encode, encode, combine, 256, 0};

}  // namespace pf::fec
