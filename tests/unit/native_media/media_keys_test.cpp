#include "native/media/media_keys.hpp"

#include "unit/native_media/support.hpp"

namespace pf::native::media {
namespace {

using test::counting;

TEST(Keys, SizesAreChecked) {
  EXPECT_FALSE(Keys::v1(Suite::Aes128Gcm, Bytes(32), {}));
  EXPECT_FALSE(Keys::v1(Suite::ChaCha20Poly1305, Bytes(16), {}));
  EXPECT_FALSE(Keys::v2(Suite::Aes128Gcm, Bytes(16)));
  EXPECT_FALSE(KeyScheduleV2::create(Bytes(31), Direction::HostToClient));
  const auto keys = Keys::v1(Suite::Aes128Gcm, counting(16), {1, 2, 3, 4});
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->secret().size(), 16U);
}

// punktfunk1.md 6.2, 6.8.
TEST(NonceV1, SaltDirectionAndNumber) {
  const Salt salt{'p', 'k', 'f', '1'};
  EXPECT_EQ(to_hex(nonce_v1(salt, Direction::HostToClient, 0)), "706b66310000000000000000");
  EXPECT_EQ(to_hex(nonce_v1(salt, Direction::ClientToHost, 0)), "f06b66310000000000000000");
  const Salt high{0xFF, 1, 2, 3};
  EXPECT_EQ(to_hex(nonce_v1(high, Direction::HostToClient, 0x0102030405060708)),
            "7f0102030102030405060708");
}

// punktfunk2.md 7.6.
TEST(KeyScheduleV2, Vectors) {
  auto h2c = KeyScheduleV2::create(counting(32), Direction::HostToClient);
  auto c2h = KeyScheduleV2::create(counting(32), Direction::ClientToHost);
  ASSERT_TRUE(h2c && c2h);
  EXPECT_EQ(to_hex(h2c->direction_secret()),
            "74bd7b18ded12f17086acae903812ffa157736161766297ff1d5fb7f548d74a6");
  EXPECT_EQ(to_hex(c2h->direction_secret()),
            "7b995b3e8ca4bb89b3684963f2e315e76936c7afdabe900cd4582698c179e1c6");
  EpochKeyV2 key;
  h2c->derive(0, Suite::ChaCha20Poly1305, key);
  EXPECT_EQ(to_hex(key.iv), "2d6b973895270114c94bca34");
  EXPECT_EQ(to_hex(key.key), "b02ec5055d496cec954eb379fc682c9970feeb1fc71873ab42dc2f85c60906ed");
  h2c->derive(0, Suite::Aes128Gcm, key);
  EXPECT_EQ(to_hex(ByteSpan(key.key).first(16)), "b02ec5055d496cec954eb379fc682c99");
  EXPECT_EQ(to_hex(key.nonce(0)), "2d6b973895270114c94bca34");
  EXPECT_EQ(to_hex(key.nonce(1)), "2d6b973895270114c94bca35");
  EXPECT_EQ(to_hex(key.nonce((1U << 23) - 1)), "2d6b973895270114c93435cb");
  h2c->derive(key_index(1U << 23), Suite::Aes128Gcm, key);
  EXPECT_EQ(to_hex(key.iv), "97aaf853746feb30eedeccd7");
  EXPECT_EQ(to_hex(ByteSpan(key.key).first(16)), "99695c8cf6fdfc75334867ce0a75337c");
  EXPECT_EQ(to_hex(key.nonce(1U << 23)), "97aaf853746feb30ee5eccd7");
}

TEST(KeyScheduleV2, IndexChangesAt2To23) {
  EXPECT_EQ(key_index(0), 0U);
  EXPECT_EQ(key_index((1U << 23) - 1), 0U);
  EXPECT_EQ(key_index(1U << 23), 1U);
  EXPECT_EQ(key_index(~std::uint64_t{0}), (std::uint64_t{1} << 41) - 1);
}

}  // namespace
}  // namespace pf::native::media
