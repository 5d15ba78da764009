#include "bench/usual_path.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "crypto/aead.hpp"
#include "gamestream/video_packets.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace pf::bench {
namespace {

constexpr std::size_t kHeader = 32;        // of a packet, in front of its payload
constexpr std::size_t kCipherHeader = 32;  // IV, frame number, tag
constexpr std::size_t kRtp = 16;

std::uint8_t product(std::uint8_t a, std::uint8_t b) {
  unsigned sum = 0;
  for (unsigned bit = 0; bit < 8; ++bit)
    if ((b >> bit & 1U) != 0) sum ^= unsigned{a} << bit;
  for (unsigned bit = 15; bit >= 8; --bit)
    if ((sum >> bit & 1U) != 0) sum ^= 0x11DU << (bit - 8);
  return static_cast<std::uint8_t>(sum);
}

// Products of every constant with every low and every high nibble.
struct Tables {
  Tables() {
    for (unsigned c = 0; c < 256; ++c)
      for (unsigned n = 0; n < 16; ++n) {
        low[c][n] = product(static_cast<std::uint8_t>(c), static_cast<std::uint8_t>(n));
        high[c][n] = product(static_cast<std::uint8_t>(c), static_cast<std::uint8_t>(n << 4));
      }
  }
  alignas(16) std::uint8_t low[256][16];
  alignas(16) std::uint8_t high[256][16];
};
const Tables& tables() {
  static const Tables made;
  return made;
}

void scalar_tail(std::uint8_t c, const std::uint8_t* in, std::uint8_t* out, std::size_t bytes) {
  const auto& t = tables();
  for (std::size_t i = 0; i < bytes; ++i)
    out[i] = static_cast<std::uint8_t>(out[i] ^ t.low[c][in[i] & 15U] ^ t.high[c][in[i] >> 4U]);
}

#if defined(__x86_64__)
template <class T>
const T* as(const std::uint8_t* p) {
  return static_cast<const T*>(static_cast<const void*>(p));
}
template <class T>
T* as(std::uint8_t* p) {
  return static_cast<T*>(static_cast<void*>(p));
}

__attribute__((target("ssse3"))) std::size_t run_ssse3(std::uint8_t c, const std::uint8_t* in,
                                                       std::uint8_t* out, std::size_t bytes) {
  const auto low = _mm_load_si128(as<__m128i>(tables().low[c]));
  const auto high = _mm_load_si128(as<__m128i>(tables().high[c]));
  const auto mask = _mm_set1_epi8(15);
  std::size_t i = 0;
  for (; i + 16 <= bytes; i += 16) {
    const auto x = _mm_loadu_si128(as<__m128i>(in + i));
    const auto a = _mm_shuffle_epi8(low, _mm_and_si128(x, mask));
    const auto b = _mm_shuffle_epi8(high, _mm_and_si128(_mm_srli_epi64(x, 4), mask));
    const auto y = _mm_loadu_si128(as<__m128i>(out + i));
    _mm_storeu_si128(as<__m128i>(out + i), _mm_xor_si128(y, _mm_xor_si128(a, b)));
  }
  return i;
}

__attribute__((target("avx2"))) std::size_t run_avx2(std::uint8_t c, const std::uint8_t* in,
                                                     std::uint8_t* out, std::size_t bytes) {
  const auto low = _mm256_broadcastsi128_si256(_mm_load_si128(as<__m128i>(tables().low[c])));
  const auto high = _mm256_broadcastsi128_si256(_mm_load_si128(as<__m128i>(tables().high[c])));
  const auto mask = _mm256_set1_epi8(15);
  std::size_t i = 0;
  for (; i + 32 <= bytes; i += 32) {
    const auto x = _mm256_loadu_si256(as<__m256i>(in + i));
    const auto a = _mm256_shuffle_epi8(low, _mm256_and_si256(x, mask));
    const auto b = _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi64(x, 4), mask));
    const auto y = _mm256_loadu_si256(as<__m256i>(out + i));
    _mm256_storeu_si256(as<__m256i>(out + i), _mm256_xor_si256(y, _mm256_xor_si256(a, b)));
  }
  return i;
}

__attribute__((target("avx512f,avx512bw"))) std::size_t run_avx512(std::uint8_t c,
                                                                   const std::uint8_t* in,
                                                                   std::uint8_t* out,
                                                                   std::size_t bytes) {
  alignas(64) std::uint8_t low_bytes[64];
  alignas(64) std::uint8_t high_bytes[64];
  for (std::size_t n = 0; n < 4; ++n) {
    std::memcpy(low_bytes + 16 * n, tables().low[c], 16);
    std::memcpy(high_bytes + 16 * n, tables().high[c], 16);
  }
  const auto low = _mm512_load_si512(low_bytes);
  const auto high = _mm512_load_si512(high_bytes);
  const auto mask = _mm512_set1_epi8(15);
  std::size_t i = 0;
  for (; i + 64 <= bytes; i += 64) {
    const auto x = _mm512_loadu_si512(in + i);
    const auto a = _mm512_shuffle_epi8(low, _mm512_and_si512(x, mask));
    // Without the mask gcc 12 takes the unused operand for uninitialized.
    const auto b =
        _mm512_shuffle_epi8(high, _mm512_and_si512(_mm512_maskz_srli_epi64(0xFF, x, 4), mask));
    const auto y = _mm512_loadu_si512(out + i);
    _mm512_storeu_si512(out + i, _mm512_xor_si512(y, _mm512_xor_si512(a, b)));
  }
  return i;
}
#endif

}  // namespace

bool has_table_kernel(TableKernel kernel) {
#if defined(__x86_64__)
  switch (kernel) {
    case TableKernel::Ssse3:
      return __builtin_cpu_supports("ssse3") != 0;
    case TableKernel::Avx2:
      return __builtin_cpu_supports("avx2") != 0;
    case TableKernel::Avx512:
      return __builtin_cpu_supports("avx512bw") != 0;
  }
#endif
  static_cast<void>(kernel);
  return false;
}

TableKernel best_table_kernel() {
  for (const auto kernel : {TableKernel::Avx512, TableKernel::Avx2})
    if (has_table_kernel(kernel)) return kernel;
  return TableKernel::Ssse3;
}

void multiply_add(TableKernel kernel, std::uint8_t c, const std::uint8_t* in, std::uint8_t* out,
                  std::size_t bytes) {
  std::size_t done = 0;
#if defined(__x86_64__)
  if (has_table_kernel(kernel)) {
    if (kernel == TableKernel::Avx512)
      done = run_avx512(c, in, out, bytes);
    else if (kernel == TableKernel::Avx2)
      done = run_avx2(c, in, out, bytes);
    else
      done = run_ssse3(c, in, out, bytes);
  }
#else
  static_cast<void>(kernel);
#endif
  scalar_tail(c, in + done, out + done, bytes - done);
}

void table_parity(TableKernel kernel, const std::uint8_t* data, std::uint8_t* parity,
                  std::size_t stride, std::size_t bytes, std::size_t k, std::size_t m) {
  for (std::size_t j = 0; j < m; ++j) {
    std::uint8_t* out = parity + j * stride;
    std::memset(out, 0, bytes);
    for (std::size_t i = 0; i < k; ++i)
      multiply_add(kernel, static_cast<std::uint8_t>(1 + (i * 7 + j * 13) % 255), data + i * stride,
                   out, bytes);
  }
}

struct UsualPath::Impl {
  std::size_t payload = 0;
  unsigned percentage = 0;
  std::optional<crypto::Aead> cipher;
  Bytes framed;   // header and bitstream side by side
  Bytes packets;  // plain, with their parity
  Bytes sealed;
  std::uint64_t counter = 0;

  std::size_t plain_bytes() const { return kHeader + payload; }
  std::size_t wire_bytes() const { return plain_bytes() + (cipher ? kCipherHeader : 0); }

  void block(std::size_t first, const gamestream::FecBlock& shape) {
    const std::size_t stride = plain_bytes();
    const std::size_t all = shape.data + shape.parity;
    packets.resize(std::max(packets.size(), all * stride));
    for (std::size_t i = 0; i < shape.data; ++i) {
      std::uint8_t* packet = packets.data() + i * stride;
      std::memset(packet, 0, kHeader);
      store_be(packet + 2, static_cast<std::uint16_t>(counter + i));
      const std::size_t from = (first + i) * payload;
      const std::size_t count = std::min(payload, framed.size() - std::min(framed.size(), from));
      if (count != 0) std::memcpy(packet + kHeader, framed.data() + from, count);
      std::memset(packet + kHeader + count, 0, payload - count);
    }
    table_parity(best_table_kernel(), packets.data(), packets.data() + shape.data * stride, stride,
                 stride, shape.data, shape.parity);
  }

  // Packets of their own for what leaves, each sealed by itself.
  void seal(std::size_t count) {
    const std::size_t stride = wire_bytes();
    sealed.resize(std::max(sealed.size(), count * stride));
    for (std::size_t i = 0; i < count; ++i) {
      std::uint8_t* out = sealed.data() + i * stride;
      std::memcpy(out + kCipherHeader, packets.data() + i * plain_bytes(), plain_bytes());
      store_le(out, counter++);
      static_cast<void>(cipher->seal({out, crypto::Aead::kNonceBytes}, {},
                                     {out + kCipherHeader, plain_bytes()},
                                     {out + 16, crypto::Aead::kTagBytes}));
    }
  }
};

UsualPath::UsualPath(std::size_t packet_size, unsigned fec_percentage, bool encrypted)
    : impl_(std::make_unique<Impl>()) {
  impl_->payload = packet_size - kRtp;
  impl_->percentage = fec_percentage;
  if (encrypted)
    impl_->cipher =
        std::move(*crypto::Aead::create(crypto::AeadKind::Aes128Gcm, Bytes(16, 1), "openssl"));
}
UsualPath::~UsualPath() = default;

void UsualPath::frame(ByteSpan bitstream, net::UdpSocket* socket, net::Route& route) {
  auto& s = *impl_;
  s.framed.assign(8, 0);
  s.framed.insert(s.framed.end(), bitstream.begin(), bitstream.end());
  const std::size_t count = (s.framed.size() + s.payload - 1) / s.payload;
  const auto cut = gamestream::fec_frame(count, s.percentage);
  std::size_t first = 0;
  for (std::size_t b = 0; b < cut.blocks; ++b) {
    const auto shape = gamestream::fec_block(cut, b, s.percentage, 2);
    s.block(first, shape);
    first += shape.data;
    const std::size_t all = shape.data + shape.parity;
    if (s.cipher) s.seal(all);
    if (socket == nullptr) continue;
    const auto& leaving = s.cipher ? s.sealed : s.packets;
    static_cast<void>(
        socket->send_batch({leaving.data(), s.wire_bytes(), s.wire_bytes(), all}, route));
  }
}

}  // namespace pf::bench
