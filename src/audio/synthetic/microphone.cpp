#include "audio/synthetic/microphone.hpp"

#include <array>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "base/thread.hpp"
#include "base/wake.hpp"

namespace pf::audio::synthetic {
namespace {

constexpr auto kBlock = std::chrono::milliseconds(5);
constexpr std::size_t kFrames = 240;

std::mutex tap_mutex;
Tap tap;

class PacedMicrophone final : public Microphone {
 public:
  explicit PacedMicrophone(std::string tag) : tag_(std::move(tag)) {}
  ~PacedMicrophone() override { stop(); }
  const char* name() const override { return "synthetic"; }
  void start(SampleFeed& feed) override {
    stop();
    thread_ = std::jthread([this, &feed](const std::stop_token& stopping) { run(stopping, feed); });
  }
  void stop() override {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    wake_.signal();
    thread_.join();
  }

 private:
  void run(const std::stop_token& stopping, SampleFeed& feed) {
    name_this_thread("pf-mic");
    std::array<float, 2 * kFrames> block{};
    for (auto due = steady_now(); !stopping.stop_requested(); due += kBlock) {
      while (!stopping.stop_requested() && steady_now() < due) wake_.wait_until(due);
      feed.fill(block);
      const std::scoped_lock lock(tap_mutex);
      if (tap) tap(tag_, block);
    }
  }

  const std::string tag_;
  Wake wake_;
  std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<Microphone>> open_microphone(const Options&, const Request& request) {
  return std::unique_ptr<Microphone>(std::make_unique<PacedMicrophone>(request.session_tag));
}

void set_tap(Tap wanted) {
  const std::scoped_lock lock(tap_mutex);
  tap = std::move(wanted);
}

}  // namespace pf::audio::synthetic
