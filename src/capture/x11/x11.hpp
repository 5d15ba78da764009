// Pictures of an X server's root window: XCB with MIT-SHM, DAMAGE and XFIXES.
#pragma once

#include <memory>

#include "capture/capture.hpp"

namespace pf::capture::x11 {

// Worker thread; does not connect yet. start() fails with ConnectFailed (no server, no access),
// ProtocolMissing (an extension is absent) or Unavailable (the server cannot share memory with
// this process, or its pixels are not 32 bits), each with the fix in its text.
Result<std::unique_ptr<Source>> open(const media::DisplayTarget& target, const Options& options);

}  // namespace pf::capture::x11
