// One sending thread's way through the shared socket to the link's destination. Does not allocate.
#pragma once

#include <memory>

#include "native/media/video_link.hpp"
#include "net/udp_socket.hpp"

namespace pf::native::media {

class PacketSender {
 public:
  PacketSender(std::shared_ptr<net::UdpSocket> socket, std::shared_ptr<VideoLink> link,
               std::uint8_t dscp)
      : socket_(std::move(socket)), link_(std::move(link)) {
    route_.dscp = dscp;
  }

  // Whether packets may go, and the newest destination if so.
  bool ready() noexcept { return link_->open() && link_->destination.follow(route_, seen_); }
  // The whole group, counted either as sent or as dropped.
  bool send(const net::PacketRun& group) noexcept {
    // An ICMP answer to an earlier packet (the peer's port closed, or its address changed) is
    // reported by the next send, once. Packets that went out twice are replays to the receiver.
    auto status = socket_->send_batch(group, route_);
    if (status == net::SendStatus::Refused) status = socket_->send_batch(group, route_);
    if (status != net::SendStatus::Sent) {
      link_->counters.dropped_packets.add(group.count);
      return false;
    }
    link_->counters.packets.add(group.count);
    link_->counters.bytes.add(group.count * group.packet_bytes);
    return true;
  }
  VideoLink& link() noexcept { return *link_; }

 private:
  std::shared_ptr<net::UdpSocket> socket_;
  std::shared_ptr<VideoLink> link_;
  net::Route route_;
  std::uint32_t seen_ = 0;
};

}  // namespace pf::native::media
