#include "fec/gf16.hpp"

namespace pf::fec::gf16 {
namespace {

void make_logarithms(Tables& tables) {
  std::vector<std::uint16_t> generator_log(65536);
  unsigned state = 1;
  for (unsigned i = 0; i < kModulus; ++i) {
    generator_log[state] = static_cast<std::uint16_t>(i);
    state <<= 1;
    if ((state & 0x10000) != 0) state ^= kPolynomial;
  }
  generator_log[0] = kModulus;
  tables.log.resize(65536);
  tables.exp.resize(65536);
  for (unsigned x = 0; x < 65536; ++x) tables.log[x] = generator_log[to_polynomial(x)];
  for (unsigned x = 0; x < 65536; ++x) tables.exp[tables.log[x]] = static_cast<std::uint16_t>(x);
  tables.exp[kModulus] = tables.exp[0];
}

void make_skew(Tables& tables) {
  const auto& log = tables.log;
  const auto times = [&](std::uint16_t x, std::uint16_t log_of_factor) -> std::uint16_t {
    if (x == 0) return 0;
    return tables.exp[fold(std::uint32_t{log[x]} + log_of_factor)];
  };
  auto& skew = tables.skew;
  skew.assign(kModulus, 0);
  std::array<std::uint16_t, 15> t{};
  for (unsigned i = 0; i < 15; ++i) t[i] = static_cast<std::uint16_t>(2U << i);
  for (unsigned m = 0; m < 15; ++m) {
    const std::size_t first = (std::size_t{1} << m) - 1;
    skew[first] = 0;
    for (unsigned i = m; i < 15; ++i) {
      const std::size_t half = std::size_t{2} << i;
      for (std::size_t j = first; j < half; j += std::size_t{2} << m)
        skew[j + half] = skew[j] ^ t[i];
    }
    t[m] = static_cast<std::uint16_t>(kModulus -
                                      log[times(t[m], log[static_cast<std::uint16_t>(t[m] ^ 1)])]);
    for (unsigned i = m + 1; i < 15; ++i)
      t[i] = times(t[i], fold(std::uint32_t{log[static_cast<std::uint16_t>(t[i] ^ 1)]} + t[m]));
  }
  for (auto& value : skew) value = log[value];
}

}  // namespace

const Tables& tables() {
  static const Tables made = [] {
    Tables fresh;
    make_logarithms(fresh);
    make_skew(fresh);
    return fresh;
  }();
  return made;
}

}  // namespace pf::fec::gf16
