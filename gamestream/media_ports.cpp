#include "gamestream/media_ports.hpp"

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <map>

namespace pf::gamestream {
namespace asio = boost::asio;

namespace {

// Read at most so many datagrams before other control work gets its turn.
constexpr int kPerTurn = 64;

}  // namespace

std::optional<MediaPing> parse_media_ping(ByteSpan datagram) {
  MediaPing ping;
  if (as_text(datagram) == "PING") {
    ping.legacy = true;
    return ping;
  }
  if (datagram.size() != ping.payload.size() + 4) return std::nullopt;
  std::copy_n(datagram.begin(), ping.payload.size(), ping.payload.begin());
  ping.counter = load_be<std::uint32_t>(datagram.data() + ping.payload.size());
  return ping;
}

struct MediaPorts::Impl : std::enable_shared_from_this<MediaPorts::Impl> {
  struct Port {
    Port(asio::io_context& io, net::UdpSocket opened)
        : socket(std::make_shared<net::UdpSocket>(std::move(opened))), readable(io, socket->fd()) {}
    // The socket owns the descriptor.
    ~Port() {
      if (readable.is_open()) readable.release();
    }
    std::shared_ptr<net::UdpSocket> socket;
    asio::posix::stream_descriptor readable;
  };
  struct Expected {
    std::array<char, 16> payload{};
    bool has_payload = false;
    bool legacy = false;
    net::Endpoint client;
    std::shared_ptr<MediaLink> link;
    std::function<void(MediaKind)> start;
    net::Endpoint video_from, audio_from;  // where pings came from last
    bool video_started = false, audio_started = false;
  };

  Impl(asio::io_context& io, net::UdpSocket video_socket, net::UdpSocket audio_socket)
      : video(io, std::move(video_socket)), audio(io, std::move(audio_socket)) {}

  Port& port(MediaKind kind) { return kind == MediaKind::Video ? video : audio; }
  void wait(MediaKind kind);
  void drain(MediaKind kind);
  void on_ping(MediaKind kind, const MediaPing& ping, const net::Received& from);
  bool belongs(const Expected& stream, const MediaPing& ping, const net::Endpoint& from) const;
  static void try_start(Expected& stream, MediaKind kind);

  Port video, audio;
  std::map<StreamId, Expected> streams;
  Counts counts;
  bool closed = false;
};

void MediaPorts::Impl::wait(MediaKind kind) {
  port(kind).readable.async_wait(
      asio::posix::stream_descriptor::wait_read,
      [self = shared_from_this(), kind](boost::system::error_code error) {
        if (error || self->closed) return;
        self->drain(kind);
        self->wait(kind);
      });
}

void MediaPorts::Impl::drain(MediaKind kind) {
  std::array<std::uint8_t, 64> buffer;
  for (int i = 0; i < kPerTurn; ++i) {
    net::Received received;
    const auto status = port(kind).socket->receive(buffer, received);
    if (status == net::ReceiveStatus::Empty) return;
    if (status != net::ReceiveStatus::Packet || received.truncated) continue;
    const auto ping = parse_media_ping(ByteSpan(buffer).first(received.bytes));
    if (ping) on_ping(kind, *ping, received);
  }
}

bool MediaPorts::Impl::belongs(const Expected& stream, const MediaPing& ping,
                               const net::Endpoint& from) const {
  if (ping.legacy) return stream.legacy && stream.client.same_address(from);
  return stream.has_payload && stream.payload == ping.payload;
}

void MediaPorts::Impl::on_ping(MediaKind kind, const MediaPing& ping, const net::Received& got) {
  for (auto& [id, stream] : streams) {
    if (!belongs(stream, ping, got.from)) continue;
    counts.pings.add();
    auto& known = kind == MediaKind::Video ? stream.video_from : stream.audio_from;
    auto& destination = kind == MediaKind::Video ? stream.link->video : stream.link->audio;
    // The path may move to another port of the same address (a NAT that forgot), and to the address
    // that the control stream has moved to; to no other, because the payload can be read off the
    // wire (7.1).
    const bool first = !destination.known();
    const bool near = known.same_address(got.from) || stream.client.same_address(got.from);
    if (!first && (known == got.from || !near)) return;
    if (!first && ping.legacy) return;
    known = got.from;
    destination.set(got.from, got.local);
    try_start(stream, kind);
    return;
  }
  counts.unknown.add();
}

void MediaPorts::Impl::try_start(Expected& stream, MediaKind kind) {
  auto& started = kind == MediaKind::Video ? stream.video_started : stream.audio_started;
  const auto& destination = kind == MediaKind::Video ? stream.link->video : stream.link->audio;
  if (started || !stream.start || !destination.known()) return;
  started = true;
  stream.start(kind);
}

MediaPorts::MediaPorts(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

MediaPorts::~MediaPorts() {
  impl_->closed = true;
  impl_->streams.clear();
  // Waits end here and now: what is left of them may be destroyed with the event loop itself.
  impl_->video.readable.release();
  impl_->audio.readable.release();
}

Result<std::unique_ptr<MediaPorts>> MediaPorts::open(EventLoop& loop, const net::Endpoint& video,
                                                     const net::Endpoint& audio) {
  const auto open_one = [](const net::Endpoint& bind, const char* name) -> Result<net::UdpSocket> {
    auto socket = net::UdpSocket::open({.bind = bind});
    if (!socket)
      return fail(Errc::ListenFailed, std::string(name) + ", UDP " + bind.to_string() + ": " +
                                          socket.error().message() +
                                          " (another program uses it? choose another base port)");
    return socket;
  };
  auto video_socket = open_one(video, "video");
  if (!video_socket) return pass(video_socket);
  auto audio_socket = open_one(audio, "audio");
  if (!audio_socket) return pass(audio_socket);
  auto impl = std::make_shared<Impl>(loop.io(), std::move(*video_socket), std::move(*audio_socket));
  impl->wait(MediaKind::Video);
  impl->wait(MediaKind::Audio);
  return std::unique_ptr<MediaPorts>(new MediaPorts(std::move(impl)));
}

std::uint16_t MediaPorts::port(MediaKind kind) const {
  return impl_->port(kind).socket->local().port();
}
std::shared_ptr<net::UdpSocket> MediaPorts::socket(MediaKind kind) const {
  return impl_->port(kind).socket;
}
const MediaPorts::Counts& MediaPorts::counts() const {
  return impl_->counts;
}

void MediaPorts::expect(StreamId id, const std::string& ping_payload, const net::Endpoint& client,
                        std::shared_ptr<MediaLink> link) {
  auto& stream = impl_->streams[id];
  stream = {};
  stream.has_payload = ping_payload.size() == stream.payload.size();
  if (stream.has_payload)
    std::copy(ping_payload.begin(), ping_payload.end(), stream.payload.begin());
  stream.client = client;
  stream.link = std::move(link);
}

void MediaPorts::start(StreamId id, bool legacy, std::function<void(MediaKind)> start) {
  const auto found = impl_->streams.find(id);
  if (found == impl_->streams.end()) return;
  auto& stream = found->second;
  stream.legacy = legacy;
  stream.start = std::move(start);
  Impl::try_start(stream, MediaKind::Video);
  Impl::try_start(stream, MediaKind::Audio);
}

void MediaPorts::moved(StreamId id, const net::Endpoint& client) {
  const auto found = impl_->streams.find(id);
  if (found != impl_->streams.end()) found->second.client = client;
}

void MediaPorts::forget(StreamId id) {
  impl_->streams.erase(id);
}

}  // namespace pf::gamestream
