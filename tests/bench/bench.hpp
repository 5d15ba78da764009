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
void sealing(const Effort& effort);
// The bars of the product, each as a ratio with its spread.
void targets(const Effort& effort);
// One native session from sink to whole frames over loopback, both ends at work.
void session(const Effort& effort);
// Capture stamp to last packet, with an encoder that takes no time, through the real pipeline.
void latency(const Effort& effort);
// The real pipeline in real time: do source, encoder and sender beat against each other?
void beat(double seconds);

}  // namespace pf::bench
