// The client's receive path for media packets of either generation: unseal, check, reassemble,
// repair, as strictly as real clients do (punktfunk1.md 6.3, 6.9, 6.10; punktfunk2.md 6.3, 7.5).
// For the reference client, tests and the simulated link. Memory is bounded whatever arrives. One
// thread; time is the packets' own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "native/media/loss_window.hpp"
#include "native/media/media_keys.hpp"
#include "native/media/packet_check.hpp"
#include "native/media/reassembler.hpp"
#include "native/media/sealer.hpp"

namespace pf::native::media {

class Receiver {
 public:
  struct Config {
    Keys keys;
    PacketLimits limits;
    std::uint64_t clock_origin_ns = 0;  // V2: ServerHello tag 2
  };
  struct Stats {
    std::uint64_t datagrams = 0;
    std::uint64_t bytes = 0;
    std::uint64_t malformed = 0, forged = 0, replayed = 0;  // OpenStatus
    std::uint64_t rejected[8] = {};                         // by PacketCheck; [0] = Good
    std::uint64_t probe_packets = 0;
  };

  // Errc::CryptoFailed, BadConfig.
  static Result<Receiver> create(const Config& config);
  Receiver(Receiver&&) noexcept;
  Receiver& operator=(Receiver&&) noexcept;
  ~Receiver();

  // Feeds one datagram, which is decrypted in place; the unit that it completed, if any. Probe
  // filler is counted and never returned.
  std::optional<ReceivedFrame> feed(MutableByteSpan datagram);

  const Stats& stats() const;
  const Reassembler& video() const;
  const Reassembler& probe() const;

 private:
  struct Impl;
  explicit Receiver(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::native::media
