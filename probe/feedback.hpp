// What a client tells the host about its reception: windows of 750 ms and asks for recovery, in
// either form (punktfunk1.md 6.9, 6.10; punktfunk2.md 9.4). Pure: time is passed in. One thread.
#pragma once

#include <functional>
#include <optional>

#include "base/clock.hpp"
#include "native/media/receiver.hpp"
#include "native/wire/feedback.hpp"
#include "native/wire/messages.hpp"
#include "probe/recovery.hpp"

namespace pf::probe {

enum class FeedbackStyle : std::uint8_t {
  Control = 1,  // LossReport, DeliveryReport, RfiRequest, RequestKeyframe
  Datagram,     // generation 2 only
};

class FeedbackSender {
 public:
  static constexpr std::chrono::milliseconds kWindow{750};
  static constexpr std::chrono::milliseconds kAskLife{500};

  struct Wire {
    std::function<void(const native::wire::ControlMessage&)> control;
    std::function<void(const native::wire::Feedback&)> datagram;
  };
  // `every_window`: the host wants DeliveryReport each time (host_cap2::kDelivery).
  FeedbackSender(Wire wire, FeedbackStyle style, bool every_window, Nanoseconds frame_interval);

  void begin(SteadyTime now);
  // Closes a window when one is due; the loss it had, if it was reported. `packets`: of the session
  // so far.
  std::optional<std::uint32_t> tick(const native::media::Reassembler::Stats& shards,
                                    std::uint64_t packets, std::uint64_t dropped_locally,
                                    SteadyTime now);
  // The window in flight says nothing about the network (PipelineGap, a speed test).
  void spoil() { spoiled_ = true; }
  void ask(const RecoveryAsk& ask, SteadyTime now);
  // Shards to send again; Datagram only. Once, as FrameOrder asks anew itself.
  void nack(const native::wire::Feedback::Nack& nack);
  // The picture is whole again.
  void healed() { open_.reset(); }
  // A frame that the decoder took.
  void completed(std::uint32_t frame);
  SteadyTime next() const;

 private:
  native::wire::Feedback base() const;
  void send_ask(SteadyTime now);

  Wire wire_;
  FeedbackStyle style_;
  bool every_window_;
  Nanoseconds interval_;
  native::media::LossWindow window_;
  SteadyTime window_end_ = SteadyTime::max();
  bool spoiled_ = false, told_arrival_ = false;
  std::uint64_t dropped_before_ = 0;
  std::optional<native::wire::Feedback::Window> last_;
  std::uint32_t window_number_ = 0;
  std::uint16_t ask_number_ = 0;
  struct OpenAsk {
    native::wire::Feedback::Ask ask;
    SteadyTime since, again;
  };
  std::optional<OpenAsk> open_;
  std::optional<native::wire::Feedback::Completed> completed_;
};

}  // namespace pf::probe
