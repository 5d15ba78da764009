#include "support/gs_client_engine.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>

namespace pf::test::gs {
namespace {

constexpr milliseconds kMediaPing{500};    // gamestream.md 7.1
constexpr milliseconds kControlPing{100};  // gamestream.md 5.3
constexpr std::size_t kRecentFrames = 600;

}  // namespace

GsStream::Engine::Engine(const StreamPlan& plan)
    : plan_(plan),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      video_(open_udp({plan.host, 0})),
      audio_(open_udp({plan.host, 0})) {
  PF_ASSERT(enet_initialize() == 0);
  thread_ = std::thread([this] { loop(); });
}

GsStream::Engine::~Engine() {
  stop();
}

void GsStream::Engine::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ::eventfd_write(wake_.get(), 1);
  thread_.join();
  // No goodbye: destroying an ENet host tells nobody.
  if (enet_ != nullptr) enet_host_destroy(enet_);
  enet_ = nullptr;
  video_.reset();
  audio_.reset();
  relay_in_.reset();
  relay_out_.reset();
}

void GsStream::Engine::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  ::eventfd_write(wake_.get(), 1);
}

void GsStream::Engine::post_and_wait(std::function<void()> task) {
  bool done = false;  // guarded by mutex_
  post([&] {
    task();
    const std::lock_guard lock(mutex_);
    done = true;
    changed_.notify_all();
  });
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return done || stopping_; });
}

void GsStream::Engine::change(const std::function<void(StreamState&)>& edit) {
  const std::lock_guard lock(mutex_);
  edit(state_);
  changed_.notify_all();
}

void GsStream::Engine::violated(std::string what) {
  change([&](StreamState& s) {
    if (s.violations.size() < 40) s.violations.push_back(std::move(what));
  });
}

bool GsStream::Engine::wait_for(const std::function<bool(const StreamState&)>& predicate,
                                milliseconds patience) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, steady_now() + patience, [&] { return predicate(state_); });
}

StreamState GsStream::Engine::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void GsStream::Engine::loop() {
  for (;;) {
    std::array<pollfd, 5> fds{{{wake_.get(), POLLIN, 0},
                               {video_.get(), POLLIN, 0},
                               {audio_.get(), POLLIN, 0},
                               {relay_out_.get(), POLLIN, 0},
                               {enet_ != nullptr ? enet_->socket : -1, POLLIN, 0}}};
    // What ENet says to the relay is read right after it was serviced.
    ::poll(fds.data(), fds.size(), timeout_ms());
    eventfd_t ignored = 0;
    ::eventfd_read(wake_.get(), &ignored);
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    run_tasks();
    read_media();
    read_relay();
    service_control();
    keep_alive();
    read_relay();
  }
}

int GsStream::Engine::timeout_ms() const {
  return enet_ != nullptr ? 5 : 100;  // ENet's own timers run in its service call
}

void GsStream::Engine::run_tasks() {
  std::deque<std::function<void()>> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  for (const auto& task : tasks) task();
}

void GsStream::Engine::keep_alive() {
  const auto now = steady_now();
  if (now >= next_media_ping_) {
    next_media_ping_ = now + kMediaPing;
    ping(audio_.get(), plan_.audio_port, plan_.audio_ping, audio_pings_);
    if (connected_) ping(video_.get(), plan_.video_port, plan_.video_ping, video_pings_);
  }
  if (connected_ && now >= next_control_ping_) {
    next_control_ping_ = now + kControlPing;
    Bytes payload;
    ByteWriter(payload).le<std::uint16_t>(4).le<std::uint32_t>(0).le<std::uint16_t>(0x5aa5);
    send_control(control_type::kPing, payload, 0, true);
  }
}

void GsStream::Engine::ping(int fd, std::uint16_t port, const std::string& payload,
                            std::uint32_t& counter) {
  Bytes bytes;
  if (payload.empty())
    ByteWriter(bytes).bytes(as_bytes("PING"));
  else
    ByteWriter(bytes).bytes(as_bytes(payload)).be<std::uint32_t>(++counter);
  const auto to = raw({plan_.host, port});
  ::sendto(fd, bytes.data(), bytes.size(), 0, to.get(), to.size);
}

void GsStream::Engine::send_media(ByteSpan bytes, bool video) {
  const auto to = raw({plan_.host, video ? plan_.video_port : plan_.audio_port});
  ::sendto(video ? video_.get() : audio_.get(), bytes.data(), bytes.size(), 0, to.get(), to.size);
}

void GsStream::Engine::set_loss(double video, double audio) {
  plan_.video_loss = video;
  plan_.audio_loss = audio;
}

bool GsStream::Engine::dropped(double share) {
  return share > 0 && std::uniform_real_distribution<>(0, 1)(random_) < share;
}

void GsStream::Engine::read_media() {
  read_video();
  read_audio();
}

void GsStream::Engine::read_video() {
  Datagram datagram;
  while (receive(video_.get(), datagram)) on_video(datagram);
}

void GsStream::Engine::read_audio() {
  Datagram datagram;
  while (receive(audio_.get(), datagram)) on_audio(datagram);
}

void GsStream::Engine::on_video(const Datagram& datagram) {
  if (!video_receiver_) return violated("video before the client asked for it");
  if (datagram.from.port() != plan_.video_port)
    return violated("video from port " + std::to_string(datagram.from.port()));
  const bool lost = dropped(plan_.video_loss);
  change([&](StreamState& s) {
    ++s.video_datagrams;
    s.video_dropped += lost ? 1 : 0;
    s.last_video_ns = datagram.arrived_ns;
  });
  if (lost) return;
  if (plan_.video_encrypted && !open_video(plan_.key, datagram.bytes))
    violated("a video datagram does not open");
  auto frame = video_receiver_->feed(datagram.bytes);
  for (; video_complaints_ < video_receiver_->violations().size(); ++video_complaints_)
    violated("video: " + video_receiver_->violations()[video_complaints_]);
  if (frame) on_frame(std::move(*frame), datagram.arrived_ns);
}

// gamestream.md 7.8 without reference invalidation: after a gap the client shows nothing until an
// IDR, which it asks for at the next complete frame.
void GsStream::Engine::on_frame(GsVideoFrame frame, std::int64_t arrived_ns) {
  const bool idr = frame.type == 2;
  const bool gap = frame.index != last_frame_ + 1;
  const auto lost = frame.index - last_frame_ - 1;
  last_frame_ = frame.index;
  const bool ask = (gap || last_frame_ == 1) && !idr;
  waiting_for_idr_ = !idr && (waiting_for_idr_ || gap);
  change([&](StreamState& s) {
    if (s.first_frame_ns == 0) s.first_frame_ns = arrived_ns;
    ++s.frames;
    s.idr_frames += idr ? 1 : 0;
    s.shown_frames += waiting_for_idr_ ? 0 : 1;
    s.lost_frames += lost;
    s.idr_requests += ask ? 1 : 0;
    s.video_recovered += frame.recovered;
    s.waiting_for_idr = waiting_for_idr_;
    s.recent.push_back({frame.index, frame.type, frame.recovered, !waiting_for_idr_, arrived_ns,
                        std::move(frame.bitstream)});
    if (s.recent.size() > kRecentFrames) s.recent.pop_front();
  });
  if (ask) request_idr();
}

void GsStream::Engine::on_audio(const Datagram& datagram) {
  if (!audio_receiver_) return violated("audio before PLAY");
  if (datagram.from.port() != plan_.audio_port)
    return violated("audio from port " + std::to_string(datagram.from.port()));
  const bool lost = dropped(plan_.audio_loss);
  change([&](StreamState& s) {
    ++s.audio_datagrams;
    s.audio_dropped += lost ? 1 : 0;
    s.last_audio_ns = datagram.arrived_ns;
    if (s.first_audio_ns == 0) s.first_audio_ns = datagram.arrived_ns;
  });
  if (lost) return;
  const ByteSpan wire(datagram.bytes);
  if (plan_.audio_encrypted && wire.size() > 12 && wire[1] == 97 &&
      !open_audio(plan_.key, plan_.rikeyid, load_be<std::uint16_t>(wire.data() + 2),
                  wire.subspan(12)))
    violated("an audio packet does not open");
  const auto packets = audio_receiver_->feed(wire);
  for (; audio_complaints_ < audio_receiver_->violations().size(); ++audio_complaints_)
    violated("audio: " + audio_receiver_->violations()[audio_complaints_]);
  const auto samples = static_cast<int>(48 * plan_.audio_duration.count());
  for (const auto& packet : packets) {
    const auto peak = opus_->play(packet.opus, samples);
    change([&](StreamState& s) {
      ++s.audio_packets;
      s.audio_recovered += packet.recovered ? 1 : 0;
      s.audio_lost += packet.lost ? 1 : 0;
      s.audio_undecodable += peak < 0 ? 1 : 0;
      s.audio_peak = std::max(s.audio_peak, peak);
    });
  }
}

}  // namespace pf::test::gs
