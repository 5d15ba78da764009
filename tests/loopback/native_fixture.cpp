#include "loopback/native_fixture.hpp"

#include <filesystem>
#include <map>
#include <mutex>

namespace pf::test {

using native::wire::CloseCode;

const crypto::Identity& native_identity(std::size_t n) {
  static std::mutex mutex;
  static std::map<std::size_t, crypto::Identity> made;
  const std::lock_guard lock(mutex);
  const auto it = made.find(n);
  if (it != made.end()) return it->second;
  const std::filesystem::path folder = PF_TEST_KEYS "/native-" + std::to_string(n);
  std::filesystem::create_directories(folder);
  return made.emplace(n, crypto::Identity::load_or_create(folder).value()).first->second;
}

probe::SessionOptions NativeHostTest::options(std::size_t n) const {
  probe::SessionOptions options;
  options.host = host.native_v4();
  options.identity = native_identity(n);
  options.expected_host = host.fingerprint();
  options.hello = probe::default_hello();
  options.hello.mode = {640, 360, 60};
  options.hello.codecs = native::wire::codec_bit::kH264;
  options.hello.preferred_codec = 0;
  options.hello.bitrate_kbps = 4'000;
  options.hello.name = "device " + std::to_string(n);
  // The synthetic encoder's units are shaped like pictures, no more.
  options.check_pictures = false;
  return options;
}

probe::SessionOptions NativeHostTest::paired_options(std::size_t n, trust::Access access) {
  host.admit_native(fingerprint_of(n), "device " + std::to_string(n), access);
  return options(n);
}

std::unique_ptr<probe::ClientSession> NativeHostTest::dial(probe::SessionOptions options) {
  auto session = probe::ClientSession::start(std::move(options));
  EXPECT_TRUE(session) << session.error().message();
  return session ? std::move(*session) : nullptr;
}

bool wait_for_native_media(probe::ClientSession& session, std::uint64_t frames,
                           std::uint64_t packets) {
  return session.wait_until(
      [&](const probe::SessionBoard::View& view) {
        return view.statistics.video.clean >= frames && view.statistics.audio.packets >= packets;
      },
      kNativePatience);
}

void expect_no_violations(const probe::ClientSession& session) {
  const auto statistics = session.statistics();
  EXPECT_TRUE(statistics.violations.empty()) << probe::to_text(statistics);
}

}  // namespace pf::test
