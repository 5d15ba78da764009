#include "input/x11/xtest.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <xcb/xcb.h>
#include <xcb/xtest.h>

#include <algorithm>
#include <bitset>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/thread.hpp"
#include "input/event_queue.hpp"
#include "input/text.hpp"
#include "input/vk_to_evdev.hpp"
#include "input/x11/keymap.hpp"

namespace pf::input::x11 {
namespace {

constexpr std::int32_t kNotch = 120;
constexpr xcb_button_t kScrollUp = 4, kScrollDown = 5, kScrollLeft = 6, kScrollRight = 7;
// A client that asks for a thousand notches at once gets this many: nobody can scroll further
// usefully, and the server should not be flooded.
constexpr std::int32_t kMaxNotchesAtOnce = 64;

struct FreeDeleter {
  void operator()(void* p) const { std::free(p); }
};
template <class T>
using Reply = std::unique_ptr<T, FreeDeleter>;

struct Disconnect {
  void operator()(xcb_connection_t* c) const { xcb_disconnect(c); }
};
using Connection = std::unique_ptr<xcb_connection_t, Disconnect>;

xcb_button_t x_button(Button button) {
  switch (button) {
    case Button::Left:
      return 1;
    case Button::Middle:
      return 2;
    case Button::Right:
      return 3;
    case Button::Side:
      return 8;
    case Button::Extra:
      return 9;
  }
  return 0;
}

class XTest final : public Injector {
 public:
  XTest(Connection connection, const xcb_screen_t& screen)
      : connection_(std::move(connection)),
        root_(screen.root),
        width_(screen.width_in_pixels),
        height_(screen.height_in_pixels),
        keymap_(connection_.get()),
        thread_([this] { run(); }) {}

  ~XTest() override {
    stop_.store(true, std::memory_order_release);
    queue_.wake();
    {
      // A server that hangs must not hold up the end of a session: after a moment the thread's
      // wait is broken by closing the socket under it.
      std::unique_lock lock(mutex_);
      if (!done_changed_.wait_for(lock, std::chrono::milliseconds(500), [this] { return done_; }))
        ::shutdown(xcb_get_file_descriptor(connection_.get()), SHUT_RDWR);
    }
    thread_.join();
    if (ignored_.value() != 0)
      log::debug("input", "X11 cannot perform some events", "ignored", ignored_.value());
  }

  const char* name() const override { return "xtest"; }
  void inject(const Event& event) noexcept override { queue_.push(event); }

 private:
  void run() noexcept {
    name_this_thread("pf-xtest");
    while (!stop_.load(std::memory_order_acquire)) {
      const bool lost = xcb_connection_has_error(connection_.get()) != 0;
      pollfd fds[2] = {{queue_.fd(), POLLIN, 0},
                       {lost ? -1 : xcb_get_file_descriptor(connection_.get()), POLLIN, 0}};
      ::poll(fds, 2, -1);
      queue_.clear_wake();
      read_server();
      drain();
    }
    drain();
    release_held();
    keymap_.give_back();
    // A round trip, so that the server has read everything before the socket closes.
    Reply<xcb_get_input_focus_reply_t>(xcb_get_input_focus_reply(
        connection_.get(), xcb_get_input_focus(connection_.get()), nullptr));
    const std::lock_guard lock(mutex_);
    done_ = true;
    done_changed_.notify_all();
  }

  void read_server() {
    while (const Reply<xcb_generic_event_t> event{xcb_poll_for_event(connection_.get())}) {
      const auto type = event->response_type & 0x7F;
      if (type == XCB_MAPPING_NOTIFY) keymap_.invalidate();
      if (type == XCB_CONFIGURE_NOTIFY) {
        const auto& configure = reinterpret_cast<const xcb_configure_notify_event_t&>(*event);
        if (configure.window == root_) {
          width_ = configure.width;
          height_ = configure.height;
        }
      }
    }
  }

  void drain() {
    while (const auto event = queue_.pop())
      std::visit([this](const auto& e) { perform(e); }, *event);
    if (queue_.take_overflow()) release_held();
    xcb_flush(connection_.get());
  }

  void fake(std::uint8_t type, std::uint8_t detail, std::int16_t x = 0, std::int16_t y = 0) {
    xcb_test_fake_input(connection_.get(), type, detail, XCB_CURRENT_TIME, XCB_NONE, x, y, 0);
  }

  void perform(const Key& key) {
    const std::uint8_t code = evdev_to_x11(key.code);
    if (code == 0) return ignored_.add();
    fake(key.down ? XCB_KEY_PRESS : XCB_KEY_RELEASE, code);
    keys_[code] = key.down;
  }

  void perform(const PointerButton& button) {
    const xcb_button_t number = x_button(button.button);
    if (number == 0) return ignored_.add();
    fake(button.down ? XCB_BUTTON_PRESS : XCB_BUTTON_RELEASE, number);
    buttons_[number] = button.down;
  }

  void perform(const PointerMotion& motion) {
    if (!std::isfinite(motion.dx) || !std::isfinite(motion.dy)) return ignored_.add();
    // Fractions of a pixel are kept for the next event.
    rest_x_ += motion.dx;
    rest_y_ += motion.dy;
    const float whole_x = std::clamp(std::trunc(rest_x_), -32768.0F, 32767.0F);
    const float whole_y = std::clamp(std::trunc(rest_y_), -32768.0F, 32767.0F);
    rest_x_ -= std::trunc(rest_x_);
    rest_y_ -= std::trunc(rest_y_);
    if (whole_x == 0 && whole_y == 0) return;
    fake(XCB_MOTION_NOTIFY, 1, static_cast<std::int16_t>(whole_x),
         static_cast<std::int16_t>(whole_y));
  }

  void perform(const PointerPosition& position) {
    if (!std::isfinite(position.x) || !std::isfinite(position.y)) return ignored_.add();
    const auto place = [](float part, std::uint16_t size) {
      const float last = static_cast<float>(std::max<int>(size, 1) - 1);
      return static_cast<std::int16_t>(std::lround(std::clamp(part, 0.0F, 1.0F) * last));
    };
    fake(XCB_MOTION_NOTIFY, 0, place(position.x, width_), place(position.y, height_));
  }

  void perform(const Scroll& scroll) {
    notches(scroll_y_, scroll.vertical, kScrollUp, kScrollDown);
    notches(scroll_x_, scroll.horizontal, kScrollRight, kScrollLeft);
  }

  void notches(std::int32_t& rest, std::int32_t amount, xcb_button_t positive,
               xcb_button_t negative) {
    if ((rest < 0) != (amount < 0) && amount != 0) rest = 0;  // a turn starts afresh
    constexpr std::int32_t limit = kMaxNotchesAtOnce * kNotch;
    rest += std::clamp(amount, -limit, limit);
    for (; rest >= kNotch; rest -= kNotch) click(positive);
    for (; rest <= -kNotch; rest += kNotch) click(negative);
  }

  void click(xcb_button_t button) {
    fake(XCB_BUTTON_PRESS, button);
    fake(XCB_BUTTON_RELEASE, button);
  }

  void perform(const Text& text) {
    std::string_view rest(text.utf8.data(), std::min<std::size_t>(text.length, text.utf8.size()));
    while (const char32_t code_point = next_code_point(rest)) {
      const std::uint32_t keysym = keysym_of(code_point);
      const auto stroke = keysym == 0 ? std::nullopt : keymap_.stroke(keysym);
      if (!stroke) {
        ignored_.add();
        continue;
      }
      type(*stroke);
    }
  }

  // Shift is put in the state that the character needs, then back to what the client holds.
  void type(const Stroke& stroke) {
    constexpr auto left = evdev_to_x11(KEY_LEFTSHIFT), right = evdev_to_x11(KEY_RIGHTSHIFT);
    const bool held = keys_[left] || keys_[right];
    const bool press = stroke.shift && !held;
    const bool lift = !stroke.shift && held;
    if (press) fake(XCB_KEY_PRESS, left);
    for (const auto code : {left, right})
      if (lift && keys_[code]) fake(XCB_KEY_RELEASE, code);
    fake(XCB_KEY_PRESS, stroke.keycode);
    fake(XCB_KEY_RELEASE, stroke.keycode);
    if (press) fake(XCB_KEY_RELEASE, left);
    for (const auto code : {left, right})
      if (lift && keys_[code]) fake(XCB_KEY_PRESS, code);
  }

  // XTEST has neither fingers nor pens: the first finger and the pen act as the pointer with its
  // left button, the pen's barrel buttons as the right and the middle one.
  void perform(const Touch& touch) {
    switch (touch.phase) {
      case TouchPhase::Down:
        if (finger_) return;  // a pointer has one place
        finger_ = touch.id;
        perform(PointerPosition{touch.x, touch.y});
        perform(PointerButton{Button::Left, true});
        return;
      case TouchPhase::Move:
        if (finger_ == touch.id) perform(PointerPosition{touch.x, touch.y});
        return;
      case TouchPhase::Hover:
        if (!finger_) perform(PointerPosition{touch.x, touch.y});
        return;
      case TouchPhase::Up:
      case TouchPhase::Cancel:
        if (finger_ != touch.id) return;
        [[fallthrough]];
      case TouchPhase::CancelAll:
        if (finger_) perform(PointerButton{Button::Left, false});
        finger_.reset();
        return;
      case TouchPhase::ButtonOnly:
      case TouchPhase::HoverLeave:
        return;
    }
  }

  void perform(const Pen& pen) {
    const bool gone = pen.phase == TouchPhase::Cancel || pen.phase == TouchPhase::CancelAll ||
                      pen.phase == TouchPhase::HoverLeave;
    if (!gone && pen.phase != TouchPhase::ButtonOnly) perform(PointerPosition{pen.x, pen.y});
    const bool stays = pen.phase == TouchPhase::Move || pen.phase == TouchPhase::ButtonOnly;
    const bool down = pen.phase == TouchPhase::Down || (pen_down_ && stays);
    if (down != pen_down_) perform(PointerButton{Button::Left, down});
    pen_down_ = down;
    const std::uint8_t buttons = gone ? std::uint8_t{0} : pen.buttons;
    const auto changed = static_cast<std::uint8_t>(buttons ^ pen_buttons_);
    if ((changed & 1) != 0) perform(PointerButton{Button::Right, (buttons & 1) != 0});
    if ((changed & 2) != 0) perform(PointerButton{Button::Middle, (buttons & 2) != 0});
    pen_buttons_ = buttons;
  }

  template <class Other>
  void perform(const Other&) {
    ignored_.add();  // pads are uinput's
  }

  void release_held() {
    for (std::size_t i = 0; i < keys_.size(); ++i)
      if (keys_[i]) fake(XCB_KEY_RELEASE, static_cast<std::uint8_t>(i));
    for (std::size_t i = 0; i < buttons_.size(); ++i)
      if (buttons_[i]) fake(XCB_BUTTON_RELEASE, static_cast<std::uint8_t>(i));
    keys_.reset();
    buttons_.reset();
    finger_.reset();
    pen_down_ = false;
    pen_buttons_ = 0;
  }

  Connection connection_;
  EventQueue queue_;
  metrics::Counter ignored_;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable done_changed_;
  bool done_ = false;

  // The thread's own.
  xcb_window_t root_;
  std::uint16_t width_, height_;
  Keymap keymap_;
  std::bitset<256> keys_;
  std::bitset<16> buttons_;
  float rest_x_ = 0, rest_y_ = 0;
  std::int32_t scroll_x_ = 0, scroll_y_ = 0;
  std::optional<std::uint32_t> finger_;  // the touch that is the pointer
  bool pen_down_ = false;
  std::uint8_t pen_buttons_ = 0;

  std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<Injector>> open(const media::DisplayTarget& target, const Options&,
                                       FeedbackSink&) {
  int number = 0;
  Connection connection(xcb_connect(target.x11_display.c_str(), &number));
  if (xcb_connection_has_error(connection.get()) != 0)
    return fail(Errc::ConnectFailed, "X display " + target.x11_display +
                                         " cannot be reached (is it running, and is XAUTHORITY "
                                         "set for this user?)");
  const auto* extension = xcb_get_extension_data(connection.get(), &xcb_test_id);
  if (extension == nullptr || extension->present == 0)
    return fail(Errc::ProtocolMissing,
                "X display " + target.x11_display + " has no XTEST extension");
  Reply<xcb_test_get_version_reply_t>(xcb_test_get_version_reply(
      connection.get(), xcb_test_get_version(connection.get(), 2, 2), nullptr));

  auto screens = xcb_setup_roots_iterator(xcb_get_setup(connection.get()));
  for (; number > 0 && screens.rem > 1; --number) xcb_screen_next(&screens);
  const std::uint32_t events = XCB_EVENT_MASK_STRUCTURE_NOTIFY;  // the root's size
  xcb_change_window_attributes(connection.get(), screens.data->root, XCB_CW_EVENT_MASK, &events);
  xcb_flush(connection.get());
  return std::make_unique<XTest>(std::move(connection), *screens.data);
}

}  // namespace pf::input::x11
