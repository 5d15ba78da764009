#include "native/media/sealer.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "crypto/digest.hpp"

namespace pf::native::media {
namespace {

// What one segmented send takes at most.
constexpr std::size_t kBatch = 64;
constexpr std::uint64_t kNoIndex = ~std::uint64_t{0};

// The cipher of one key index of punktfunk/2.
struct EpochCipher {
  std::uint64_t index = kNoIndex;
  EpochKeyV2 key;
  std::optional<crypto::Aead> cipher;

  ~EpochCipher() {
    crypto::wipe(key.key);
    crypto::wipe(key.iv);
  }
  bool use(std::uint64_t wanted, const KeyScheduleV2& schedule, Suite suite) noexcept {
    if (index == wanted) return true;
    schedule.derive(wanted, suite, key);
    const bool set = cipher->set_key(ByteSpan(key.key).first(key_bytes(suite)));
    // The cipher holds the key now; only the IV is needed again.
    crypto::wipe(key.key);
    index = set ? wanted : kNoIndex;
    return set;
  }
};

// What both ends of both generations hold.
template <std::size_t Ciphers>
struct State {
  State(const Keys& keys, Direction d)
      : generation(keys.generation()), suite(keys.suite()), salt(keys.salt()), direction(d) {}

  Result<> open(const Keys& keys) {
    const auto kind = aead_kind(suite);
    if (generation == Generation::V1) {
      auto made = crypto::Aead::create(kind, keys.secret());
      if (!made) return fail(Errc::CryptoFailed, made.error().message());
      cipher = std::move(*made);
      return {};
    }
    auto made = KeyScheduleV2::create(keys.secret(), direction);
    if (!made) return pass(made);
    schedule = std::move(*made);
    // Contexts are made here, with a key that is replaced before it is used.
    const std::array<std::uint8_t, 32> none{};
    for (auto& epoch : epochs) {
      auto aead = crypto::Aead::create(kind, ByteSpan(none).first(key_bytes(suite)));
      if (!aead) return fail(Errc::CryptoFailed, aead.error().message());
      epoch.cipher = std::move(*aead);
    }
    return {};
  }

  EpochCipher* epoch(std::uint64_t number) noexcept {
    const auto index = key_index(number);
    auto& slot = epochs[index % Ciphers];
    return slot.use(index, *schedule, suite) ? &slot : nullptr;
  }

  Generation generation;
  Suite suite;
  Salt salt;
  Direction direction;
  std::optional<crypto::Aead> cipher;     // V1
  std::optional<KeyScheduleV2> schedule;  // V2
  std::array<EpochCipher, Ciphers> epochs;
};

}  // namespace

struct PacketSealer::Impl : State<1> {
  using State::State;

  // At most kBatch packets of one key.
  bool seal(const SealRun& run, Stream stream, std::uint64_t first) noexcept {
    const bool v1 = generation == Generation::V1;
    auto* key = v1 ? nullptr : epoch(first);
    if (!v1 && key == nullptr) return false;
    for (std::size_t i = 0; i < run.count; ++i) {
      auto* packet = run.base + i * run.stride;
      if (v1) {
        store_be(packet, first + i);
        nonces[i] = nonce_v1(salt, direction, first + i);
      } else {
        packet[0] = static_cast<std::uint8_t>(stream);
        store_le(packet + 1, static_cast<std::uint32_t>(first + i));
        nonces[i] = key->key.nonce(first + i);
      }
    }
    const auto& layout = sizes(generation);
    crypto::SealBatch batch;
    batch.packets = run.base;
    batch.stride = run.stride;
    batch.count = run.count;
    batch.additional_bytes = batch.text_offset = layout.clear;
    batch.text_bytes = run.packet_bytes - layout.clear - layout.tag;
    batch.tag_offset = run.packet_bytes - layout.tag;
    batch.nonces = nonces[0].data();
    batch.nonce_stride = sizeof nonces[0];
    return (v1 ? cipher : key->cipher)->seal(batch);
  }

  std::array<Nonce, kBatch> nonces;
};

PacketSealer::PacketSealer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PacketSealer::PacketSealer(PacketSealer&&) noexcept = default;
PacketSealer& PacketSealer::operator=(PacketSealer&&) noexcept = default;
PacketSealer::~PacketSealer() = default;

Result<PacketSealer> PacketSealer::create(const Keys& keys, Direction direction) {
  auto impl = std::make_unique<Impl>(keys, direction);
  if (auto opened = impl->open(keys); !opened) return pass(opened);
  return PacketSealer(std::move(impl));
}

Generation PacketSealer::generation() const {
  return impl_->generation;
}

bool PacketSealer::seal(const SealRun& run, Stream stream, std::uint64_t first_number) noexcept {
  SealRun part = run;
  for (std::size_t done = 0; done < run.count; done += part.count) {
    const std::uint64_t number = first_number + done;
    const std::uint64_t of_key = ((key_index(number) + 1) << kKeyIndexShift) - number;
    part.base = run.base + done * run.stride;
    part.count = std::min<std::size_t>({run.count - done, kBatch, of_key});
    if (!impl_->seal(part, stream, number)) return false;
  }
  return true;
}

bool PacketSealer::unseal(std::uint8_t* packet, std::size_t bytes, std::uint64_t next) noexcept {
  const auto& layout = sizes(impl_->generation);
  if (impl_->generation != Generation::V2 || bytes < layout.overhead()) return false;
  const auto low = load_le<std::uint32_t>(packet + 1);
  const std::uint64_t number =
      next - static_cast<std::uint32_t>(static_cast<std::uint32_t>(next) - low);
  auto* const key = impl_->epoch(number);
  return key != nullptr &&
         key->cipher->open(key->key.nonce(number), {packet, layout.clear},
                           {packet + layout.clear, bytes - layout.clear - layout.tag},
                           {packet + bytes - layout.tag, layout.tag});
}

// Three key indexes may be in use at once: the newest's own, the one before and the one after.
struct PacketOpener::Impl : State<3> {
  using State::State;
  ReplayWindow window;

  // punktfunk2.md 7.5: the number nearest to the highest accepted one.
  std::optional<std::uint64_t> expand(std::uint32_t low) const noexcept {
    const std::uint64_t reference = window.highest();
    const auto step = static_cast<std::int32_t>(low - static_cast<std::uint32_t>(reference));
    const auto distance = static_cast<std::int64_t>(step);
    if (distance < 0 && static_cast<std::uint64_t>(-distance) > reference) return std::nullopt;
    const std::uint64_t number = reference + static_cast<std::uint64_t>(distance);
    if (key_index(number) > key_index(reference) + 1) return std::nullopt;
    if (number < reference && reference - number >= ReplayWindow::kSize) return std::nullopt;
    return number;
  }
};

PacketOpener::PacketOpener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PacketOpener::PacketOpener(PacketOpener&&) noexcept = default;
PacketOpener& PacketOpener::operator=(PacketOpener&&) noexcept = default;
PacketOpener::~PacketOpener() = default;

Result<PacketOpener> PacketOpener::create(const Keys& keys, Direction direction) {
  auto impl = std::make_unique<Impl>(keys, direction);
  if (auto opened = impl->open(keys); !opened) return pass(opened);
  return PacketOpener(std::move(impl));
}

Generation PacketOpener::generation() const {
  return impl_->generation;
}

OpenStatus PacketOpener::open(MutableByteSpan datagram, OpenedPacket& out) noexcept {
  const bool v1 = impl_->generation == Generation::V1;
  const auto& layout = sizes(impl_->generation);
  if (datagram.size() < layout.overhead()) return OpenStatus::Malformed;
  const auto clear = datagram.first(layout.clear);
  const auto text = datagram.subspan(layout.clear, datagram.size() - layout.clear - layout.tag);
  const auto tag = datagram.last(layout.tag);

  std::uint64_t number = 0;
  auto stream = Stream::Video;
  if (v1) {
    number = load_be<std::uint64_t>(clear.data());
  } else {
    if (clear[0] > static_cast<std::uint8_t>(Stream::Probe)) return OpenStatus::Malformed;
    stream = static_cast<Stream>(clear[0]);
    const auto expanded = impl_->expand(load_le<std::uint32_t>(clear.data() + 1));
    if (!expanded) return OpenStatus::Malformed;
    number = *expanded;
  }
  if (!impl_->window.fresh(number)) return OpenStatus::Replayed;

  if (v1) {
    if (!impl_->cipher->open(nonce_v1(impl_->salt, impl_->direction, number), clear, text, tag))
      return OpenStatus::Forged;
  } else {
    auto* key = impl_->epoch(number);
    if (key == nullptr || !key->cipher->open(key->key.nonce(number), clear, text, tag))
      return OpenStatus::Forged;
  }
  impl_->window.accept(number);
  out = {number, stream, text};
  return OpenStatus::Opened;
}

}  // namespace pf::native::media
