// The thread behind GsStream. Private to the client.
#pragma once

#include <enet/enet.h>

#include <random>

#include "base/unique_fd.hpp"
#include "support/gs_audio_receiver.hpp"
#include "support/gs_client_opus.hpp"
#include "support/gs_client_stream.hpp"

namespace pf::test::gs {

class GsStream::Engine {
 public:
  explicit Engine(const StreamPlan& plan);
  ~Engine();

  void post(std::function<void()> task);
  void post_and_wait(std::function<void()> task);
  void stop();
  bool wait_for(const std::function<bool(const StreamState&)>& predicate,
                milliseconds patience) const;
  StreamState state() const;

  // Engine thread.
  void connect(const StreamPlan& plan);
  void send_control(std::uint16_t type, ByteSpan payload, std::uint8_t channel, bool reliable);
  void send_packet(ByteSpan bytes, std::uint8_t channel, bool reliable);
  void request_idr();
  void send_legacy(std::uint16_t type, ByteSpan payload);
  void say_goodbye();
  void read_media();
  void send_media(ByteSpan bytes, bool video);
  void set_loss(double video, double audio);

 private:
  void loop();
  int timeout_ms() const;
  void run_tasks();
  void keep_alive();
  void ping(int fd, std::uint16_t port, const std::string& payload, std::uint32_t& counter);
  bool dropped(double share);
  void read_video();
  void read_audio();
  void on_video(const Datagram& datagram);
  void on_frame(GsVideoFrame frame, std::int64_t arrived_ns);
  void on_audio(const Datagram& datagram);
  void read_relay();
  void service_control();
  void on_control(ByteSpan wire);
  void close_control();
  // Changes the state and wakes everyone who waits for it.
  void change(const std::function<void(StreamState&)>& edit);
  void violated(std::string what);

  StreamPlan plan_;
  UniqueFd wake_, video_, audio_;
  // ENet here speaks IPv4 only: an IPv6 host is reached through this pair of sockets.
  UniqueFd relay_in_, relay_out_;
  RawAddress relay_peer_;
  ENetHost* enet_ = nullptr;
  ENetPeer* peer_ = nullptr;
  bool connected_ = false;
  Block legacy_iv_{};
  std::uint32_t sent_sequence_ = 0, received_sequence_ = 0;
  std::uint32_t video_pings_ = 0, audio_pings_ = 0;
  SteadyTime next_media_ping_{}, next_control_ping_{};
  std::mt19937_64 random_;
  std::unique_ptr<GsVideoReceiver> video_receiver_;
  std::unique_ptr<GsAudioReceiver> audio_receiver_;
  std::optional<OpusReader> opus_;
  std::size_t video_complaints_ = 0, audio_complaints_ = 0;
  std::uint32_t last_frame_ = 0;
  bool waiting_for_idr_ = true;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  StreamState state_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace pf::test::gs
