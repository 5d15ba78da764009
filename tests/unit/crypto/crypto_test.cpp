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
