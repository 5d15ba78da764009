// The control channel of every GameStream stream: one ENet host on one thread (gamestream.md 5).
//
// The thread sleeps in poll() on ENet's socket and an eventfd. Without a peer it sleeps without a
// deadline, so an idle host costs nothing. A peer counts as this host's client only after its first
// message verified under the stream's key; until then it holds nothing but an ENet slot, and a
// CONNECT that matches no expected stream is dropped unanswered.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/bytes.hpp"
#include "base/event_loop.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "gamestream/adaptation.hpp"
#include "gamestream/control_envelope.hpp"
#include "gamestream/errc.hpp"
#include "gamestream/media_link.hpp"
#include "net/endpoint.hpp"
#include "session/front_end.hpp"

namespace pf::gamestream {

// Names one stream on the control channel; a resumed session gets a new one.
using ControlId = std::uint64_t;

// What the client told us, for adapting and for diagnosis. Written by the enet thread, read by any.
struct ControlCounts {
  metrics::Counter messages;
  metrics::Counter ignored;         // no envelope, malformed, or a repeat
  metrics::Counter unknown;         // types that this host does not know
  metrics::Counter idr_requests;    // pictures asked for anew
  metrics::Counter invalidations;   // reports of lost frames, answered from older references
  metrics::Counter loss_reports;    // blocks that were damaged, repaired or not
  metrics::Counter missing_shards;  // sum over those blocks
  metrics::Counter lost_blocks;     // blocks that could not be repaired
  metrics::Counter slow_downs;      // times that less was sent because the path carried less
  metrics::Counter input_events;
  metrics::Counter input_invalid;  // input packets without effect: malformed or unknown
};

// A stream whose client is about to connect.
struct ControlExpect {
  ControlId id = 0;
  std::array<std::uint8_t, 16> key{};  // rikey; wiped by the channel
  ControlScheme scheme = ControlScheme::A;
  bool legacy = false;       // the plaintext protocol of 5.5; `scheme` is of no meaning then
  std::uint32_t key_id = 0;  // rikeyid, for it
  std::uint32_t connect_data = 0;
  bool uses_connect_data = true;  // else the client is known by its address (4.4)
  net::Endpoint client;
  std::shared_ptr<session::Stream> stream;  // input and IDR requests go here, on the enet thread
  std::shared_ptr<MediaLink> link;          // frame numbers of reports; the share of parity
  Adaptation::Config adapt;                 // total_kbps 0: nothing follows the path
  std::shared_ptr<ControlCounts> counts;
  Bytes greeting;  // plaintext message sent once the client is there; may be empty
};

enum class ControlLoss : std::uint8_t {
  Left = 1,  // the client disconnected
  Silent,    // nothing for 10 s
  Forged,    // a message did not verify: the stream must end
};

class Control {
 public:
  struct Events {  // on the control thread
    std::function<void(ControlId)> connected;
    std::function<void(ControlId, ControlLoss)> lost;  // not after forget() or terminate()
    // The client speaks from another address or port now, and proved that it is the client.
    std::function<void(ControlId, const net::Endpoint&)> moved;
  };
  static constexpr std::size_t kMaxPeers = 64;

  // Control thread. `bind`: port 0 = any. Errc::ListenFailed names address and port.
  static Result<std::unique_ptr<Control>> start(Executor& executor, const net::Endpoint& bind,
                                                Events events);
  // Control thread. Waits until farewells are delivered, at most half a second.
  ~Control();

  std::uint16_t port() const;

  // The rest: any thread, never blocks on the network.
  void expect(ControlExpect stream);
  // One plaintext message, reliable. Dropped when the client is not connected.
  void send(ControlId id, Bytes message);
  // Tells the client `reason` (5.4), and disconnects once that is acknowledged or after half a
  // second. Nothing from this client has an effect any more.
  void terminate(ControlId id, std::uint32_t reason);
  // Disconnects without a word (the client comes back with new keys, or never came).
  void forget(ControlId id);

 private:
  struct Impl;
  explicit Control(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::gamestream
