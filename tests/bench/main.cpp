// pf_bench [--quick] [parity] [parity16] [frames] [send] [native]: figures of the media path. Quote
// ratios measured in one run; bare times depend on the machine and on what else it does.
#include <fmt/format.h>
#include <sys/utsname.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "bench/bench.hpp"
#include "fec/dispatch.hpp"

namespace {

std::string cpu_model() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name"))
      if (const auto colon = line.find(": "); colon != std::string::npos)
        return line.substr(colon + 2);
  return "unknown";
}

void conditions() {
  utsname system{};
  ::uname(&system);
  double load[1] = {};
  static_cast<void>(::getloadavg(load, 1));
#ifdef __OPTIMIZE__
  const char* build = "optimised";
#else
  const char* build = "NOT optimised: figures are meaningless";
#endif
  fmt::print("CPU {}; kernel {}; compiler {}; {}; best GF kernel {}; load {:.1f}\n", cpu_model(),
             system.release, __VERSION__, build, pf::fec::kernel_name(pf::fec::best_kernel()),
             load[0]);
}

}  // namespace

int main(int argc, char** argv) {
  pf::bench::Effort effort;
  bool all = true;
  bool parity = false;
  bool parity16 = false;
  bool frames = false;
  bool send = false;
  bool native = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--quick") {
      effort = {3, 0.0005};
      continue;
    }
    all = false;
    if (word == "parity") {
      parity = true;
    } else if (word == "parity16") {
      parity16 = true;
    } else if (word == "frames") {
      frames = true;
    } else if (word == "send") {
      send = true;
    } else if (word == "native") {
      native = true;
    } else {
      fmt::print(stderr,
                 "usage: pf_bench [--quick] [parity] [parity16] [frames] [send] [native]\n");
      return 2;
    }
  }
  conditions();
  if (all || parity) pf::bench::parity(effort);
  if (all || parity16) pf::bench::parity16(effort);
  if (all || frames) pf::bench::frames(effort);
  if (all || send) pf::bench::sending(effort);
  if (all || native) pf::bench::native(effort);
  return 0;
}
