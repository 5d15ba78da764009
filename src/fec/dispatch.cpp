#include "fec/dispatch.hpp"

#include "fec/kernels.hpp"

namespace pf::fec {
namespace {

bool runs_here(Kernel kernel) noexcept {
  if (kernel == Kernel::Scalar) return true;
#if defined(__x86_64__)
  // The compiler's detection includes the operating system's consent to the wider registers.
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") != 0;
  const bool gfni = __builtin_cpu_supports("gfni") != 0;
  switch (kernel) {
    case Kernel::Scalar:
      return true;
    case Kernel::Ssse3:
      return __builtin_cpu_supports("ssse3") != 0;
    case Kernel::Avx2:
      return avx2;
    case Kernel::Avx2Gfni:
      return avx2 && gfni;
    case Kernel::Avx512Gfni:
      return gfni && __builtin_cpu_supports("avx512f") != 0 &&
             __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  }
#endif
  return false;
}

constexpr Kernel kAll[] = {Kernel::Scalar, Kernel::Ssse3, Kernel::Avx2, Kernel::Avx2Gfni,
                           Kernel::Avx512Gfni};

const KernelTable& table_of(Kernel kernel) noexcept {
#if defined(__x86_64__)
  switch (kernel) {
    case Kernel::Scalar:
      break;
    case Kernel::Ssse3:
      return kSsse3Kernel;
    case Kernel::Avx2:
      return kAvx2Kernel;
    case Kernel::Avx2Gfni:
      return kAvx2GfniKernel;
    case Kernel::Avx512Gfni:
      return kAvx512GfniKernel;
  }
#endif
  static_cast<void>(kernel);
  return kScalarKernel;
}

}  // namespace

const char* kernel_name(Kernel kernel) {
  switch (kernel) {
    case Kernel::Scalar:
      return "scalar";
    case Kernel::Ssse3:
      return "ssse3";
    case Kernel::Avx2:
      return "avx2";
    case Kernel::Avx2Gfni:
      return "avx2+gfni";
    case Kernel::Avx512Gfni:
      return "avx512+gfni";
  }
  return "unknown";
}

std::vector<Kernel> available_kernels() {
  std::vector<Kernel> kernels;
  for (const Kernel kernel : kAll)
    if (runs_here(kernel)) kernels.push_back(kernel);
  return kernels;
}

Kernel best_kernel() noexcept {
  static const Kernel best = [] {
    Kernel found = Kernel::Scalar;
    for (const Kernel kernel : kAll)
      if (runs_here(kernel)) found = kernel;
    return found;
  }();
  return best;
}

const KernelTable& kernel_for(Kernel kernel, std::size_t shard_bytes) noexcept {
  const KernelTable* table = &table_of(kernel);
#if defined(__x86_64__)
  if (shard_bytes < table->min_bytes && kernel != Kernel::Ssse3) table = &kSsse3Kernel;
#endif
  return shard_bytes < table->min_bytes ? kScalarKernel : *table;
}

}  // namespace pf::fec
