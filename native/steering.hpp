// What a streaming client may steer: bitrate, parity, mode, speed tests, packet size. Answers what
// must be answered (punktfunk1.md 3.8, 6.10 to 6.14; punktfunk2.md 5). Control thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "base/event_loop.hpp"
#include "native/media/video_link.hpp"
#include "native/negotiate.hpp"
#include "native/quic/connection.hpp"
#include "native/speed_test.hpp"
#include "native/wire/messages.hpp"
#include "session/front_end.hpp"
#include "session/manager.hpp"
#include "session/rate_control.hpp"

namespace pf::native {

class Steering {
 public:
  struct Config {
    Agreement agreement;
    media::Generation generation = media::Generation::V2;
    bool adaptive_fec = true;
    std::uint32_t audio_kbps = 0;  // out of the budget
    bool can_change_payload = false;
    session::SessionId session = 0;
    media::ProbeBurst::Config probe;
  };
  struct Deps {
    Executor& executor;
    session::Manager& sessions;
    std::shared_ptr<session::Stream> stream;
    std::shared_ptr<media::VideoLink> video;
    std::function<void(const wire::ControlMessage&)> send;
  };
  Steering(Config config, Deps deps);
  ~Steering();

  // The encoder's rate that a budget leaves (6.12); for the attach that comes before the steering.
  static std::uint32_t encoder_kbps(const Agreement& agreement, std::uint32_t audio_kbps);

  // The parity to begin with, where it adapts: what the setting says, and enough for bursts.
  static std::uint8_t first_fec(const Agreement& agreement, std::uint32_t audio_kbps);

  // False for a message that is not about steering.
  bool on_message(const wire::ControlMessage& message);
  void on_loss(std::uint32_t ppm);
  void on_round_trip(std::chrono::nanoseconds rtt);
  // The client has received this many media packets so far.
  void on_delivered(std::uint64_t packets);
  void on_recovery_asked(bool keyframe);
  // The path to the client is known to carry UDP payloads of this size, and the search for more has
  // come to rest.
  void on_path(std::size_t udp_payload_bytes);
  // The client has another path: what was learned about the size of packets is forgotten.
  void on_moved() { blind_ = false; }
  // Says what flows at the start, as an epoch of its own (punktfunk2.md 6.5).
  void announce_mode() { say_config(mode_, 0); }
  // Units of this mode flow from now on.
  void on_mode_active(const pf::media::Mode& mode, std::uint8_t epoch);

 private:
  void set_bitrate(const wire::SetBitrate& ask);
  void reconfigure(const wire::Reconfigure& ask);
  void apply(const session::RateControl::Decision& decision);
  void nothing_arrives();
  void use_payload(std::uint16_t bytes);
  void on_payload_ack(const wire::ShardPayloadAck& ack);
  void announce_epoch(const pf::media::Mode& mode, std::uint8_t epoch);
  void say_config(const pf::media::Mode& mode, std::uint8_t epoch);

  Config config_;
  Deps deps_;
  session::RateControl rate_;
  pf::media::Mode mode_;
  // The newest epoch that the client was told of, and its mode.
  std::uint8_t epoch_ = 0, active_epoch_ = 0;
  pf::media::Mode announced_;
  unsigned changes_ = 0;  // asked for and not answered
  std::optional<SteadyTime> last_mode_change_;
  SpeedTest speed_test_;
  const std::uint16_t agreed_payload_;
  std::uint16_t growing_ = 0;  // to this payload, once the client says that it follows
  bool blind_ = false;         // shrunk because nothing arrived, whatever QUIC knows of the path
  unsigned silences_ = 0;
  bool frame_lost_ = false;  // since the last report
  // Callbacks of the manager find out whether they come too late.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace pf::native
