// A private X server for a test, and a client of it that is independent of the code under test.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <xcb/xcb.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/process.hpp"
#include "base/unique_fd.hpp"

namespace pf::test {

struct FreeIt {
  void operator()(void* p) const { std::free(p); }
};
template <class T>
using Xcb = std::unique_ptr<T, FreeIt>;

inline SteadyTime soon() {
  return steady_now() + std::chrono::seconds(30);
}

class X11Server {
 public:
  // Starts `argv` with "-displayfd 1" added and waits for its display number; empty display() when
  // that fails.
  explicit X11Server(std::vector<std::string> argv,
                     std::map<std::string, std::string> environment = {}) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    UniqueFd read_end(ends[0]), write_end(ends[1]);
    argv.insert(argv.end(), {"-displayfd", "1", "-nolisten", "tcp", "-noreset"});
    ProcessOptions options;
    options.argv = std::move(argv);
    options.environment = std::move(environment);
    options.stdout_fd = write_end.get();
    auto process = Process::spawn(options);
    if (!process) return;
    process_ = std::move(*process);
    write_end.reset();
    std::string number;
    const SteadyTime deadline = soon();
    while (number.find('\n') == std::string::npos && steady_now() < deadline) {
      pollfd fd{read_end.get(), POLLIN, 0};
      if (poll(&fd, 1, 1000) <= 0) continue;
      char c = 0;
      if (read(read_end.get(), &c, 1) != 1) return;
      number.push_back(c);
    }
    if (!number.empty() && number.back() == '\n') number.pop_back();
    if (!number.empty()) display_ = ":" + number;
  }
  static std::vector<std::string> xvfb(const std::string& screen = "640x480x24") {
    return {"Xvfb", "-screen", "0", screen};
  }

  const std::string& display() const { return display_; }
  Process& process() { return process_; }

 private:
  Process process_;
  std::string display_;
};

// A plain client: draws, warps, grabs pictures with the core protocol only.
class X11Client {
 public:
  explicit X11Client(const std::string& display) : c_(xcb_connect(display.c_str(), nullptr)) {
    if (xcb_connection_has_error(c_) != 0) return;
    screen_ = xcb_setup_roots_iterator(xcb_get_setup(c_)).data;
    gc_ = xcb_generate_id(c_);
    const std::uint32_t inferiors = XCB_SUBWINDOW_MODE_INCLUDE_INFERIORS;
    xcb_create_gc(c_, gc_, screen_->root, XCB_GC_SUBWINDOW_MODE, &inferiors);
    sync();
  }
  ~X11Client() { xcb_disconnect(c_); }
  X11Client(const X11Client&) = delete;
  X11Client& operator=(const X11Client&) = delete;

  xcb_connection_t* get() { return c_; }
  xcb_window_t root() const { return screen_->root; }
  const xcb_screen_t& screen() const { return *screen_; }
  bool ok() const { return screen_ != nullptr; }

  // Everything sent so far has been done by the server.
  void sync() {
    Xcb<xcb_get_input_focus_reply_t>(
        xcb_get_input_focus_reply(c_, xcb_get_input_focus(c_), nullptr));
  }
  void fill(std::uint32_t colour, std::int16_t x, std::int16_t y, std::uint16_t w,
            std::uint16_t h) {
    xcb_change_gc(c_, gc_, XCB_GC_FOREGROUND, &colour);
    const xcb_rectangle_t rectangle{x, y, w, h};
    xcb_poly_fill_rectangle(c_, screen_->root, gc_, 1, &rectangle);
  }
  void copy(std::int16_t from_x, std::int16_t from_y, std::int16_t x, std::int16_t y,
            std::uint16_t w, std::uint16_t h) {
    xcb_copy_area(c_, screen_->root, screen_->root, gc_, from_x, from_y, x, y, w, h);
  }
  void warp(std::int16_t x, std::int16_t y) {
    xcb_warp_pointer(c_, XCB_NONE, screen_->root, 0, 0, 0, 0, x, y);
  }
  // The root with all windows in it, without a cursor: 0xRRGGBB words.
  std::vector<std::uint32_t> picture(std::uint16_t width, std::uint16_t height) {
    const auto cookie =
        xcb_get_image(c_, XCB_IMAGE_FORMAT_Z_PIXMAP, screen_->root, 0, 0, width, height, ~0U);
    const Xcb<xcb_get_image_reply_t> reply(xcb_get_image_reply(c_, cookie, nullptr));
    std::vector<std::uint32_t> words;
    if (!reply) return words;
    words.resize(std::size_t{width} * height);
    std::memcpy(words.data(), xcb_get_image_data(reply.get()), words.size() * 4);
    for (auto& word : words) word &= 0xFFFFFF;
    return words;
  }
  // The uppermost window on the root.
  xcb_window_t top_window() {
    const Xcb<xcb_query_tree_reply_t> tree(
        xcb_query_tree_reply(c_, xcb_query_tree(c_, screen_->root), nullptr));
    const int count = tree ? xcb_query_tree_children_length(tree.get()) : 0;
    return count == 0 ? xcb_window_t{XCB_NONE} : xcb_query_tree_children(tree.get())[count - 1];
  }
  // The next event, or null at the deadline.
  Xcb<xcb_generic_event_t> event(SteadyTime deadline) {
    while (steady_now() < deadline) {
      if (Xcb<xcb_generic_event_t> found{xcb_poll_for_event(c_)}) return found;
      xcb_flush(c_);
      pollfd fd{xcb_get_file_descriptor(c_), POLLIN, 0};
      poll(&fd, 1, 1000);
      if (xcb_connection_has_error(c_) != 0) break;
    }
    return nullptr;
  }

 private:
  xcb_connection_t* c_;
  const xcb_screen_t* screen_ = nullptr;
  xcb_gcontext_t gc_ = XCB_NONE;
};

}  // namespace pf::test
