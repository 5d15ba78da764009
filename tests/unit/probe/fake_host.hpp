// A host made of the rooms below the front end: says what a test tells it to say. QUIC, codecs and
// packets are real; there is no session, no trust and no capture behind it.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "native/media/video_packets.hpp"
#include "native/pairing/spake2.hpp"
#include "native/quic/endpoint.hpp"
#include "native/wire/codec.hpp"
#include "native/wire/datagram.hpp"
#include "probe/client_session.hpp"
#include "probe/dial.hpp"

namespace pf::probe {

const crypto::Identity& test_host_identity();
const crypto::Identity& test_client_identity();

// An IDR with parameter sets, or a P slice, of H.264, `bytes` long.
Bytes test_picture(bool key, std::size_t bytes);

class FakeHost {
 public:
  struct Plan {
    std::vector<std::string> alpns{"pkf2", "pkf1"};
    // The answer to a hello: pendings, then a close or the ServerHello.
    unsigned pendings = 0;
    std::optional<native::wire::CloseCode> refusal{};
    std::function<void(native::wire::ServerHello&)> adjust{};
    bool answer_clock = true;
    bool answer_hello = true;
    // Sent after Ready.
    unsigned frames = 10;
    unsigned sounds = 4;
    std::size_t frame_bytes = 5000;
    unsigned fec_percent = 10;
    std::function<bool(std::uint32_t frame, std::size_t packet)> lose{};  // true: not sent
    // Every frame's; an ask for recovery is answered by an anchor (range) or an IDR.
    std::function<void(native::media::FrameInfo&)> frame_info{};
    std::string pin = "0042";
    bool pair_ok = true;
  };

  explicit FakeHost(Plan plan);
  ~FakeHost();

  net::Endpoint address() const;
  const crypto::Fingerprint& fingerprint() const {
    return test_host_identity().certificate().fingerprint();
  }
  // What clients said so far. Waits until `enough` says so; false after ten seconds.
  struct Heard {
    std::vector<native::wire::ControlMessage> messages;
    std::vector<Bytes> datagrams;
    std::vector<std::uint64_t> closes;
    template <class M>
    std::vector<M> all() const {
      std::vector<M> out;
      for (const auto& m : messages)
        if (std::holds_alternative<M>(m)) out.push_back(std::get<M>(m));
      return out;
    }
  };
  bool wait(const std::function<bool(const Heard&)>& enough) const;
  Heard heard() const;

  // On the newest connection.
  void say(native::wire::ControlMessage message);
  void say_raw(Bytes bytes);
  void send_datagram(Bytes datagram);
  void send_frames(unsigned count, std::uint32_t first_flags);
  void close(native::wire::CloseCode code, std::string reason);
  bool answered_recovery() const { return answered_recovery_.load(); }

 private:
  class Peer;
  friend class Peer;
  void hear(const std::function<void(Heard&)>& change);
  void with_peer(std::function<void(Peer&)> task);

  Plan plan_;
  net::UdpSocket media_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Heard heard_;
  std::atomic<bool> answered_recovery_{false};
  Peer* peer_ = nullptr;  // pf-quic
  std::unique_ptr<native::quic::Endpoint> endpoint_;
};

}  // namespace pf::probe
