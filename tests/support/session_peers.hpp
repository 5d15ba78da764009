// Devices and clients of the session manager in tests: leases that can be stopped, sinks that
// count.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "session/front_end.hpp"
#include "trust/grants.hpp"
#include "trust/lease.hpp"

namespace pf::session {

inline constexpr std::chrono::seconds kPatience{20};

class FakeLease final : public trust::Lease {
 public:
  explicit FakeLease(trust::DeviceId id) : id_(id) {}
  trust::DeviceId device() const override { return id_; }
  const std::string& device_name() const override { return name_; }
  const crypto::Fingerprint& fingerprint() const override { return name_; }
  const std::atomic<std::uint32_t>& grants() const override { return grants_; }
  void set_grants(std::uint32_t grants) { grants_ = grants; }
  bool stopped() const override { return stopped_; }
  void on_stop(std::function<void(trust::StopReason)> stop) override { stop_ = std::move(stop); }
  void stop() {
    stopped_ = true;
    grants_ = 0;
    if (auto callback = std::exchange(stop_, nullptr)) callback(trust::StopReason::Revoked);
  }

 private:
  trust::DeviceId id_;
  std::string name_ = "test device";
  std::atomic<std::uint32_t> grants_{trust::grant::kAll};
  std::atomic<bool> stopped_{false};
  std::function<void(trust::StopReason)> stop_;
};

// What a front end would see.
struct Watcher final : PeerControl {
  void on_stream_end(EndReason reason) override {
    const std::scoped_lock lock(mutex);
    ended = reason;
    changed.notify_all();
  }
  void on_feedback(const input::FeedbackEvent&) noexcept override {}
  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, kPatience, [&] { return condition(); });
  }
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<EndReason> ended;
  int frames = 0, audio = 0;
  bool first_was_idr = false;
  std::vector<media::Mode> modes;
  std::uint32_t index = 0, epoch = 1, gaps = 0, bad_starts = 0;
  std::size_t epochs_seen = 0;  // after the first
};

struct CountingVideo final : VideoSink {
  explicit CountingVideo(std::shared_ptr<Watcher> w) : watcher(std::move(w)) {}
  bool send(media::AccessUnit& unit) noexcept override {
    const std::scoped_lock lock(watcher->mutex);
    if (watcher->frames++ == 0) watcher->first_was_idr = unit.type == media::FrameType::Idr;
    if (unit.index != ++watcher->index) ++watcher->gaps;
    if (unit.epoch != watcher->epoch) {
      // An epoch that was replaced before its first picture never shows, so one may be left out.
      const bool told = watcher->modes.size() == ++watcher->epochs_seen;
      if (unit.type != media::FrameType::Idr || unit.epoch < watcher->epoch || !told)
        ++watcher->bad_starts;
      watcher->epoch = unit.epoch;
    }
    unit.timeline.first_packet_ns = unit.timeline.last_packet_ns = steady_now_ns();
    watcher->changed.notify_all();
    return true;
  }
  void on_mode(const media::Mode& mode) noexcept override {
    const std::scoped_lock lock(watcher->mutex);
    watcher->modes.push_back(mode);
  }
  std::shared_ptr<Watcher> watcher;
};
struct CountingAudio final : AudioSink {
  explicit CountingAudio(std::shared_ptr<Watcher> w) : watcher(std::move(w)) {}
  void send(const AudioPacket&) noexcept override {
    const std::scoped_lock lock(watcher->mutex);
    ++watcher->audio;
    watcher->changed.notify_all();
  }
  std::shared_ptr<Watcher> watcher;
};

}  // namespace pf::session
