#include "audio/voice_buffer.hpp"

#include <opus.h>

#include <algorithm>
#include <cstring>

#include "base/clock.hpp"

namespace pf::audio {
namespace {

constexpr std::int32_t kRate = 48'000;
constexpr std::size_t samples_in(std::chrono::milliseconds time) {
  return static_cast<std::size_t>(time.count() * kRate / 1000);
}
constexpr auto kLeast = samples_in(VoiceBuffer::kLeastDelay);
constexpr auto kMost = samples_in(VoiceBuffer::kMostDelay);
constexpr auto kStepUp = samples_in(std::chrono::milliseconds(10));
constexpr auto kStepDown = samples_in(std::chrono::milliseconds(5));
// Without running dry for this long, the delay may shrink.
constexpr auto kCalm = samples_in(std::chrono::seconds(5));
// More than this above the aim, all the time for so long: a packet is left out.
constexpr auto kExcess = samples_in(std::chrono::milliseconds(40));
constexpr auto kExcessTime = samples_in(std::chrono::milliseconds(200));
// Nobody fetched for a while: what was said then is of no use now.
constexpr std::int64_t kStaleNs = 250'000'000;
// A sequence number this far off belongs to a new stream of the same client.
constexpr std::int32_t kFar = 100;
// And so do several in a row that all seem late.
constexpr unsigned kMostLate = 8;
// Concealment sounds worse than silence after some tens of milliseconds.
constexpr unsigned kMostBlind = 2;

std::int32_t ahead(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b);
}

}  // namespace

void VoiceBuffer::Destroy::operator()(OpusDecoder* decoder) const {
  opus_decoder_destroy(decoder);
}

VoiceBuffer::VoiceBuffer() : ring_(kRing), window_(kWindow), target_samples_(kLeast) {}
VoiceBuffer::~VoiceBuffer() = default;

Result<std::unique_ptr<VoiceBuffer>> VoiceBuffer::create() {
  std::unique_ptr<VoiceBuffer> made(new VoiceBuffer());
  int error = OPUS_OK;
  // A stereo decoder plays mono packets on both sides.
  made->decoder_.reset(opus_decoder_create(kRate, 2, &error));
  if (error != OPUS_OK || !made->decoder_) return fail(Errc::DecoderFailed, opus_strerror(error));
  return made;
}

void VoiceBuffer::push(std::uint32_t seq, ByteSpan packet, std::int64_t now_ns) noexcept {
  const auto at = pushed_.load(std::memory_order_relaxed);
  if (packet.size() > kLargestPacket || at - taken_.load(std::memory_order_acquire) >= kRing) {
    counts_.overflowed.add();
    return;
  }
  auto& to = ring_[at % kRing];
  to.seq = seq;
  to.size = static_cast<std::uint16_t>(packet.size());
  to.arrived_ns = now_ns;
  std::copy(packet.begin(), packet.end(), to.bytes.begin());
  pushed_.store(at + 1, std::memory_order_release);
  counts_.received.add();
}

void VoiceBuffer::fill(std::span<float> stereo) noexcept {
  fill_at(stereo, steady_now_ns());
}

std::chrono::milliseconds VoiceBuffer::delay() const noexcept {
  return std::chrono::milliseconds(target_samples_ * 1000 / kRate);
}

void VoiceBuffer::fill_at(std::span<float> stereo, std::int64_t now_ns) noexcept {
  collect(now_ns);
  if (buffering_ && synced_ && waiting() >= target_samples_) buffering_ = false;
  const auto frames = stereo.size() / 2;
  std::size_t done = 0;
  while (!buffering_ && done < frames) {
    if (decoded_from_ == decoded_to_ && !decode_next()) break;
    const auto take = std::min(frames - done, decoded_to_ - decoded_from_);
    std::copy_n(decoded_.begin() + static_cast<std::ptrdiff_t>(2 * decoded_from_), 2 * take,
                stereo.begin() + static_cast<std::ptrdiff_t>(2 * done));
    decoded_from_ += take;
    done += take;
  }
  std::fill(stereo.begin() + static_cast<std::ptrdiff_t>(2 * done), stereo.end(), 0.0F);
  played(done);
}

void VoiceBuffer::collect(std::int64_t now_ns) noexcept {
  const auto end = pushed_.load(std::memory_order_acquire);
  auto at = taken_.load(std::memory_order_relaxed);
  for (; at != end; ++at) {
    const auto& packet = ring_[at % kRing];
    if (now_ns - packet.arrived_ns > kStaleNs)
      counts_.stale.add();
    else
      accept(packet);
  }
  taken_.store(at, std::memory_order_release);
}

void VoiceBuffer::restart(std::uint32_t seq) noexcept {
  for (auto& packet : window_) packet.present = false;
  synced_ = buffering_ = fresh_ = true;
  next_ = newest_ = seq;
  blind_ = late_run_ = 0;
}

void VoiceBuffer::accept(const Packet& packet) noexcept {
  if (!synced_) restart(packet.seq);
  auto distance = ahead(packet.seq, next_);
  if (distance < -kFar || distance >= static_cast<std::int32_t>(kWindow) ||
      (distance < 0 && late_run_ >= kMostLate)) {
    counts_.restarted.add();
    restart(packet.seq);
    distance = 0;
  }
  if (distance < 0) {
    // Out of order at the very start is not late: nothing was played yet.
    const bool fits = ahead(newest_, packet.seq) < static_cast<std::int32_t>(kWindow);
    if (!fresh_ || !fits) {
      counts_.late.add();
      ++late_run_;
      return;
    }
    next_ = packet.seq;
  }
  late_run_ = 0;
  auto& to = slot(packet.seq);
  to.seq = packet.seq;
  to.size = packet.size;
  to.present = true;
  std::copy_n(packet.bytes.begin(), packet.size, to.bytes.begin());
  if (ahead(packet.seq, newest_) > 0) newest_ = packet.seq;
}

std::size_t VoiceBuffer::waiting() const noexcept {
  const auto packets = synced_ ? ahead(newest_, next_) + 1 : 0;
  const bool any = window_[newest_ % kWindow].present;
  return decoded_to_ - decoded_from_ +
         (any && packets > 0 ? static_cast<std::size_t>(packets) * packet_samples_ : 0);
}

// Returns the samples per channel, or what libopus says is wrong. Without a packet (or with one
// that follows the missing one, to repair from): what the decoder guesses.
int VoiceBuffer::decode(const Packet* packet, bool repair) noexcept {
  const bool real = packet != nullptr && packet->size > 0;
  const auto room = real && !repair ? kMostSamples : packet_samples_;
  return opus_decode_float(decoder_.get(), real ? packet->bytes.data() : nullptr,
                           real ? packet->size : 0, decoded_.data(), static_cast<int>(room),
                           real && repair ? 1 : 0);
}

bool VoiceBuffer::decode_next() noexcept {
  fresh_ = false;
  auto& packet = slot(next_);
  int samples = 0;
  if (packet.present && packet.seq == next_) {
    packet.present = false;
    samples = decode(&packet, false);
    if (samples > 0) packet_samples_ = static_cast<std::size_t>(samples);
    blind_ = 0;
    ++next_;
  } else if (ahead(newest_, next_) > 0) {
    const auto& after = slot(next_ + 1);
    samples = decode(after.present && after.seq == next_ + 1 ? &after : nullptr, true);
    counts_.concealed.add();
    ++next_;
  } else if (blind_ < kMostBlind) {
    // It may only be late: time is gained for it, at the cost of a longer delay.
    samples = decode(nullptr, true);
    counts_.concealed.add();
    ++blind_;
  } else {
    counts_.dried_up.add();
    buffering_ = true;
    calm_samples_ = 0;
    target_samples_ = std::min(target_samples_ + kStepUp, kMost);
    return false;
  }
  if (samples <= 0) {
    // Not Opus: silence in its place.
    samples = static_cast<int>(packet_samples_);
    std::fill_n(decoded_.begin(), 2 * packet_samples_, 0.0F);
  }
  decoded_from_ = 0;
  decoded_to_ = static_cast<std::size_t>(samples);
  return true;
}

void VoiceBuffer::played(std::size_t frames) noexcept {
  if (buffering_) return;
  calm_samples_ += frames;
  if (calm_samples_ >= kCalm) {
    calm_samples_ = 0;
    target_samples_ = std::max(target_samples_ - std::min(target_samples_, kStepDown), kLeast);
  }
  if (waiting() <= target_samples_ + kExcess) {
    excess_samples_ = 0;
    return;
  }
  excess_samples_ += frames;
  if (excess_samples_ < kExcessTime) return;
  excess_samples_ = 0;
  counts_.skipped.add();
  decoded_from_ = decoded_to_;
  decode_next();  // the decoder must have seen it
  decoded_from_ = decoded_to_;
}

}  // namespace pf::audio
