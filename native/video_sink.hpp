// The video sink of a native stream with what the front end adds: changes of mode.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "native/media/video_sink.hpp"

namespace pf::native {

struct VideoSinkConfig {
  media::NativeVideoSink::Config base;
  bool epochs = false;  // the client follows StreamConfig (punktfunk2.md 6.5)
  // Send thread, just before the first unit of another mode; may only post.
  std::function<void(const pf::media::Mode& mode, std::uint8_t epoch)> on_mode{};
  // Send thread, before each keyframe; must not block, allocate or throw.
  std::function<void()> on_keyframe{};
  // Send thread, before the first unit after a gap of the pipeline's own; may only post.
  std::function<void(std::chrono::milliseconds)> on_gap{};
};

Result<std::unique_ptr<session::VideoSink>> make_video_sink(VideoSinkConfig config);

}  // namespace pf::native
