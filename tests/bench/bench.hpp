// The parts of pf_bench.
#pragma once

namespace pf::bench {

struct Effort {
  int rounds = 31;
  double round_seconds = 0.005;
};

void parity(const Effort& effort);
void parity16(const Effort& effort);
void frames(const Effort& effort);
void sending(const Effort& effort);
void native(const Effort& effort);

}  // namespace pf::bench
