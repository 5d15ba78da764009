// The clipboard of an X server: the CLIPBOARD selection (ICCCM 2).
#pragma once

#include <memory>
#include <string>

#include "clipboard/clipboard.hpp"

namespace pf::clipboard::x11 {

// Connects to the display (":0"). ConnectFailed; ProtocolMissing without the XFIXES extension,
// which tells when something is copied. The clipboard runs a thread of its own.
Result<std::unique_ptr<Clipboard>> open(const std::string& display);

}  // namespace pf::clipboard::x11
