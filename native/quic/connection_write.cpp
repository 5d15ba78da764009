// How a connection fills packets: datagrams first, then the streams in turn.
#include "native/quic/connection_impl.hpp"
#include "native/quic/engine.hpp"

namespace pf::native::quic {
namespace {

constexpr std::size_t kMostPackets = 64;  // before others get their turn
constexpr std::size_t kParts = 8;         // pieces of a stream's buffer given at once

}  // namespace

void ConnectionImpl::write_packets(Timestamp now) {
  const auto quantum = ngtcp2_conn_get_send_quantum(conn_) / kMaxUdpPayload;
  const auto most = std::clamp<std::size_t>(quantum, 1, kMostPackets);
  std::array<std::uint8_t, kMaxUdpPayload> out;
  std::size_t packets = 0;
  for (; packets < most; ++packets) {
    // The library says where each packet goes: with a path under validation that is not always the
    // peer's address (quic-notes 2.6).
    ngtcp2_path_storage path;
    ngtcp2_path_storage_zero(&path);
    const auto size = write_packet(out, path.path, now);
    if (size < 0) {
      fail(static_cast<int>(size), now);
      return;
    }
    if (size == 0) break;
    engine_.send(ByteSpan(out.data(), static_cast<std::size_t>(size)),
                 endpoint_of(path.path.remote), endpoint_of(path.path.local));
  }
  if (packets == most)
    engine_.touch(*this);
  else if (ngtcp2_conn_get_cwnd_left(conn_) == 0)
    squeeze_ports();  // otherwise it is only a matter of pacing
  // Starts the pacing clock. Not during the handshake: without a measured round trip the first
  // stream answer would wait for 20 ms (quic-notes 2.3).
  if (packets > 0 && established_) ngtcp2_conn_update_pkt_tx_time(conn_, now);
  if (!stopped_.empty()) {
    const auto stopped = std::exchange(stopped_, {});
    for (const auto id : stopped)
      tell_later([&](ConnectionHandler& h) { h.on_stream_stopped(id); }, now);
  }
  if (room_wanted_) tell_room(now);
}

ngtcp2_ssize ConnectionImpl::write_packet(MutableByteSpan out, ngtcp2_path& path, Timestamp now) {
  // WRITE_MORE: what was offered is in the packet and there is room for more.
  ngtcp2_ssize size = NGTCP2_ERR_WRITE_MORE;
  while (size == NGTCP2_ERR_WRITE_MORE && pull_datagram()) size = write_datagrams(out, path, now);
  while (size == NGTCP2_ERR_WRITE_MORE) {
    const auto id = next_stream();
    if (id < 0) {
      ngtcp2_pkt_info info{};
      return ngtcp2_conn_writev_stream(conn_, &path, &info, out.data(), out.size(), nullptr,
                                       NGTCP2_WRITE_STREAM_FLAG_NONE, -1, nullptr, 0, now);
    }
    size = write_stream(id, out, path, now);
  }
  return size;
}

ngtcp2_ssize ConnectionImpl::write_datagrams(MutableByteSpan out, ngtcp2_path& path,
                                             Timestamp now) {
  const auto& bytes = datagrams_.front();
  // One that the path no longer carries would block all others for ever.
  bool fits = bytes.size() <= max_datagram_bytes();
  ngtcp2_ssize size = NGTCP2_ERR_INVALID_ARGUMENT;
  int accepted = 0;
  if (fits) {
    const ngtcp2_vec part{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    ngtcp2_pkt_info info{};
    size = ngtcp2_conn_writev_datagram(conn_, &path, &info, out.data(), out.size(), &accepted,
                                       NGTCP2_WRITE_DATAGRAM_FLAG_MORE, ++next_datagram_id_, &part,
                                       bytes.empty() ? 0 : 1, now);
  }
  if (accepted != 0) {
    ++stats_.datagrams_sent;
    datagrams_.pop();
  } else if (size == NGTCP2_ERR_INVALID_ARGUMENT || size == NGTCP2_ERR_INVALID_STATE) {
    ++stats_.datagrams_dropped;
    engine_.counters().datagrams_dropped.add();
    datagrams_.pop();
    return NGTCP2_ERR_WRITE_MORE;
  }
  return size;
}

// Takes datagrams out of the ports while the small queue has room; true when one waits.
bool ConnectionImpl::pull_datagram() {
  if (!established_) return false;
  for (std::size_t idle = 0; idle < ports_.size();) {
    auto& port = *ports_[next_port_ % ports_.size()];
    ++next_port_;
    ByteSpan bytes;
    if (!port.front(bytes)) {
      ++idle;
      continue;
    }
    if (!datagrams_.fits(bytes.size())) break;
    idle = 0;
    datagrams_.push(bytes);
    port.pop();
  }
  return !datagrams_.empty();
}

// When the congestion window is shut, whatever is left in the ports is in for a wait: from here on
// the newest count, as for send_datagram().
void ConnectionImpl::squeeze_ports() {
  if (!established_) return;
  for (const auto& port : ports_)
    for (ByteSpan bytes; port->front(bytes); port->pop()) {
      const auto dropped = datagrams_.push(bytes);
      stats_.datagrams_dropped += dropped;
      engine_.counters().datagrams_dropped.add(dropped);
    }
}

bool ConnectionImpl::has_unsent() const {
  for (const auto& [id, stream] : streams_)
    if (stream.pending()) return true;
  return false;
}

StreamId ConnectionImpl::next_stream() {
  const bool credit = ngtcp2_conn_get_max_data_left(conn_) > 0;
  for (std::size_t left = ready_.size(); left > 0; --left) {
    const auto id = ready_.front();
    const auto found = streams_.find(id);
    if (found == streams_.end() || !found->second.pending()) {
      if (found != streams_.end()) found->second.queued = false;
      ready_.pop_front();
      continue;
    }
    if (credit || found->second.out.unsent_bytes() == 0) return id;
    ready_.pop_front();  // only an end without data can go now
    ready_.push_back(id);
  }
  return -1;
}

ngtcp2_ssize ConnectionImpl::write_stream(StreamId id, MutableByteSpan out, ngtcp2_path& path,
                                          Timestamp now) {
  auto& stream = streams_.at(id);
  std::array<ByteSpan, kParts> parts;
  std::array<ngtcp2_vec, kParts> vectors;
  const auto count = stream.out.unsent(parts);
  std::uint64_t offered = 0;
  for (std::size_t i = 0; i < count; ++i) {
    vectors[i] = {const_cast<std::uint8_t*>(parts[i].data()), parts[i].size()};
    offered += parts[i].size();
  }
  std::uint32_t flags = NGTCP2_WRITE_STREAM_FLAG_MORE;
  const bool fin = stream.fin_wanted && offered == stream.out.unsent_bytes();
  if (fin) flags |= NGTCP2_WRITE_STREAM_FLAG_FIN;

  ngtcp2_pkt_info info{};
  ngtcp2_ssize taken = -1;
  auto size = ngtcp2_conn_writev_stream(conn_, &path, &info, out.data(), out.size(), &taken, flags,
                                        id, vectors.data(), count, now);
  if (taken >= 0) {
    stream.out.mark_sent(static_cast<std::uint64_t>(taken));
    if (fin && static_cast<std::uint64_t>(taken) == offered) stream.fin_sent = true;
  }
  switch (size) {
    case NGTCP2_ERR_STREAM_DATA_BLOCKED:  // on_room() puts it back
      stream.queued = false;
      std::erase(ready_, id);
      return NGTCP2_ERR_WRITE_MORE;
    case NGTCP2_ERR_STREAM_SHUT_WR:
    case NGTCP2_ERR_STREAM_NOT_FOUND:
      if (size == NGTCP2_ERR_STREAM_SHUT_WR) stopped_.push_back(id);
      stop_writing(stream);
      return NGTCP2_ERR_WRITE_MORE;
    default:
      break;
  }
  if (size > 0 && !ready_.empty() && ready_.front() == id) {  // the next packet is for the next one
    ready_.pop_front();
    ready_.push_back(id);
  }
  return size;
}

// Its bytes stay until the stream is closed: packets under way still point at them.
void ConnectionImpl::stop_writing(Stream& stream) {
  stream.writable = false;
  stream.wants_room = false;
}

void ConnectionImpl::tell_room(Timestamp now) {
  const auto half = engine_.options().limits.stream_backlog_bytes / 2;
  std::vector<StreamId> free;
  room_wanted_ = false;
  for (auto& [id, stream] : streams_) {
    if (!stream.wants_room) continue;
    if (write_room(id) >= half) {
      stream.wants_room = false;
      free.push_back(id);
    } else {
      room_wanted_ = true;
    }
  }
  for (const auto id : free)
    tell_later([&](ConnectionHandler& h) { h.on_stream_writable(id); }, now);
}

}  // namespace pf::native::quic
