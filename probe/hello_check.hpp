// The host's answer to a hello, held against what was asked and against the protocol
// (punktfunk1.md 3.3, 3.7, 4.1; punktfunk2.md 4.2, 4.5, 6.3).
#pragma once

#include <string>
#include <vector>

#include "native/wire/hello.hpp"

namespace pf::probe {

struct HelloFault {
  bool fatal = false;  // clients end the session over it
  std::string what;
};
std::vector<HelloFault> faults_of(native::wire::Generation generation,
                                  const native::wire::ClientHello& asked,
                                  const native::wire::ServerHello& answer);

// The hello of a present-day client: 1080p60, 20 Mb/s, every codec, stereo.
native::wire::ClientHello default_hello();

}  // namespace pf::probe
