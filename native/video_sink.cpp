#include "native/video_sink.hpp"

namespace pf::native {
namespace {

class Sink final : public session::VideoSink {
 public:
  Sink(std::unique_ptr<media::NativeVideoSink> inner, std::shared_ptr<media::VideoLink> link,
       VideoSinkConfig config)
      : inner_(std::move(inner)),
        link_(std::move(link)),
        epochs_(config.epochs),
        told_(std::move(config.on_mode)),
        keyframe_(std::move(config.on_keyframe)),
        gap_(std::move(config.on_gap)) {}

  bool send(pf::media::AccessUnit& unit) noexcept override {
    if (keyframe_ && unit.type == pf::media::FrameType::Idr) keyframe_();
    return inner_->send(unit);
  }

  void on_mode(const pf::media::Mode& mode) noexcept override {
    // A client that knows no epochs sees the change by its keyframe alone.
    if (epochs_) ++epoch_;
    link_->set_epoch(epoch_);
    link_->set_frame_interval_ns(mode.frames(1).count());
    told_(mode, epoch_);
  }

  void on_gap(std::chrono::milliseconds gap) noexcept override { gap_(gap); }
  void on_call() noexcept override { inner_->on_call(); }

 private:
  std::unique_ptr<media::NativeVideoSink> inner_;
  std::shared_ptr<media::VideoLink> link_;
  const bool epochs_;
  std::uint8_t epoch_ = 0;
  std::function<void(const pf::media::Mode&, std::uint8_t)> told_;
  std::function<void()> keyframe_;
  std::function<void(std::chrono::milliseconds)> gap_;
};

}  // namespace

Result<std::unique_ptr<session::VideoSink>> make_video_sink(VideoSinkConfig config) {
  const auto link = config.base.link;
  auto inner = media::NativeVideoSink::create(config.base);
  if (!inner) return pass(inner);
  return std::unique_ptr<session::VideoSink>(
      std::make_unique<Sink>(std::move(*inner), link, std::move(config)));
}

}  // namespace pf::native
