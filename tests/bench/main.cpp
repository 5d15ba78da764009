// pf_bench: figures of the media path. `targets` prints the product's bars; quote ratios measured
// in one run, since bare times depend on the machine and on what else it does.
#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/bench.hpp"
#include "crypto/aead_libraries.hpp"
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
  fmt::print("CPU {}; kernel {}; compiler {}; {}; best GF kernel {}; ciphers by {}; load {:.1f}\n",
             cpu_model(), system.release, __VERSION__, build,
             pf::fec::kernel_name(pf::fec::best_kernel()), pf::crypto::best_aead_library(),
             load[0]);
}

}  // namespace

int main(int argc, char** argv) {
  namespace bench = pf::bench;
  struct Part {
    std::string_view name;
    void (*run)(const bench::Effort&);
  };
  constexpr Part kParts[] = {
      {"targets", bench::targets}, {"session", bench::session},   {"latency", bench::latency},
      {"parity", bench::parity},   {"parity16", bench::parity16}, {"sealing", bench::sealing},
      {"frames", bench::frames},   {"send", bench::sending},      {"native", bench::native}};
  bench::Effort effort;
  std::vector<Part> chosen;
  double beat_seconds = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto* part = std::find_if(std::begin(kParts), std::end(kParts),
                                    [&](const Part& p) { return p.name == word; });
    if (word == "--quick") {
      effort = {3, 0.0005};
    } else if (part != std::end(kParts)) {
      chosen.push_back(*part);
    } else if (word == "beat" && i + 1 < argc) {
      beat_seconds = std::strtod(argv[++i], nullptr);
    } else {
      fmt::print(stderr, "usage: pf_bench [--quick] [beat SECONDS]");
      for (const auto& p : kParts) fmt::print(stderr, " [{}]", p.name);
      fmt::print(stderr,
                 "\nWithout a name: everything but beat, which takes SECONDS for each rate.\n");
      return 2;
    }
  }
  if (chosen.empty() && beat_seconds <= 0) chosen.assign(std::begin(kParts), std::end(kParts));
  conditions();
  for (const auto& part : chosen) part.run(effort);
  if (beat_seconds > 0) bench::beat(beat_seconds);
  return 0;
}
