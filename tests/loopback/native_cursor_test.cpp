// The cursor channel over the whole host: a pointer that walks, changes and hides
// (capture/synthetic/pointer.hpp), drawn by the client or by the host.
#include <mutex>
#include <set>

#include "capture/synthetic/pointer.hpp"
#include "loopback/native_fixture.hpp"

namespace pf::test {
namespace {

namespace wire = native::wire;

class Places final : public probe::SessionObserver {
 public:
  void on_plane(const wire::Plane& plane) override {
    if (plane.tag != wire::Tag::Cursor) return;
    const std::lock_guard lock(mutex_);
    if (const auto state = wire::decode_cursor(plane)) states_.push_back(*state);
  }
  std::vector<wire::CursorState> states() const {
    const std::lock_guard lock(mutex_);
    return states_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<wire::CursorState> states_;
};

class NativeCursor : public NativeHostTest, public testing::WithParamInterface<const char*> {
 protected:
  std::unique_ptr<probe::ClientSession> start(bool draws) {
    auto o = paired_options();
    o.alpns = {GetParam()};
    if (draws) o.hello.client_caps |= wire::client_cap::kCursor;
    o.observer = &places_;
    return dial(std::move(o));
  }
  Places places_;
};
INSTANTIATE_TEST_SUITE_P(Alpn, NativeCursor, testing::Values("pkf1", "pkf2"),
                         [](const auto& param) { return std::string(param.param); });

TEST_P(NativeCursor, ShapesAndPlacesOfAPointerThatChangesAndHides) {
  const auto session = start(true);
  ASSERT_TRUE(session->wait_for_frames(10, kNativePatience));
  EXPECT_NE(session->statistics().hello->host_caps & wire::host_cap::kCursor, 0);
  // Arrow, cross, hidden, arrow again.
  const auto third = session->wait_message<wire::CursorShape>(kNativePatience, 3);
  ASSERT_TRUE(third);
  ASSERT_TRUE(session->wait_for_frames(session->statistics().video.frames + 5, kNativePatience));
  const auto arrow = capture::synthetic::pointer_image(capture::synthetic::PointerLook::Arrow);
  EXPECT_EQ(third->width, arrow.width);
  EXPECT_EQ(third->height, arrow.height);
  EXPECT_EQ(third->hot_x, 0);
  std::set<std::uint32_t> serials;
  bool hint = false;
  std::optional<wire::CursorState> before;
  const auto states = places_.states();
  for (const auto& state : states) {
    if (state.visible) serials.insert(state.serial);
    EXPECT_LT(state.x, 640);
    EXPECT_LT(state.y, 360);
    EXPECT_NE(state.visible, state.relative) << "hidden after it was seen";
    hint = hint || state.relative;
    if (before && before->visible && !state.visible) {
      EXPECT_EQ(state.x, before->x) << "where it was last";
      EXPECT_EQ(state.y, before->y);
    }
    before = state;
  }
  EXPECT_TRUE(hint);
  EXPECT_EQ(serials, (std::set<std::uint32_t>{1, 2, 3}));
  // One with each frame, but for what was lost or is on its way.
  EXPECT_GT(states.size() + 10, session->statistics().video.frames * 9 / 10);
  expect_no_violations(*session);
}

TEST_P(NativeCursor, WhoDoesNotDrawItHearsNothing) {
  const auto session = start(false);
  ASSERT_TRUE(session->wait_for_frames(60, kNativePatience));
  EXPECT_EQ(session->statistics().hello->host_caps & wire::host_cap::kCursor, 0);
  EXPECT_TRUE(places_.states().empty());
  EXPECT_EQ(session->statistics().cursor_shapes, 0U);
}

TEST_P(NativeCursor, TheHostDrawsItOnRequestAndFallsSilent) {
  const auto session = start(true);
  ASSERT_TRUE(session->wait_message<wire::CursorShape>(kNativePatience));
  session->send(wire::CursorRender{false});
  // Answered in order: by then the host has read the wish.
  session->send(wire::Reconfigure{{640, 360, 60}});
  ASSERT_TRUE(session->wait_message<wire::Reconfigured>(kNativePatience));
  const auto quiet_from = places_.states().size();
  ASSERT_TRUE(session->wait_for_frames(session->statistics().video.frames + 60, kNativePatience));
  EXPECT_LE(places_.states().size(), quiet_from + 3) << "what was on its way";
  const auto shapes = session->statistics().cursor_shapes;
  session->send(wire::CursorRender{true});
  const auto silent = places_.states().size();
  ASSERT_TRUE(session->wait_until(
      [&](const auto& view) { return view.statistics.cursor_states > silent + 10; },
      kNativePatience));
  EXPECT_GE(session->statistics().cursor_shapes, shapes);
  expect_no_violations(*session);
}

TEST_P(NativeCursor, FollowsAChangeOfMode) {
  const auto session = start(true);
  ASSERT_TRUE(session->wait_for_frames(30, kNativePatience));
  const auto shapes = session->statistics().cursor_shapes;
  session->send(wire::Reconfigure{{1280, 720, 60}});
  ASSERT_TRUE(session->wait_message<wire::Reconfigured>(kNativePatience)->accepted);
  // The new source walks the new picture.
  ASSERT_TRUE(session->wait_until(
      [&](const auto& view) { return view.statistics.cursor_shapes > shapes; }, kNativePatience));
  ASSERT_TRUE(session->wait_for_frames(session->statistics().video.frames + 100, kNativePatience));
  std::int32_t rightmost = 0;
  for (const auto& state : places_.states()) rightmost = std::max(rightmost, state.x);
  EXPECT_LT(rightmost, 1280);
  expect_no_violations(*session);
}

}  // namespace
}  // namespace pf::test
