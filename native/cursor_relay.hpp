// The cursor channel of a client that draws the pointer itself: shapes on the control stream,
// places as datagrams (punktfunk1.md 3.8, 7.9; punktfunk2.md 5, 9).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "native/cursor_image.hpp"
#include "native/media/video_link.hpp"
#include "native/quic/datagram_port.hpp"
#include "native/wire/datagram.hpp"

namespace pf::native {

class CursorRelay final : public capture::PointerWatcher {
 public:
  struct Config {
    wire::Generation generation = wire::Generation::V2;
    pf::media::Mode mode;
    std::shared_ptr<quic::DatagramPort> port;
    std::shared_ptr<media::VideoLink> link;  // its gate
    // A shape for the client; from the watcher's thread, may only post.
    std::function<void(wire::CursorShape)> send;
  };
  explicit CursorRelay(Config config);

  // Any thread. Pictures have this mode from now on.
  void set_mode(const pf::media::Mode& mode) noexcept;
  // Any thread. While the host draws the pointer nothing is said about it.
  void set_quiet(bool quiet) noexcept { quiet_.store(quiet); }

  void on_pointer_image(const capture::PointerImage& image) noexcept override;
  void on_pointer(const capture::PointerPlace& place) noexcept override;

 private:
  void send_shape();

  const Config config_;
  std::atomic<std::uint64_t> mode_;  // width << 32 | height
  std::atomic<bool> quiet_{false};

  // While one source takes over from another both may call. Places do not wait, they come again.
  std::mutex mutex_;
  std::vector<std::uint32_t> pixels_;
  capture::PointerImage image_;
  bool unsent_ = false;  // the client does not know the image
  PointerScale scale_;
  std::uint32_t serial_ = 0;
  bool seen_ = false;  // the pointer was visible before
  std::int32_t last_x_ = 0, last_y_ = 0;
};

}  // namespace pf::native
