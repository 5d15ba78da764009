#include <algorithm>
#include <array>
#include <numeric>

#include "crypto/aead_engine.hpp"
#include "crypto/aead_libraries.hpp"

#ifdef PF_HAVE_CRYPTO_IPSEC_MB
#include "crypto/ipsec_mb/ipsec_mb.hpp"
#endif

namespace pf::crypto {
namespace {

struct Row {
  const char* name;
  std::string (*probe)();  // why it cannot be used; empty when it can
  std::unique_ptr<AeadEngine> (*create)(AeadKind kind);
};

constexpr Row kRows[] = {
#ifdef PF_HAVE_CRYPTO_IPSEC_MB
    {"ipsec-mb", ipsec_mb::probe, ipsec_mb::make_engine},
#endif
    {"openssl", [] { return std::string(); }, make_openssl_engine},
};

// Longer than every wide kernel's stride and no multiple of a block. Nonce 100..111, additional
// data 0..4, key 0, 1, 2, ..., text byte i = 7 i + 3. Computed with Python's cryptography package.
constexpr std::size_t kTextBytes = 1419;
constexpr std::size_t kPackets = 3;

struct Answer {
  AeadKind kind;
  std::array<std::uint8_t, 8> first;  // of the sealed text
  std::array<std::uint8_t, 16> tag;
};
constexpr Answer kAnswers[] = {
    {AeadKind::Aes128Gcm,
     {0x19, 0x68, 0x5f, 0xbd, 0xc4, 0x24, 0x95, 0xce},
     {0xbc, 0x37, 0x8d, 0x92, 0xe0, 0xe9, 0xfe, 0x86, 0x4b, 0xbb, 0xc0, 0xda, 0xab, 0x96, 0x33,
      0x8a}},
    {AeadKind::ChaCha20Poly1305,
     {0x37, 0x1b, 0xaa, 0xd2, 0x87, 0x83, 0x5b, 0x66},
     {0xb5, 0x69, 0xab, 0x1a, 0x93, 0x00, 0xdd, 0x64, 0xba, 0x34, 0xd2, 0x4d, 0xe2, 0x1b, 0xbd,
      0xca}},
};

// The same packet several times in one batch, then one of them opened, genuine and forged.
bool answers(const Row& row, const Answer& answer) {
  const auto engine = row.create(answer.kind);
  std::array<std::uint8_t, 32> key{};
  std::iota(key.begin(), key.end(), std::uint8_t{0});
  if (!engine || !engine->set_key(key.data())) return false;
  std::array<std::uint8_t, 12> nonce{};
  std::iota(nonce.begin(), nonce.end(), std::uint8_t{100});
  constexpr std::size_t kAdditional = 5;
  constexpr std::size_t kPacket = kAdditional + kTextBytes + Aead::kTagBytes;
  Bytes plain(kPacket);
  for (std::size_t i = 0; i < kAdditional; ++i) plain[i] = static_cast<std::uint8_t>(i);
  for (std::size_t i = 0; i < kTextBytes; ++i)
    plain[kAdditional + i] = static_cast<std::uint8_t>(7 * i + 3);
  Bytes packets;
  for (std::size_t i = 0; i < kPackets; ++i)
    packets.insert(packets.end(), plain.begin(), plain.end());
  SealBatch batch;
  batch.packets = packets.data();
  batch.stride = kPacket;
  batch.count = kPackets;
  batch.additional_bytes = kAdditional;
  batch.text_offset = kAdditional;
  batch.text_bytes = kTextBytes;
  batch.tag_offset = kAdditional + kTextBytes;
  batch.nonces = nonce.data();
  if (!engine->seal(batch)) return false;
  for (std::size_t i = 0; i < kPackets; ++i) {
    const std::uint8_t* packet = packets.data() + i * kPacket;
    if (!std::equal(answer.first.begin(), answer.first.end(), packet + kAdditional) ||
        !std::equal(answer.tag.begin(), answer.tag.end(), packet + batch.tag_offset))
      return false;
  }
  auto forged = answer.tag;
  forged[15] ^= 1;
  Bytes copy = packets;
  if (engine->open(piece_of(batch, 1), answer.tag.data()) == false) return false;
  if (!std::equal(plain.begin(), plain.begin() + kAdditional + kTextBytes,
                  packets.begin() + kPacket))
    return false;
  batch.packets = copy.data();
  return !engine->open(piece_of(batch, 2), forged.data());
}

std::string why_not(const Row& row) {
  if (auto reason = row.probe(); !reason.empty()) return reason;
  for (const auto& answer : kAnswers)
    if (!answers(row, answer)) return "it gave a wrong answer to a known question";
  return {};
}

}  // namespace

const std::vector<AeadLibrary>& aead_libraries() {
  static const std::vector<AeadLibrary> libraries = [] {
    std::vector<AeadLibrary> found;
    for (const auto& row : kRows) found.push_back({row.name, why_not(row)});
    // OpenSSL is also what TLS rests on: without it nothing works anyway, and its own calls fail.
    found.back().reason.clear();
    return found;
  }();
  return libraries;
}

const char* best_aead_library() {
  for (const auto& library : aead_libraries())
    if (library.reason.empty()) return library.name;
  return aead_libraries().back().name;
}

std::unique_ptr<AeadEngine> make_engine(std::string_view library, AeadKind kind, ByteSpan key) {
  const auto& libraries = aead_libraries();
  for (std::size_t i = 0; i < libraries.size(); ++i) {
    if (!libraries[i].reason.empty()) continue;
    if (!library.empty() && library != libraries[i].name) continue;
    auto engine = kRows[i].create(kind);
    if (!engine || !engine->set_key(key.data())) return nullptr;
    return engine;
  }
  return nullptr;
}

}  // namespace pf::crypto
