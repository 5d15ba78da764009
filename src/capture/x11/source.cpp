#include "capture/x11/source.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/thread.hpp"
#include "capture/x11/x11.hpp"

namespace pf::capture::x11 {
namespace {

// Fetching this many rows too many costs less than one more request and reply.
constexpr std::uint32_t kMergeGap = 24;
// A root that changes its size between our question and our fetch makes a fetch fail; a server that
// fails this often in a row is broken.
constexpr int kMaxRetries = 16;
constexpr std::int64_t kForEver = INT64_MAX;
// What the watcher hears may be lost on its way; a pointer that rests is told again so often.
constexpr std::int64_t kTellAgainNs = 100'000'000;

}  // namespace

XcbShmSource::XcbShmSource(std::string display, const media::Mode& mode, const Options& options)
    : display_(std::move(display)),
      mode_(mode),
      options_(options),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      draw_wanted_(options.draw_cursor && !options.pointer),
      clock_(mode),
      drawing_(draw_wanted_) {}

XcbShmSource::~XcbShmSource() {
  stop();
}

Result<> XcbShmSource::start(FrameSink& sink) {
  PF_ASSERT(!thread_.joinable());
  sink_ = &sink;
  auto screen = Screen::open(display_, options_.draw_cursor);
  if (!screen) return pass(screen);
  screen_ = std::move(*screen);
  auto pool = ShmPool::create(screen_.connection.get(), screen_.width, screen_.height);
  if (!pool) return pass(pool);
  pool_ = std::move(*pool);
  damage_ = {0, 0, screen_.width, screen_.height};
  thread_ = std::jthread([this] { run(); });
  return {};
}

void XcbShmSource::stop() {
  if (!thread_.joinable()) return;
  stop_.store(true, std::memory_order_release);
  eventfd_write(wake_.get(), 1);
  // The thread may wait for an answer of a server that hangs.
  ::shutdown(xcb_get_file_descriptor(screen_.connection.get()), SHUT_RDWR);
  thread_.join();
}

void XcbShmSource::draw_pointer(bool in_picture) noexcept {
  if (!options_.draw_cursor || !options_.pointer) return;
  draw_wanted_.store(in_picture, std::memory_order_release);
  eventfd_write(wake_.get(), 1);
}

void XcbShmSource::release(std::uint64_t token) noexcept {
  reinterpret_cast<ShmBuffer*>(token)->free.store(true, std::memory_order_seq_cst);
  if (starved_.load(std::memory_order_seq_cst)) eventfd_write(wake_.get(), 1);
}

void XcbShmSource::run() noexcept {
  name_this_thread("pf-x11-capture");
  raise_this_thread();
  if (!loop() && !stop_.load(std::memory_order_acquire)) sink_->on_lost();
}

bool XcbShmSource::loop() {
  int retries = 0;
  while (!stop_.load(std::memory_order_acquire)) {
    read_events();
    if (xcb_connection_has_error(screen_.connection.get()) != 0 || !fit_pool()) return false;
    follow_drawing();
    const std::int64_t now = steady_now_ns();
    const bool look = options_.draw_cursor && now >= next_look_ns_;
    const bool wanted = changed_ || image_changed_ || look || !damage_.empty();
    if (!wanted) {
      wait(options_.draw_cursor ? next_look_ns_ : kForEver);
      continue;
    }
    if (now < clock_.due_ns()) {
      wait(clock_.due_ns());
      continue;
    }
    switch (take_frame()) {
      case Outcome::Frame:
      case Outcome::Nothing:
        retries = 0;
        break;
      case Outcome::Retry:
        if (++retries > kMaxRetries) return false;
        break;
      case Outcome::Lost:
        return false;
    }
  }
  return true;
}

bool XcbShmSource::read_events() {
  bool any = false;
  while (const Owned<xcb_generic_event_t> event{xcb_poll_for_event(screen_.connection.get())}) {
    const auto type = event->response_type & 0x7F;
    if (type == screen_.damage_event + XCB_DAMAGE_NOTIFY) changed_ = true;
    if (type == screen_.xfixes_event + XCB_XFIXES_CURSOR_NOTIFY) image_changed_ = true;
    if (type == XCB_CONFIGURE_NOTIFY &&
        reinterpret_cast<const xcb_configure_notify_event_t&>(*event).window == screen_.root)
      resized_ = true;
    any = true;
  }
  return any;
}

// Gives the pool the root's size, and lets old pools go once no frame holds them.
bool XcbShmSource::fit_pool() {
  std::erase_if(retired_, [](const auto& pool) { return pool->all_free(); });
  if (!std::exchange(resized_, false)) return true;
  if (!screen_.read_size()) return false;
  if (screen_.width == pool_->width() && screen_.height == pool_->height()) return true;
  auto pool = ShmPool::create(screen_.connection.get(), screen_.width, screen_.height);
  if (!pool) {
    log::error("capture", "no buffers for the new size", "reason", pool.error().message());
    return false;
  }
  retired_.push_back(std::exchange(pool_, std::move(*pool)));
  damage_ = {0, 0, screen_.width, screen_.height};
  drawn_cursor_ = {};
  return true;
}

void XcbShmSource::wait(std::int64_t until_ns) {
  // Events that came along with the answer to a request lie in the library's queue: the socket
  // stays silent about them, and the last change of a picture would wait for the next one. Flushing
  // reads too when something is left to be sent (the detaching of old buffers), so it comes first.
  xcb_flush(screen_.connection.get());
  if (read_events()) return;
  pollfd fds[2] = {{xcb_get_file_descriptor(screen_.connection.get()), POLLIN, 0},
                   {wake_.get(), POLLIN, 0}};
  timespec time{};
  if (until_ns != kForEver) {
    const std::int64_t left = std::max<std::int64_t>(until_ns - steady_now_ns(), 0);
    time = {static_cast<time_t>(left / 1'000'000'000), static_cast<long>(left % 1'000'000'000)};
  }
  ::ppoll(fds, 2, until_ns == kForEver ? nullptr : &time, nullptr);
  if ((fds[1].revents & POLLIN) != 0) {
    eventfd_t count = 0;
    eventfd_read(wake_.get(), &count);
  }
}

// A buffer to fetch into; null when stopping. While frames hold all of them, waits.
ShmBuffer* XcbShmSource::free_buffer() {
  ShmBuffer* buffer = pool_->best_free();
  if (buffer != nullptr) return buffer;
  starved_.store(true, std::memory_order_seq_cst);
  while ((buffer = pool_->best_free()) == nullptr && !stop_.load(std::memory_order_acquire)) {
    pollfd fd{wake_.get(), POLLIN, 0};
    ::poll(&fd, 1, -1);
    eventfd_t count = 0;
    eventfd_read(wake_.get(), &count);
  }
  starved_.store(false, std::memory_order_seq_cst);
  return buffer;
}

XcbShmSource::Outcome XcbShmSource::take_frame() {
  ShmBuffer* buffer = free_buffer();
  if (buffer == nullptr) return Outcome::Nothing;
  next_look_ns_ = steady_now_ns() + clock_.period_ns();
  if (!read_changes()) return Outcome::Lost;
  if (!damage_.empty() || cursor_moved_ || steady_now_ns() >= next_tell_ns_) tell_pointer();
  if (damage_.empty()) return Outcome::Nothing;
  // The changes are marked in every buffer by now; another one may have become the better choice.
  buffer = pool_->best_free();
  clock_.take(std::max(steady_now_ns(), clock_.due_ns()));
  if (!fetch(*buffer)) {
    if (xcb_connection_has_error(screen_.connection.get()) != 0) return Outcome::Lost;
    resized_ = true;
    return Outcome::Retry;
  }
  publish(*buffer);
  return Outcome::Frame;
}

// One round trip: what was drawn since the last time, where the pointer is, how it looks.
bool XcbShmSource::read_changes() {
  xcb_connection_t* c = screen_.connection.get();
  const bool drawn = std::exchange(changed_, false);
  std::optional<xcb_xfixes_fetch_region_cookie_t> region;
  if (drawn) {
    // Taken out of the collection before the fetch: what is drawn in between is then both in the
    // picture and reported again, never lost.
    xcb_damage_subtract(c, screen_.damage, XCB_NONE, screen_.region);
    region = xcb_xfixes_fetch_region(c, screen_.region);
  }
  std::optional<xcb_xfixes_get_cursor_image_cookie_t> image;
  std::optional<xcb_query_pointer_cookie_t> pointer;
  if (options_.draw_cursor) {
    if (std::exchange(image_changed_, false)) image = xcb_xfixes_get_cursor_image(c);
    pointer = xcb_query_pointer(c, screen_.root);
  } else {
    image_changed_ = false;
  }
  if (region) {
    const Owned<xcb_xfixes_fetch_region_reply_t> reply(
        xcb_xfixes_fetch_region_reply(c, *region, nullptr));
    if (!reply) return false;
    const xcb_rectangle_t* rectangles = xcb_xfixes_fetch_region_rectangles(reply.get());
    const int count = xcb_xfixes_fetch_region_rectangles_length(reply.get());
    for (int i = 0; i < count; ++i) {
      const auto clip = [](int at, std::uint32_t size) {
        return static_cast<std::uint32_t>(std::clamp<int>(at, 0, static_cast<int>(size)));
      };
      const xcb_rectangle_t& r = rectangles[i];
      const std::uint32_t x0 = clip(r.x, pool_->width()), y0 = clip(r.y, pool_->height());
      const std::uint32_t x1 = clip(r.x + r.width, pool_->width());
      const std::uint32_t y1 = clip(r.y + r.height, pool_->height());
      if (x0 == x1 || y0 == y1) continue;
      pool_->mark(y0, y1 - y0);
      damage_ = damage_.united({x0, y0, x1 - x0, y1 - y0});
    }
  }
  return !pointer || look_at_pointer(*pointer, image);
}

bool XcbShmSource::look_at_pointer(xcb_query_pointer_cookie_t pointer,
                                   std::optional<xcb_xfixes_get_cursor_image_cookie_t> image) {
  xcb_connection_t* c = screen_.connection.get();
  bool moved = false;
  if (image) {
    const Owned<xcb_xfixes_get_cursor_image_reply_t> reply(
        xcb_xfixes_get_cursor_image_reply(c, *image, nullptr));
    if (!reply && xcb_connection_has_error(c) != 0) return false;
    // Without a reply the screen shows no cursor yet.
    if (reply) take_image(*reply, cursor_);
    cursor_shows_ = cursor_.shows();
    if (options_.pointer && cursor_shows_)
      options_.pointer->on_pointer_image(
          {cursor_.pixels, cursor_.width, cursor_.height, cursor_.hot_x, cursor_.hot_y});
    moved = true;
  }
  const Owned<xcb_query_pointer_reply_t> reply(xcb_query_pointer_reply(c, pointer, nullptr));
  if (!reply) return false;
  const bool on_screen = reply->same_screen != 0;
  moved = moved || reply->root_x != cursor_.x || reply->root_y != cursor_.y ||
          on_screen != cursor_.on_screen;
  cursor_.x = reply->root_x;
  cursor_.y = reply->root_y;
  cursor_.on_screen = on_screen;
  cursor_moved_ = cursor_moved_ || moved;
  if (moved && drawing_)
    damage_ = damage_.united(drawn_cursor_).united(cursor_.area(pool_->width(), pool_->height()));
  return true;
}

// Between being drawn and being left out the picture changes where the cursor is.
void XcbShmSource::follow_drawing() {
  const bool wanted = draw_wanted_.load(std::memory_order_acquire);
  if (wanted == std::exchange(drawing_, wanted)) return;
  damage_ = damage_.united(wanted ? cursor_.area(pool_->width(), pool_->height()) : drawn_cursor_);
  if (!wanted) drawn_cursor_ = {};
}

void XcbShmSource::tell_pointer() {
  cursor_moved_ = false;
  next_tell_ns_ = steady_now_ns() + kTellAgainNs;
  if (!options_.pointer) return;
  options_.pointer->on_pointer(
      {cursor_.x, cursor_.y, cursor_.on_screen && cursor_shows_, pool_->width(), pool_->height()});
}

// Brings the buffer's missing rows in. Whole rows, because the server writes them one after another
// without a stride of ours; all requests go out before the first answer is waited for.
bool XcbShmSource::fetch(ShmBuffer& buffer) {
  xcb_connection_t* c = screen_.connection.get();
  buffer.missing.runs(kMergeGap, runs_);
  cookies_.clear();
  std::uint64_t rows = 0;
  for (const RowRun& run : runs_) {
    cookies_.push_back(xcb_shm_get_image(
        c, screen_.root, 0, static_cast<std::int16_t>(run.first),
        static_cast<std::uint16_t>(pool_->width()), static_cast<std::uint16_t>(run.count), ~0U,
        XCB_IMAGE_FORMAT_Z_PIXMAP, buffer.segment, run.first * pool_->stride_bytes()));
    rows += run.count;
  }
  bool good = true;
  for (const auto cookie : cookies_) {
    xcb_generic_error_t* error = nullptr;
    const Owned<xcb_shm_get_image_reply_t> reply(xcb_shm_get_image_reply(c, cookie, &error));
    std::free(error);
    good = good && reply;
  }
  if (good) buffer.missing.clear();
  fetched_rows_.fetch_add(rows, std::memory_order_relaxed);
  return good;
}

void XcbShmSource::publish(ShmBuffer& buffer) {
  const std::int64_t captured_ns = steady_now_ns();
  if (drawing_) {
    drawn_cursor_ = cursor_.area(pool_->width(), pool_->height());
    blend(cursor_, buffer.pixels, pool_->stride_bytes(), pool_->width(), pool_->height());
    buffer.missing.add(drawn_cursor_.y, drawn_cursor_.height);  // the screen has no cursor there
  }
  buffer.free.store(false, std::memory_order_relaxed);
  media::VideoFrame frame(this, reinterpret_cast<std::uint64_t>(&buffer));
  frame.pixels = buffer.pixels;
  frame.stride_bytes = pool_->stride_bytes();
  frame.width = pool_->width();
  frame.height = pool_->height();
  frame.damage = std::exchange(damage_, {});
  frame.sequence = ++sequence_;
  frame.captured_ns = captured_ns;
  sink_->on_frame(std::move(frame));
}

Result<std::unique_ptr<Source>> open(const media::DisplayTarget& target, const Options& options) {
  return std::make_unique<XcbShmSource>(target.x11_display, target.mode, options);
}

}  // namespace pf::capture::x11
