// From capture to socket nothing allocates, locks or logs once a stream runs: whole hosts stream to
// both kinds of clients while every allocation and every mutex on the media threads is counted,
// those of libraries included. (A log line takes a lock and memory, so it counts too.)
#include <cstdlib>
#include <mutex>

#include "base/log.hpp"
#include "base/thread.hpp"
#include "loopback/native_fixture.hpp"
#include "support/quiet_hook.hpp"

namespace pf::test {
namespace {

constexpr std::uint64_t kFrames = 240;

// More of everything than in these frames, on the threads that own a scope.
void expect_quiet(std::uint64_t frames) {
  const auto seen = quiet_counts();
  EXPECT_EQ(seen.allocations, 0U) << quiet_first();
  EXPECT_EQ(seen.locks, 0U) << quiet_first();
  EXPECT_GE(seen.sends, frames) << "the media threads were not looked at";
}

class Quiet : public NativeHostTest {};

TEST(QuietHook, SeesWhatItIsFor) {
  std::mutex mutex;
  quiet_reset();
  {
    const NoAllocScope scope;
    // Through a pointer that no compiler sees through, or it would leave both out.
    void* (*volatile allocate)(std::size_t) = &std::malloc;
    std::free(allocate(100));
  }
  EXPECT_EQ(quiet_counts().allocations, 1U);
  EXPECT_NE(quiet_first(), "");
  {
    const NoAllocScope scope;
    const std::lock_guard lock(mutex);
  }
  EXPECT_GE(quiet_counts().locks, 1U);
  quiet_reset();
  {
    const NoAllocScope scope;
    log::warn("test", "a line on a media thread");
  }
  EXPECT_GE(quiet_counts().allocations + quiet_counts().locks, 1U);
  quiet_reset();
  const std::lock_guard lock(mutex);
  std::free(std::malloc(100));
  EXPECT_EQ(quiet_counts().allocations, 0U);
  EXPECT_EQ(quiet_counts().locks, 0U);
}

TEST_F(Quiet, NativeStreams) {
  std::size_t device = 0;
  for (const char* alpn : {"pkf1", "pkf2"}) {
    SCOPED_TRACE(alpn);
    auto o = paired_options(device++);
    o.alpns = {alpn};
    const auto session = dial(std::move(o));
    ASSERT_TRUE(wait_for_native_media(*session, 30, 60));
    quiet_reset();
    const auto before = session->statistics().video.clean;
    ASSERT_TRUE(wait_for_native_media(*session, before + kFrames, 100));
    expect_quiet(kFrames);
    session->close(0x51, "done");
    ASSERT_TRUE(session->wait_closed(kNativePatience));
  }
}

TEST_F(Quiet, MoonlightStreams) {
  for (const bool encrypted : {false, true}) {
    SCOPED_TRACE(encrypted ? "encrypted" : "plain");
    const auto client = paired_client(encrypted ? 1 : 0);
    GsStreamOptions options;
    options.encrypt_video = options.encrypt_audio = encrypted;
    stream(*client, options);
    ASSERT_TRUE(wait_for_media(*client));
    quiet_reset();
    const auto now = client->stream().state();
    ASSERT_TRUE(wait_for_media(*client, now.shown_frames + kFrames, now.audio_packets + kFrames));
    // Sound leaves on a thread with a scope as well.
    expect_quiet(2 * kFrames);
    client->leave();
  }
}

}  // namespace
}  // namespace pf::test
