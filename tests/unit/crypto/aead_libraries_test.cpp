// Every library that does the AEAD ciphers: known answers, and all of them alike.
#include "crypto/aead_libraries.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/hex.hpp"
#include "base/thread.hpp"
#include "crypto/aead.hpp"

namespace pf::crypto {
namespace {

constexpr AeadKind kKinds[] = {AeadKind::Aes128Gcm, AeadKind::ChaCha20Poly1305};

std::vector<std::string> usable() {
  std::vector<std::string> names;
  for (const auto& library : aead_libraries())
    if (library.reason.empty()) names.push_back(library.name);
  return names;
}

Bytes random(std::mt19937& source, std::size_t size) {
  Bytes bytes(size);
  for (auto& b : bytes) b = static_cast<std::uint8_t>(source());
  return bytes;
}

TEST(AeadLibraries, OneIsAlwaysUsableAndTheOthersSayWhyNot) {
  const auto& libraries = aead_libraries();
  ASSERT_FALSE(libraries.empty());
  EXPECT_STREQ(libraries.back().name, "openssl");
  EXPECT_TRUE(libraries.back().reason.empty());
  EXPECT_EQ(usable().front(), best_aead_library());
  for (const auto& library : libraries)
    if (!library.reason.empty())
      std::cout << library.name << " is not used here: " << library.reason << "\n";
  EXPECT_FALSE(Aead::create(AeadKind::Aes128Gcm, Bytes(16), "none such"));
}

// The GCM specification's test cases 1 (nothing at all), 3 and 4; RFC 8439 2.8.2.
TEST(AeadLibraries, KnownAnswers) {
  struct Case {
    AeadKind kind;
    const char *key, *nonce, *additional, *text, *sealed, *tag;
  };
  constexpr auto kGcm = AeadKind::Aes128Gcm;
  constexpr auto kChaCha = AeadKind::ChaCha20Poly1305;
  const Case cases[] = {
      {kGcm, "00000000000000000000000000000000", "000000000000000000000000", "", "", "",
       "58e2fccefa7e3061367f1d57a4e7455a"},
      {kGcm, "00000000000000000000000000000000", "000000000000000000000000", "",
       "00000000000000000000000000000000", "0388dace60b6a392f328c2b971b2fe78",
       "ab6e47d42cec13bdf53a67b21257bddf"},
      {kGcm, "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
       "feedfacedeadbeeffeedfacedeadbeefabaddad2",
       "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449"
       "a6b525b16aedf5aa0de657ba637b39",
       "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac"
       "84aa051ba30b396a0aac973d58e091",
       "5bc94fbc3221a5db94fae95ae7121a47"},
      {kChaCha, "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
       "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
       "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a20496620"
       "4920636f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572"
       "652c2073756e73637265656e20776f756c642062652069742e",
       "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da"
       "92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585"
       "808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116",
       "1ae10b594f09e26a7e902ecbd0600691"},
  };
  for (const auto& library : usable()) {
    for (const auto& c : cases) {
      SCOPED_TRACE(library + " " + c.key);
      auto cipher = Aead::create(c.kind, *from_hex(c.key), library);
      ASSERT_TRUE(cipher);
      auto text = *from_hex(c.text);
      Bytes tag(Aead::kTagBytes);
      ASSERT_TRUE(cipher->seal(*from_hex(c.nonce), *from_hex(c.additional), text, tag));
      EXPECT_EQ(to_hex(text), c.sealed);
      EXPECT_EQ(to_hex(tag), c.tag);
      ASSERT_TRUE(cipher->open(*from_hex(c.nonce), *from_hex(c.additional), text, tag));
      EXPECT_EQ(to_hex(text), c.text);
    }
  }
}

TEST(AeadLibraries, AllAreAlikeOverRandomLengths) {
  const auto names = usable();
  std::mt19937 source(1);
  for (const auto kind : kKinds) {
    std::vector<Aead> ciphers;
    for (const auto& name : names)
      ciphers.push_back(std::move(*Aead::create(kind, random(source, aead_key_bytes(kind)), name)));
    for (int round = 0; round < 600; ++round) {
      const std::size_t size = round < 300 ? static_cast<std::size_t>(round) : source() % 9'200;
      const std::size_t offset = source() % 64;
      const auto key = random(source, aead_key_bytes(kind));
      const auto nonce = random(source, Aead::kNonceBytes);
      const auto additional = random(source, source() % 3 == 0 ? 0 : source() % 100);
      const auto plain = random(source, offset + size + 1);
      Bytes first, first_tag;
      for (std::size_t i = 0; i < ciphers.size(); ++i) {
        SCOPED_TRACE(names[i] + ", " + std::to_string(size) + " bytes");
        Bytes text = plain;
        const auto part = MutableByteSpan(text).subspan(offset, size);
        Bytes tag(Aead::kTagBytes);
        ASSERT_TRUE(ciphers[i].set_key(key));
        ASSERT_TRUE(ciphers[i].seal(nonce, additional, part, tag));
        EXPECT_TRUE(
            std::equal(plain.begin(), plain.begin() + static_cast<long>(offset), text.begin()));
        EXPECT_EQ(text.back(), plain.back());
        if (i == 0) {
          first = text;
          first_tag = tag;
        }
        ASSERT_EQ(text, first);
        ASSERT_EQ(tag, first_tag);
        // Opened by another library where there is one, genuine and with any one bit turned.
        auto& other = ciphers[(i + 1) % ciphers.size()];
        ASSERT_TRUE(other.set_key(key));
        Bytes forged = text;
        Bytes forged_tag = tag;
        const std::size_t bit = source() % ((size + Aead::kTagBytes) * 8);
        if (bit / 8 < size)
          forged[offset + bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        else
          forged_tag[bit / 8 - size] ^= static_cast<std::uint8_t>(1U << bit % 8);
        EXPECT_FALSE(other.open(nonce, additional, MutableByteSpan(forged).subspan(offset, size),
                                forged_tag));
        ASSERT_TRUE(other.open(nonce, additional, part, tag));
        ASSERT_EQ(text, plain);
      }
    }
  }
}

// A batch is what its packets are one by one, and touches nothing between them.
TEST(AeadLibraries, BatchesEqualSinglePackets) {
  std::mt19937 source(2);
  for (const auto& name : usable()) {
    for (const auto kind : kKinds) {
      const auto key = random(source, aead_key_bytes(kind));
      auto cipher = std::move(*Aead::create(kind, key, name));
      for (int round = 0; round < 60; ++round) {
        SealBatch batch;
        batch.count = source() % 70;
        batch.additional_bytes = source() % 20;
        batch.text_offset = 12 + batch.additional_bytes + source() % 5;
        batch.text_bytes = source() % 1'500;
        batch.tag_offset = batch.text_offset + batch.text_bytes;
        batch.stride = batch.tag_offset + Aead::kTagBytes + source() % 3;
        Bytes packets = random(source, batch.count * batch.stride + 1);
        Bytes expected = packets;
        const Bytes apart = random(source, batch.count * Aead::kNonceBytes + 1);
        const bool inside = round % 2 == 0;
        batch.packets = packets.data();
        // In the packets: behind the additional data, as GameStream has them in front.
        batch.nonces = inside ? packets.data() + batch.additional_bytes : apart.data();
        batch.nonce_stride = inside ? batch.stride : Aead::kNonceBytes;
        for (std::size_t i = 0; i < batch.count; ++i) {
          const MutableByteSpan packet(expected.data() + i * batch.stride, batch.stride);
          const ByteSpan nonce(batch.nonces + i * batch.nonce_stride, Aead::kNonceBytes);
          ASSERT_TRUE(cipher.seal(nonce, packet.first(batch.additional_bytes),
                                  packet.subspan(batch.text_offset, batch.text_bytes),
                                  packet.subspan(batch.tag_offset, Aead::kTagBytes)));
        }
        const NoAllocScope no_alloc;
        ASSERT_TRUE(cipher.seal(batch));
        ASSERT_TRUE(packets == expected);
      }
    }
  }
}

}  // namespace
}  // namespace pf::crypto
