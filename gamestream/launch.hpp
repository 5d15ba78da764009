// What /launch and /resume agree with a client, and what RTSP, control and media then need to know.
// Control thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audio/layout.hpp"
#include "base/event_loop.hpp"
#include "crypto/digest.hpp"
#include "media/mode.hpp"
#include "net/endpoint.hpp"
#include "session/front_end.hpp"
#include "trust/lease.hpp"

namespace pf::gamestream {

// gamestream.md 2.8 and 4.4. One per launch or resume; keys are never reused.
struct LaunchTicket {
  session::SessionId session = 0;
  trust::LeasePtr lease;
  std::array<std::uint8_t, 16> rikey{};  // secret; wiped when the ticket dies
  std::uint32_t rikeyid = 0;             // the signed decimal value as 32 bits
  std::string ping_payload;              // 16 ASCII characters
  std::uint32_t connect_data = 0;
  net::Endpoint client;  // the HTTPS peer
  media::Mode mode;      // hint; ANNOUNCE decides
  audio::Speakers speakers = audio::Speakers::Stereo;
  bool encrypted_rtsp = false;          // corever ≥ 1
  bool host_audio = false;              // localAudioPlayMode
  bool hdr = false;                     // hdrMode
  std::uint32_t rtsp_sequence_out = 0;  // last sequence the host used (4.6); first message is 1

  ~LaunchTicket() { crypto::wipe(rikey); }
};
using TicketPtr = std::shared_ptr<LaunchTicket>;

// Tickets that wait for their RTSP dialogue. A ticket leaves when its control stream is up (claim),
// when it times out (10 s), when its lease stops, or when the device launches again.
class Launches {
 public:
  explicit Launches(Executor& executor);
  ~Launches();

  // `expired` runs when nothing came within 10 s.
  void add(TicketPtr ticket, std::function<void()> expired);
  void remove(session::SessionId session);
  // Every waiting ticket; RTSP tries each key (4.6), or matches the address for plain RTSP.
  std::vector<TicketPtr> waiting() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::gamestream
