#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/atomic_file.hpp"
#include "base/hex.hpp"
#include "crypto/aead.hpp"
#include "crypto/cbc.hpp"
#include "crypto/identity.hpp"
#include "support/temp_folder.hpp"

namespace pf::crypto {
namespace {

const Bytes kKey = *from_hex("000102030405060708090a0b0c0d0e0f");

TEST(Aes128Gcm, SealsAndOpensInPlaceWithBothIvLengths) {
  auto cipher = Aes128Gcm::create(kKey);
  ASSERT_TRUE(cipher);
  for (const std::size_t iv_size : {12U, 16U, 12U}) {
    const Bytes iv(iv_size, 7);
    const Bytes plain(100, 42);
    Bytes text = plain;
    Bytes tag(16);
    ASSERT_TRUE(cipher->seal(iv, text, tag));
    EXPECT_NE(text, plain);
    Bytes forged = text;
    Bytes bad_tag = tag;
    bad_tag[3] ^= 1;
    EXPECT_FALSE(cipher->open(iv, forged, bad_tag));
    ASSERT_TRUE(cipher->open(iv, text, tag));
    EXPECT_EQ(text, plain);
  }
}

// gamestream.md 12.4: the ping, client, sequence 5, scheme A.
TEST(Aes128Gcm, ControlVector) {
  auto cipher = Aes128Gcm::create(kKey);
  auto text = *from_hex("000208000400000000000000");
  Bytes tag(16);
  ASSERT_TRUE(cipher->seal(*from_hex("050000000000000000004343"), text, tag));
  EXPECT_EQ(to_hex(tag), "56c2c77470073f134dcdc6ca1ffae393");
  EXPECT_EQ(to_hex(text), "a1fe544c73fb167819e18411");
}

// RFC 8439 2.8.2.
TEST(Aead, ChaCha20Poly1305Vector) {
  auto cipher =
      Aead::create(AeadKind::ChaCha20Poly1305,
                   *from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"));
  ASSERT_TRUE(cipher);
  const std::string_view words =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
      "sunscreen would be it.";
  Bytes text(words.begin(), words.end());
  Bytes tag(16);
  const auto nonce = *from_hex("070000004041424344454647");
  const auto additional = *from_hex("50515253c0c1c2c3c4c5c6c7");
  ASSERT_TRUE(cipher->seal(nonce, additional, text, tag));
  EXPECT_EQ(to_hex(ByteSpan(text).first(16)), "d31a8d34648e60db7b86afbc53ef7ec2");
  EXPECT_EQ(to_hex(tag), "1ae10b594f09e26a7e902ecbd0600691");
  ASSERT_TRUE(cipher->open(nonce, additional, text, tag));
  EXPECT_EQ(as_text(text), words);
}

// Test case 4 of the GCM specification: a key of 16 bytes with additional data.
TEST(Aead, Aes128GcmVector) {
  auto cipher = Aead::create(AeadKind::Aes128Gcm, *from_hex("feffe9928665731c6d6a8f9467308308"));
  ASSERT_TRUE(cipher);
  auto text = *from_hex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6"
      "b"
      "525b16aedf5aa0de657ba637b39");
  Bytes tag(16);
  ASSERT_TRUE(cipher->seal(*from_hex("cafebabefacedbaddecaf888"),
                           *from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"), text, tag));
  EXPECT_EQ(to_hex(ByteSpan(text).first(16)), "42831ec2217774244b7221b784d0d49c");
  EXPECT_EQ(to_hex(tag), "5bc94fbc3221a5db94fae95ae7121a47");
}

TEST(Aead, KeysAreReplacedAndSizesChecked) {
  for (const auto kind : {AeadKind::Aes128Gcm, AeadKind::ChaCha20Poly1305}) {
    const Bytes first(aead_key_bytes(kind), 1), second(aead_key_bytes(kind), 2);
    auto cipher = Aead::create(kind, first);
    ASSERT_TRUE(cipher);
    EXPECT_EQ(cipher->kind(), kind);
    const Bytes nonce(12, 3), additional(5, 4), plain(100, 5);
    Bytes one = plain, two = plain, tag_one(16), tag_two(16);
    ASSERT_TRUE(cipher->seal(nonce, additional, one, tag_one));
    ASSERT_TRUE(cipher->set_key(second));
    ASSERT_TRUE(cipher->seal(nonce, additional, two, tag_two));
    EXPECT_NE(one, two);
    const Bytes sealed = one;
    Bytes copy = sealed;
    EXPECT_FALSE(cipher->open(nonce, additional, copy, tag_one));
    ASSERT_TRUE(cipher->open(nonce, additional, two, tag_two));
    EXPECT_EQ(two, plain);
    ASSERT_TRUE(cipher->set_key(first));
    copy = sealed;
    EXPECT_FALSE(cipher->open(nonce, Bytes(5, 9), copy, tag_one));
    ASSERT_TRUE(cipher->open(nonce, additional, one, tag_one));
    EXPECT_EQ(one, plain);

    EXPECT_FALSE(Aead::create(kind, Bytes(17)));
    EXPECT_FALSE(cipher->set_key(Bytes(17)));
    EXPECT_FALSE(cipher->seal(Bytes(16), additional, one, tag_one));
    EXPECT_FALSE(cipher->seal(nonce, additional, one, MutableByteSpan(tag_one).first(12)));
    EXPECT_FALSE(cipher->open(Bytes(16), additional, one, tag_one));
    EXPECT_FALSE(cipher->open(nonce, additional, one, ByteSpan(tag_one).first(12)));
    // The refused calls left the key as it was.
    one = plain;
    ASSERT_TRUE(cipher->seal(nonce, additional, one, tag_one));
    EXPECT_EQ(one, sealed);
  }
}

// gamestream.md 12.7: audio, sequence 4.
TEST(Aes128Cbc, AudioVectorBothWays) {
  auto cipher = Aes128Cbc::create(kKey);
  ASSERT_TRUE(cipher);
  const auto plain = *from_hex("fc0102030405060708090a0b0c0d0e0f10111213");
  Bytes iv(16);
  store_be<std::uint32_t>(iv.data(), 305419896U + 4);
  Bytes out(48);
  const auto bytes = cipher->encrypt(iv, plain, out);
  ASSERT_EQ(bytes, 32U);
  out.resize(bytes);
  EXPECT_EQ(to_hex(out), "ab8c78473efb91b7973e1887cc07c4a4ac00dd439263b676edd565c32f6a40a2");
  Bytes back(64);
  const auto plain_bytes = cipher->decrypt(iv, out, back);
  back.resize(plain_bytes);
  EXPECT_EQ(back, plain);
}

TEST(Ecb, RefusesWhatIsNotAMultipleOfTheBlock) {
  EXPECT_FALSE(ecb_encrypt(kKey, Bytes(15)));
  EXPECT_FALSE(ecb_decrypt(Bytes(15), Bytes(16)));
  const auto cipher = ecb_encrypt(kKey, Bytes(32, 1));
  ASSERT_TRUE(cipher);
  EXPECT_EQ(*ecb_decrypt(kKey, *cipher), Bytes(32, 1));
}

class IdentityTest : public testing::Test {
 protected:
  std::filesystem::path cert() const {
    return std::filesystem::path(folder_.path()) / "host-cert.pem";
  }
  std::filesystem::path key() const {
    return std::filesystem::path(folder_.path()) / "host-key.pem";
  }
  test::TempFolder folder_;
};

TEST_F(IdentityTest, IsMadeOnceAndKept) {
  const auto first = Identity::load_or_create(folder_.path());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->certificate().rsa_bits(), 2048U);
  struct stat status {};
  ASSERT_EQ(::stat(key().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const auto second = Identity::load_or_create(folder_.path());
  ASSERT_TRUE(second);
  EXPECT_EQ(first->certificate().fingerprint(), second->certificate().fingerprint());
  const Bytes message(16, 9);
  const auto signature = second->sign_rsa_sha256(message);
  ASSERT_TRUE(signature);
  EXPECT_TRUE(first->certificate().verify_rsa_sha256(message, *signature));
  EXPECT_FALSE(first->certificate().verify_rsa_sha256(Bytes(16, 8), *signature));
}

TEST_F(IdentityTest, DamageIsNamedAndNeverReplaced) {
  ASSERT_TRUE(Identity::load_or_create(folder_.path()));
  ASSERT_TRUE(write_file_atomically(key(), "garbage", 0600));
  const auto damaged = Identity::load_or_create(folder_.path());
  ASSERT_FALSE(damaged);
  EXPECT_NE(damaged.error().context.find(key().string()), std::string::npos);
  std::filesystem::remove(key());
  EXPECT_FALSE(Identity::load_or_create(folder_.path()));
  EXPECT_TRUE(std::filesystem::exists(cert()));
}

TEST_F(IdentityTest, HalfMadeIdentityOfAKilledFirstStartIsMadeAnew) {
  ASSERT_TRUE(write_file_atomically(key(), "half", 0600));
  EXPECT_TRUE(Identity::load_or_create(folder_.path()));
}

TEST(Certificate, TrailingBytesAndGarbageAreRefused) {
  const auto identity = Identity::generate("x");
  ASSERT_TRUE(identity);
  auto der = identity->certificate().der();
  ASSERT_TRUE(Certificate::from_der(der));
  der.push_back(0);
  EXPECT_FALSE(Certificate::from_der(der));
  EXPECT_FALSE(Certificate::from_der({}));
  EXPECT_FALSE(Certificate::from_pem("-----BEGIN CERTIFICATE-----\n"));
  EXPECT_FALSE(Certificate::from_der(Bytes(17 * 1024, 0x30)));
}

}  // namespace
}  // namespace pf::crypto
