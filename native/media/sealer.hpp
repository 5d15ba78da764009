// Sealing and opening of whole media packets, in place. Nothing allocates after create().
#pragma once

#include <memory>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "native/media/media_keys.hpp"
#include "native/media/replay_window.hpp"

namespace pf::native::media {

// Packets of equal size, `stride` bytes apart, each laid out as `clear | protected | tag`.
struct SealRun {
  std::uint8_t* base = nullptr;
  std::size_t packet_bytes = 0;  // with clear part and tag
  std::size_t stride = 0;
  std::size_t count = 0;
};

// Seals one direction's packets. One object per sealing thread; several may share one key as long
// as they take their packet numbers from one PacketNumbers.
class PacketSealer {
 public:
  // Errc::CryptoFailed.
  static Result<PacketSealer> create(const Keys& keys,
                                     Direction direction = Direction::HostToClient);
  PacketSealer(PacketSealer&&) noexcept;
  PacketSealer& operator=(PacketSealer&&) noexcept;
  ~PacketSealer();

  Generation generation() const;

  // Gives the run's packets the numbers first_number, first_number + 1, ..., writes their clear
  // parts and encrypts the rest: the cipher gets many packets in one call. This is the one place
  // where packets are sealed. False only when the library fails; the run must then not be sent.
  bool seal(const SealRun& run, Stream stream, std::uint64_t first_number) noexcept;
  // Decrypts in place a packet that was sealed with this key, so that it can be sealed anew. V2.
  // `next`: a packet number beyond its own, by less than 2^32. False when it is not one of ours.
  bool unseal(std::uint8_t* packet, std::size_t bytes, std::uint64_t next) noexcept;

 private:
  struct Impl;
  explicit PacketSealer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

enum class OpenStatus : std::uint8_t {
  Opened = 1,
  Malformed,  // too short, unknown stream tag, or a packet number that cannot be (7.5)
  Forged,     // the tag does not verify
  Replayed,   // seen before, or older than the window
};

struct OpenedPacket {
  std::uint64_t number = 0;
  Stream stream = Stream::Video;  // V2; in V1 the header tells (flags, user_flags)
  MutableByteSpan plain;          // header and shard, inside the datagram
};

// The receiving side: numbers, keys, replay window (punktfunk1.md 6.2, punktfunk2.md 7.5). One
// thread.
class PacketOpener {
 public:
  // Errc::CryptoFailed.
  static Result<PacketOpener> create(const Keys& keys,
                                     Direction direction = Direction::HostToClient);
  PacketOpener(PacketOpener&&) noexcept;
  PacketOpener& operator=(PacketOpener&&) noexcept;
  ~PacketOpener();

  Generation generation() const;
  // Decrypts in place. `out` is set only with Opened; otherwise the datagram's bytes are garbage.
  OpenStatus open(MutableByteSpan datagram, OpenedPacket& out) noexcept;

 private:
  struct Impl;
  explicit PacketOpener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::native::media
