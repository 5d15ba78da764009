#include <gtest/gtest.h>

#include <algorithm>

#include "input/injector.hpp"
#ifdef PF_HAVE_INPUT_UINPUT
#include <cerrno>

#include "input/uinput/uinput_pads.hpp"
#endif
#ifdef PF_HAVE_INPUT_UHID
#include <cerrno>

#include "input/uhid/uhid_pads.hpp"
#endif

namespace pf::input {
namespace {

class Ignore final : public FeedbackSink {
 public:
  void on_feedback(const FeedbackEvent&) noexcept override {}
};

TEST(InputRegistry, TheGeneratedPictureTakesEverythingAndDoesNothing) {
  Ignore feedback;
  auto injector = open({}, {.uinput_pads = false}, feedback);
  ASSERT_TRUE(injector);
  EXPECT_STREQ((*injector)->name(), "none");
  (*injector)->inject(Key{30, true});
  (*injector)->inject(PadState{.pad = 0, .buttons = 1});
}

TEST(InputRegistry, EveryProbeHasAReasonWhenItIsNotUsable) {
  const auto reports = probe_all();
  ASSERT_EQ(reports.size(), 4U);
  for (const auto& report : reports) EXPECT_NE(report.usable, !report.reason.empty());
}

#ifdef PF_HAVE_INPUT_X11
TEST(InputRegistry, AnX11DisplayThatIsNotThereIsATypedError) {
  Ignore feedback;
  media::DisplayTarget target;
  target.kind = media::DisplayKind::X11;
  target.x11_display = ":64999";
  const auto injector = open(target, {}, feedback);
  ASSERT_FALSE(injector);
  EXPECT_TRUE(injector.error().is(Errc::ConnectFailed));
  EXPECT_NE(injector.error().message().find(":64999"), std::string::npos);
}
#endif

#ifdef PF_HAVE_INPUT_UINPUT
TEST(InputRegistry, UinputProblemsNameTheFix) {
  EXPECT_NE(uinput::problem_text(ENOENT).find("modprobe uinput"), std::string::npos);
  EXPECT_NE(uinput::problem_text(ENOENT).find("--device /dev/uinput"), std::string::npos);
  EXPECT_NE(uinput::problem_text(EACCES).find("udev rule"), std::string::npos);
  EXPECT_NE(uinput::problem_text(EACCES).find("--device /dev/uinput"), std::string::npos);
  EXPECT_NE(uinput::problem_text(EIO).find("cannot be opened"), std::string::npos);
}
#endif

#ifdef PF_HAVE_INPUT_UHID
TEST(InputRegistry, UhidProblemsNameTheLossAndTheFix) {
  EXPECT_NE(uhid::problem_text(ENOENT).find("modprobe uhid"), std::string::npos);
  EXPECT_NE(uhid::problem_text(ENOENT).find("trigger effects"), std::string::npos);
  EXPECT_NE(uhid::problem_text(EACCES).find("udev rule"), std::string::npos);
  EXPECT_NE(uhid::problem_text(EIO).find("cannot be opened"), std::string::npos);
}
#endif

}  // namespace
}  // namespace pf::input
