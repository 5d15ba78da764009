// The live part of the test client: ENet control (stock library), pings, video and audio reception
// with an optional seeded lossy link, input, and everything seen, on one thread of its own. All
// calls may come from any thread; nothing here sleeps, waits are for conditions.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/gs_client_control.hpp"
#include "support/gs_client_input.hpp"
#include "support/gs_client_socket.hpp"
#include "support/gs_video_receiver.hpp"

namespace pf::test::gs {

struct StreamPlan {
  std::string host;  // numeric
  std::uint16_t audio_port = 0, video_port = 0, control_port = 0;
  std::string audio_ping, video_ping;  // 16 characters; empty = the legacy "PING"
  std::uint32_t connect_data = 0;
  Block key{};
  std::uint32_t rikeyid = 0;
  IvScheme scheme = IvScheme::A;
  bool video_encrypted = false, audio_encrypted = false;
  std::size_t packet_size = 1392;
  milliseconds audio_duration{5};
  unsigned channels = 2, opus_streams = 1, opus_coupled = 1;
  std::vector<std::uint8_t> opus_mapping{0, 1};
  // The link.
  std::uint64_t seed = 1;
  double video_loss = 0, audio_loss = 0;  // share of datagrams
};

struct SeenFrame {
  std::uint32_t index = 0;
  std::uint8_t type = 0;  // gamestream.md 7.3
  std::size_t recovered = 0;
  bool shown = false;  // not waiting for an IDR
  std::int64_t arrived_ns = 0;
  Bytes bitstream;
};

// Everything seen so far.
struct StreamState {
  bool control_connected = false;
  bool control_closed = false;  // by either side, or after a termination
  std::optional<std::uint32_t> termination;
  std::int64_t termination_ns = 0;
  std::vector<ControlMessage> messages;  // host → client, without the termination

  std::uint64_t video_datagrams = 0, video_dropped = 0;  // dropped by the simulated link
  std::uint64_t video_recovered = 0;                     // data packets restored from parity
  std::uint64_t frames = 0, idr_frames = 0, shown_frames = 0, lost_frames = 0;
  std::uint64_t idr_requests = 0;  // because of loss
  bool waiting_for_idr = true;
  std::int64_t first_frame_ns = 0, last_video_ns = 0;  // arrival in the kernel, CLOCK_MONOTONIC
  std::deque<SeenFrame> recent;                        // the last 600 frames

  std::uint64_t audio_datagrams = 0, audio_dropped = 0;
  std::uint64_t audio_packets = 0, audio_recovered = 0, audio_lost = 0, audio_undecodable = 0;
  float audio_peak = 0;
  std::int64_t first_audio_ns = 0, last_audio_ns = 0;

  // What the host did against the protocol, in words.
  std::vector<std::string> violations;

  std::int64_t last_media_ns() const { return std::max(last_video_ns, last_audio_ns); }
};

class GsStream {
 public:
  // Opens the media sockets and begins to ping the audio port, as the client does after SETUP
  // audio. Only host, audio port and audio ping of the plan are read.
  explicit GsStream(const StreamPlan& plan);
  ~GsStream();  // die()
  GsStream(const GsStream&) = delete;
  GsStream& operator=(const GsStream&) = delete;

  // After PLAY: the whole plan. Connects control, says that it starts, then pings video.
  void connect(const StreamPlan& plan);

  // True once `predicate` holds; false when the deadline passed first. It runs with the state
  // locked.
  bool wait_for(const std::function<bool(const StreamState&)>& predicate,
                milliseconds patience = kPatience) const;
  StreamState state() const;
  // Returns when everything that the kernel held at the time of the call has been read.
  void drain();

  void send_input(const InputPacket& packet);
  void send_control(std::uint16_t type, Bytes payload, std::uint8_t channel = 0);
  // These bytes on the control stream as they are.
  void send_raw_control(Bytes bytes);
  // These bytes to the host's video or audio port, from the right socket.
  void send_raw_media(Bytes bytes, bool video);
  void request_idr();
  void set_loss(double video, double audio);

  // Says goodbye as a client that quits; waits at most 2 s for the answer. Ends reception.
  void leave();
  // The machine loses its power: no goodbye. Ends reception.
  void die();

 private:
  class Engine;
  std::shared_ptr<Engine> engine_;
};

}  // namespace pf::test::gs
