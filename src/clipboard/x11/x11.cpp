#include "clipboard/x11/x11.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <xcb/xcb.h>
#include <xcb/xfixes.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "base/thread.hpp"
#include "base/unique_fd.hpp"

namespace pf::clipboard::x11 {
namespace {

// A program that was asked for its text and says nothing is not waited for any longer.
constexpr std::chrono::seconds kPatience{5};
constexpr std::uint32_t kPieceWords = 64 * 1024;  // of a property, per request

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
template <class T>
using Reply = std::unique_ptr<T, Free>;

enum AtomName : std::size_t {
  kClipboard,
  kTargets,
  kUtf8,
  kTextPlainUtf8,
  kTextPlain,
  kText,
  kIncr,
  kSecret,
  kProperty,
  kAtoms
};
constexpr std::array<const char*, kAtoms> kNames{
    "CLIPBOARD",          "TARGETS", "UTF8_STRING", "text/plain;charset=utf-8",
    "text/plain",         "TEXT",    "INCR",        "x-kde-passwordManagerHint",
    "PUNKTFUNK_CLIPBOARD"};

class X11Clipboard final : public Clipboard {
 public:
  ~X11Clipboard() override;
  Result<> connect(const std::string& display);

  const char* name() const override { return "x11"; }
  void start(Listener& listener) override;
  void stop() override;
  void set_text(std::string text) override;

 private:
  // The answers we wait for: first what kinds there are, then the text, perhaps in pieces.
  enum class Ask : std::uint8_t { Nothing = 1, Kinds, Text, Pieces };

  xcb_atom_t atom(AtomName name) const { return atoms_[name]; }
  void run();
  void handle(const xcb_generic_event_t& event);
  void on_owner(const xcb_xfixes_selection_notify_event_t& event);
  void on_answer(const xcb_selection_notify_event_t& event);
  void on_property(const xcb_property_notify_event_t& event);
  void on_request(const xcb_selection_request_event_t& request);
  void ask(AtomName target, Ask what);
  // The property that an answer was put into, which goes with it; `type` as it was.
  std::string take_property(xcb_atom_t& type);
  void give(std::string text);
  void take_text();

  xcb_connection_t* connection_ = nullptr;
  xcb_window_t window_ = XCB_NONE;
  std::uint8_t xfixes_event_ = 0;
  std::array<xcb_atom_t, kAtoms> atoms_{};
  Listener* listener_ = nullptr;
  Ask asked_ = Ask::Nothing;
  SteadyTime deadline_ = SteadyTime::max();
  xcb_timestamp_t time_ = XCB_CURRENT_TIME;  // of the selection that is asked for
  std::string pieces_;
  std::string text_;  // ours, while we own the selection
  bool owner_ = false;

  UniqueFd wake_;
  std::mutex mutex_;
  std::string wanted_;  // by set_text(); empty = nothing new
  bool stopping_ = false;
  std::jthread thread_;
};

X11Clipboard::~X11Clipboard() {
  X11Clipboard::stop();
  if (connection_ != nullptr) xcb_disconnect(connection_);
}

Result<> X11Clipboard::connect(const std::string& display) {
  wake_ = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (wake_.get() < 0) return fail_errno(errno, "eventfd");
  int number = 0;
  connection_ = xcb_connect(display.c_str(), &number);
  if (xcb_connection_has_error(connection_) != 0) return fail(Errc::ConnectFailed, display);
  const auto* xfixes = xcb_get_extension_data(connection_, &xcb_xfixes_id);
  if (xfixes == nullptr || xfixes->present == 0) return fail(Errc::ProtocolMissing, "XFIXES");
  xfixes_event_ = xfixes->first_event;
  const Reply<xcb_xfixes_query_version_reply_t> version(xcb_xfixes_query_version_reply(
      connection_, xcb_xfixes_query_version(connection_, 1, 0), nullptr));
  std::array<xcb_intern_atom_cookie_t, kAtoms> cookies;
  for (std::size_t i = 0; i < kAtoms; ++i)
    cookies[i] = xcb_intern_atom(
        connection_, 0, static_cast<std::uint16_t>(std::string_view(kNames[i]).size()), kNames[i]);
  for (std::size_t i = 0; i < kAtoms; ++i) {
    const Reply<xcb_intern_atom_reply_t> reply(
        xcb_intern_atom_reply(connection_, cookies[i], nullptr));
    if (!reply) return fail(Errc::ConnectFailed, display);
    atoms_[i] = reply->atom;
  }
  auto screens = xcb_setup_roots_iterator(xcb_get_setup(connection_));
  for (; number > 0 && screens.rem > 1; --number) xcb_screen_next(&screens);
  if (!version || screens.rem == 0) return fail(Errc::ConnectFailed, display);
  window_ = xcb_generate_id(connection_);
  const std::uint32_t events = XCB_EVENT_MASK_PROPERTY_CHANGE;
  xcb_create_window(connection_, 0, window_, screens.data->root, 0, 0, 1, 1, 0,
                    XCB_WINDOW_CLASS_INPUT_ONLY, XCB_COPY_FROM_PARENT, XCB_CW_EVENT_MASK, &events);
  return {};
}

void X11Clipboard::start(Listener& listener) {
  listener_ = &listener;
  thread_ = std::jthread([this] { run(); });
}

void X11Clipboard::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  static_cast<void>(::eventfd_write(wake_.get(), 1));
  if (thread_.joinable()) thread_.join();
}

void X11Clipboard::set_text(std::string text) {
  if (!good_text(text)) return;
  {
    const std::scoped_lock lock(mutex_);
    wanted_ = std::move(text);
  }
  static_cast<void>(::eventfd_write(wake_.get(), 1));
}

// -- the rest: the clipboard's thread
// --------------------------------------------------------------

void X11Clipboard::run() {
  name_this_thread("pf-clipboard");
  xcb_xfixes_select_selection_input(connection_, window_, atom(kClipboard),
                                    XCB_XFIXES_SELECTION_EVENT_MASK_SET_SELECTION_OWNER);
  ask(kTargets, Ask::Kinds);  // what is there already
  for (;;) {
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_) return;
    }
    take_text();
    while (const Reply<xcb_generic_event_t> event{xcb_poll_for_event(connection_)}) handle(*event);
    if (xcb_flush(connection_) <= 0 || xcb_connection_has_error(connection_) != 0) return;
    if (steady_now() >= deadline_) asked_ = Ask::Nothing, deadline_ = SteadyTime::max();
    pollfd items[2] = {{xcb_get_file_descriptor(connection_), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
    int wait_ms = -1;
    if (deadline_ != SteadyTime::max())
      wait_ms = static_cast<int>(std::max<std::int64_t>(
          1, std::chrono::ceil<std::chrono::milliseconds>(deadline_ - steady_now()).count()));
    static_cast<void>(::poll(items, 2, wait_ms));
    eventfd_t ignored = 0;
    static_cast<void>(::eventfd_read(wake_.get(), &ignored));
  }
}

void X11Clipboard::handle(const xcb_generic_event_t& event) {
  const auto kind = event.response_type & 0x7FU;
  const auto& any = event;
  if (kind == xfixes_event_ + std::uint32_t{XCB_XFIXES_SELECTION_NOTIFY})
    on_owner(reinterpret_cast<const xcb_xfixes_selection_notify_event_t&>(any));
  else if (kind == XCB_SELECTION_NOTIFY)
    on_answer(reinterpret_cast<const xcb_selection_notify_event_t&>(any));
  else if (kind == XCB_PROPERTY_NOTIFY)
    on_property(reinterpret_cast<const xcb_property_notify_event_t&>(any));
  else if (kind == XCB_SELECTION_REQUEST)
    on_request(reinterpret_cast<const xcb_selection_request_event_t&>(any));
}

void X11Clipboard::on_owner(const xcb_xfixes_selection_notify_event_t& event) {
  owner_ = event.owner == window_;
  if (owner_) return;
  text_.clear();
  time_ = event.selection_timestamp;
  asked_ = Ask::Nothing;
  if (event.owner != XCB_NONE) ask(kTargets, Ask::Kinds);
}

void X11Clipboard::ask(AtomName target, Ask what) {
  xcb_delete_property(connection_, window_, atom(kProperty));
  xcb_convert_selection(connection_, window_, atom(kClipboard), atom(target), atom(kProperty),
                        time_);
  asked_ = what;
  deadline_ = steady_now() + kPatience;
}

std::string X11Clipboard::take_property(xcb_atom_t& type) {
  std::string bytes;
  type = XCB_NONE;
  for (std::uint32_t offset = 0;; offset += kPieceWords) {
    const Reply<xcb_get_property_reply_t> reply(
        xcb_get_property_reply(connection_,
                               xcb_get_property(connection_, 0, window_, atom(kProperty),
                                                XCB_GET_PROPERTY_TYPE_ANY, offset, kPieceWords),
                               nullptr));
    if (!reply) break;
    type = reply->type;
    bytes.append(static_cast<const char*>(xcb_get_property_value(reply.get())),
                 static_cast<std::size_t>(xcb_get_property_value_length(reply.get())));
    if (reply->bytes_after == 0 || bytes.size() > kMaxTextBytes) break;
  }
  xcb_delete_property(connection_, window_, atom(kProperty));
  return bytes;
}

void X11Clipboard::on_answer(const xcb_selection_notify_event_t& event) {
  if (event.selection != atom(kClipboard) || owner_) return;
  const auto asked = std::exchange(asked_, Ask::Nothing);
  deadline_ = SteadyTime::max();
  if (event.property == XCB_NONE) return;
  if (asked == Ask::Kinds && event.target == atom(kTargets)) {
    xcb_atom_t type = XCB_NONE;
    const auto list = take_property(type);
    bool text = false, secret = false;
    for (std::size_t at = 0; at + sizeof(xcb_atom_t) <= list.size(); at += sizeof(xcb_atom_t)) {
      xcb_atom_t one = XCB_NONE;
      std::copy_n(list.data() + at, sizeof one, reinterpret_cast<char*>(&one));
      text = text || one == atom(kUtf8);
      secret = secret || one == atom(kSecret);
    }
    if (text && !secret) ask(kUtf8, Ask::Text);
  } else if (asked == Ask::Text && event.target == atom(kUtf8)) {
    xcb_atom_t type = XCB_NONE;
    auto text = take_property(type);
    if (type != atom(kIncr)) return give(std::move(text));
    // It comes in pieces, each as soon as the one before has been taken (ICCCM 2.7.2).
    pieces_.clear();
    asked_ = Ask::Pieces;
    deadline_ = steady_now() + kPatience;
  }
}

void X11Clipboard::on_property(const xcb_property_notify_event_t& event) {
  if (asked_ != Ask::Pieces || event.atom != atom(kProperty) ||
      event.state != XCB_PROPERTY_NEW_VALUE)
    return;
  xcb_atom_t type = XCB_NONE;
  const auto piece = take_property(type);
  deadline_ = steady_now() + kPatience;
  if (pieces_.size() <= kMaxTextBytes) pieces_ += piece;  // beyond, only the end is waited for
  if (!piece.empty()) return;
  asked_ = Ask::Nothing;
  deadline_ = SteadyTime::max();
  give(std::exchange(pieces_, {}));
}

void X11Clipboard::give(std::string text) {
  if (good_text(text)) listener_->on_text(std::move(text));
}

// Somebody pastes our text.
void X11Clipboard::on_request(const xcb_selection_request_event_t& request) {
  xcb_selection_notify_event_t answer{};
  answer.response_type = XCB_SELECTION_NOTIFY;
  answer.time = request.time;
  answer.requestor = request.requestor;
  answer.selection = request.selection;
  answer.target = request.target;
  answer.property = XCB_NONE;
  const auto property = request.property == XCB_NONE ? request.target : request.property;
  const std::array<xcb_atom_t, 4> kinds{atom(kUtf8), atom(kTextPlainUtf8), atom(kTextPlain),
                                        atom(kText)};
  const auto room = std::size_t{xcb_get_maximum_request_length(connection_)} * 4;
  if (owner_ && request.target == atom(kTargets)) {
    std::array<xcb_atom_t, 5> all{atom(kTargets), kinds[0], kinds[1], kinds[2], kinds[3]};
    xcb_change_property(connection_, XCB_PROP_MODE_REPLACE, request.requestor, property,
                        XCB_ATOM_ATOM, 32, all.size(), all.data());
    answer.property = property;
  } else if (owner_ && text_.size() + 64 < room &&
             std::find(kinds.begin(), kinds.end(), request.target) != kinds.end()) {
    const auto type = request.target == atom(kText) ? atom(kUtf8) : request.target;
    xcb_change_property(connection_, XCB_PROP_MODE_REPLACE, request.requestor, property, type, 8,
                        static_cast<std::uint32_t>(text_.size()), text_.data());
    answer.property = property;
  }
  std::array<char, 32> event{};  // events have one size, whatever their kind
  std::memcpy(event.data(), &answer, sizeof answer);
  xcb_send_event(connection_, 0, request.requestor, XCB_EVENT_MASK_NO_EVENT, event.data());
}

// What the client copied becomes the selection.
void X11Clipboard::take_text() {
  std::string wanted;
  {
    const std::scoped_lock lock(mutex_);
    wanted = std::exchange(wanted_, {});
  }
  if (wanted.empty()) return;
  text_ = std::move(wanted);
  owner_ = true;
  asked_ = Ask::Nothing;
  deadline_ = SteadyTime::max();
  xcb_set_selection_owner(connection_, window_, atom(kClipboard), XCB_CURRENT_TIME);
}

}  // namespace

Result<std::unique_ptr<Clipboard>> open(const std::string& display) {
  auto made = std::make_unique<X11Clipboard>();
  if (auto connected = made->connect(display); !connected) return pass(connected);
  return std::unique_ptr<Clipboard>(std::move(made));
}

}  // namespace pf::clipboard::x11
