// The clipboard of a Wayland compositor through wlr-data-control.
#pragma once

#include <memory>
#include <string>

#include "clipboard/clipboard.hpp"

namespace pf::clipboard::wlr {

// Connects to the socket (an absolute path). ConnectFailed; ProtocolMissing without data control or
// a seat. The clipboard runs a thread of its own, so programs that are slow with their text hold up
// nobody.
Result<std::unique_ptr<Clipboard>> open(const std::string& socket);

}  // namespace pf::clipboard::wlr
