// Native clients against the whole host: the reference client as a library.
#pragma once

#include "loopback/host_fixture.hpp"
#include "probe/client_session.hpp"

namespace pf::test {

// Client certificate number `n`, always the same within a build folder.
const crypto::Identity& native_identity(std::size_t n);

class NativeHostTest : public HostTest {
 protected:
  // A dial of device `n` in both generations' order of preference, 640×360 at 60 Hz, H.264.
  probe::SessionOptions options(std::size_t n = 0) const;
  // The same for a device that is paired.
  probe::SessionOptions paired_options(std::size_t n = 0, trust::Access access = {});
  static std::unique_ptr<probe::ClientSession> dial(probe::SessionOptions options);
  static crypto::Fingerprint fingerprint_of(std::size_t n) {
    return native_identity(n).certificate().fingerprint();
  }
};

inline constexpr std::chrono::milliseconds kNativePatience{20'000};

// Pictures and sound are there.
bool wait_for_native_media(probe::ClientSession& session, std::uint64_t frames = 20,
                           std::uint64_t packets = 40);
// Nothing the host sent was against the protocol.
void expect_no_violations(const probe::ClientSession& session);

}  // namespace pf::test
