#include "input/pad_thread.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <condition_variable>
#include <mutex>

#include "base/unique_fd.hpp"

namespace pf::input {
namespace {

// What the thread asked of the devices; the test waits for it.
struct Diary {
  std::mutex mutex;
  std::condition_variable changed;
  bool held = false;  // the thread stands still in perform()
  unsigned performed = 0, rested = 0, served = 0;
  int device = -1;

  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(20), condition);
  }
  template <class Change>
  void note(Change change) {
    const std::lock_guard lock(mutex);
    change();
    changed.notify_all();
  }
};

class NotedPads {
 public:
  static constexpr const char* kName = "noted";
  static constexpr const char* kThread = "pf-noted";

  explicit NotedPads(Diary& diary) : diary_(diary) {}
  int fd(std::size_t pad) const { return pad == 3 ? diary_.device : -1; }
  int timeout_ms() const { return -1; }
  void serve(std::size_t pad, bool readable) {
    if (!readable) return;
    EXPECT_EQ(pad, 3U);
    eventfd_t count = 0;
    eventfd_read(diary_.device, &count);
    diary_.note([&] { ++diary_.served; });
  }
  void rest() {
    diary_.note([&] { ++diary_.rested; });
  }
  template <class E>
  bool perform(const E&) {
    std::unique_lock lock(diary_.mutex);
    ++diary_.performed;
    diary_.changed.notify_all();
    diary_.changed.wait(lock, [&] { return !diary_.held; });
    return true;
  }

 private:
  Diary& diary_;
};

TEST(PadThread, PerformsWhatIsInjectedAndServesReadableDevices) {
  Diary diary;
  const UniqueFd device(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  diary.device = device.get();
  auto pads = PadThread<NotedPads>::start(diary);
  ASSERT_TRUE(pads.has_value());
  EXPECT_STREQ((*pads)->name(), "noted");
  for (int i = 0; i < 5; ++i) (*pads)->inject(PadState{.pad = 3});
  EXPECT_TRUE(diary.wait([&] { return diary.performed == 5; }));
  eventfd_write(device.get(), 1);
  EXPECT_TRUE(diary.wait([&] { return diary.served == 1; }));
  pads->reset();
  EXPECT_EQ(diary.rested, 0U);
}

TEST(PadThread, LostEventsLeaveNothingHeld) {
  Diary diary;
  diary.held = true;
  auto pads = PadThread<NotedPads>::start(diary);
  ASSERT_TRUE(pads.has_value());
  for (int i = 0; i < 3000; ++i) (*pads)->inject(PadState{.pad = 1});
  diary.note([&] { diary.held = false; });
  EXPECT_TRUE(diary.wait([&] { return diary.rested == 1; }));
  EXPECT_LT(diary.performed, 3000U);
}

TEST(PadThread, WithoutDescriptorsItIsRefusedAndNobodyWaits) {
  Diary diary;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = UniqueFd(eventfd(0, EFD_CLOEXEC)).get();
  ASSERT_GE(next, 0);
  auto none = before;
  none.rlim_cur = static_cast<rlim_t>(next);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto pads = PadThread<NotedPads>::start(diary);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(pads.has_value());
  EXPECT_TRUE(pads.error().is(Errc::Unavailable));
}

}  // namespace
}  // namespace pf::input
