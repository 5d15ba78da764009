// Sealing packets: every library that is usable here, one by one and in batches.
#include <fmt/format.h>

#include <memory>

#include "bench/bench.hpp"
#include "bench/measure.hpp"
#include "crypto/aead.hpp"
#include "crypto/aead_libraries.hpp"

namespace pf::bench {
namespace {

constexpr std::size_t kPackets = 46;  // one segmented send
constexpr std::size_t kText = 1408;

struct Packets {
  Packets(crypto::AeadKind kind, const char* library)
      : cipher(std::move(
            *crypto::Aead::create(kind, Bytes(crypto::aead_key_bytes(kind), 7), library))),
        memory(kPackets * kStride, 1) {
    batch.packets = memory.data();
    batch.stride = kStride;
    batch.count = kPackets;
    batch.additional_bytes = 5;
    batch.text_offset = 5 + crypto::Aead::kNonceBytes;
    batch.text_bytes = kText;
    batch.tag_offset = batch.text_offset + kText;
    batch.nonces = memory.data() + 5;
    batch.nonce_stride = kStride;
  }
  void seal() { static_cast<void>(cipher.seal(batch)); }

  static constexpr std::size_t kStride =
      5 + crypto::Aead::kNonceBytes + kText + crypto::Aead::kTagBytes;
  crypto::Aead cipher;
  Bytes memory;
  crypto::SealBatch batch;
};

void cipher(const Effort& effort, crypto::AeadKind kind, const char* name) {
  std::vector<Variant> variants;
  for (const auto& library : crypto::aead_libraries()) {
    if (!library.reason.empty()) {
      fmt::print("  {} is not used here: {}\n", library.name, library.reason);
      continue;
    }
    const auto packets = std::make_shared<Packets>(kind, library.name);
    variants.push_back({library.name, [packets] { packets->seal(); }});
  }
  const auto timings = measure(variants, effort.rounds, effort.round_seconds);
  fmt::print("{}, {} B, {} packets a call: median (10th..90th percentile)\n", name, kText,
             kPackets);
  for (std::size_t v = 0; v < variants.size(); ++v) {
    const auto faster = ratio(timings.back(), timings[v]);
    const double ns = 1e9 / static_cast<double>(kPackets);
    fmt::print(
        "  {:<24} {:8.1f} ns a packet ({:.1f}..{:.1f}), {:5.2f} x openssl ({:.2f}..{:.2f})\n",
        variants[v].name, timings[v].median * ns, timings[v].low * ns, timings[v].high * ns,
        faster.median, faster.low, faster.high);
  }
}

}  // namespace

void sealing(const Effort& effort) {
  cipher(effort, crypto::AeadKind::Aes128Gcm, "AES-128-GCM");
  cipher(effort, crypto::AeadKind::ChaCha20Poly1305, "ChaCha20-Poly1305");
}

}  // namespace pf::bench
