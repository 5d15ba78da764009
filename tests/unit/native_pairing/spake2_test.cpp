#include "native/pairing/spake2.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "crypto/digest.hpp"

namespace pf::native::pairing {
namespace {

Bytes hex(std::string_view text) {
  return *from_hex(text);
}
Scalar scalar(std::string_view text) {
  Scalar out{};
  const auto bytes = hex(text);
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}
template <class T>
std::string text(const T& bytes) {
  return to_hex(ByteSpan(bytes));
}
Bytes counting(std::uint8_t from) {
  Bytes out(32);
  for (auto& byte : out) byte = from++;
  return out;
}

constexpr const char* kX = "25184061a70b1142f1a9f043a52cf7033dc308b5a0a32e42b003ecd59c2ac605";
constexpr const char* kY = "9fb5e845084e0cbe27ac8b4d3af139b33f3f8a047d4234e2d45d33c5cd367b0f";

// punktfunk1.md 5.5, the vector of the crate.
TEST(Spake2, CrateVector) {
  const Spake2 a(Role::Client, as_bytes("password"), as_bytes("idA"), as_bytes("idB"), scalar(kX));
  const Spake2 b(Role::Host, as_bytes("password"), as_bytes("idA"), as_bytes("idB"), scalar(kY));
  EXPECT_EQ(text(a.message()),
            "416fc960df73c9cf8ed7198b0c9534e2e96a5984bfc5edc023fd24dacf371f2af9");
  EXPECT_EQ(text(b.message()),
            "42354e97b88406922b1df4bea1d7870f17aed3dba7c720b313edae315b00959309");
  const auto at_a = a.finish(b.message());
  const auto at_b = b.finish(a.message());
  ASSERT_TRUE(at_a && at_b);
  EXPECT_EQ(text(at_a->key), "712295de7219c675ddd31942184aa26e0a957cf216bc230d165b215047b520c1");
  EXPECT_EQ(at_a->key, at_b->key);
}

TEST(Spake2, ProtocolVector) {
  const auto client = counting(0x00), host = counting(0x80);
  const Spake2 a(Role::Client, as_bytes("4321"), client, host, scalar(kX));
  const Spake2 b(Role::Host, as_bytes("4321"), client, host, scalar(kY));
  EXPECT_EQ(text(a.message()),
            "41d042a6cb55725f7363be59245ab4105fae66eedd4648019988929a05e8f9ed9c");
  EXPECT_EQ(text(b.message()),
            "42e78fac049a202b70d5df08d47a2f9fcccfac78b12afb25454dea1bf60eb2801c");
  for (const auto& proofs : {a.finish(b.message()), b.finish(a.message())}) {
    ASSERT_TRUE(proofs);
    EXPECT_EQ(text(proofs->key),
              "a10ce49aca511aeba78520056b66b54705addc892d522467c54946e4caceb413");
    EXPECT_EQ(text(proofs->confirm_host),
              "8c114a4ccc6cfe1c0f1ceb6820657277f74332c57a13eebf902bd0cdf1b81e57");
    EXPECT_EQ(text(proofs->confirm_client),
              "1f317776dfe2827fc60ab5212a65834030ce9ab8783e0d3f5da82ceeb41f5bd4");
  }
}

class LeadingZeros : public testing::Test {
 protected:
  const crypto::Sha256 client_ = crypto::sha256(as_bytes("client"));
  const crypto::Sha256 host_ = crypto::sha256(as_bytes("host"));
  const Scalar x_ = scalar("f923f2c4c6ef7dfedad78af64a3adb1c3bcb18a661b68355e255f6229b9aee01");
  const Scalar y_ = scalar("a73668a32bf0898644cd13cb08c399e09d24e0e64e6e71f5c4b4beed2a325708");
};

TEST_F(LeadingZeros, SecondProtocolVector) {
  const Spake2 a(Role::Client, as_bytes("0042"), client_, host_, x_);
  const Spake2 b(Role::Host, as_bytes("0042"), client_, host_, y_);
  EXPECT_EQ(text(a.message()),
            "41d3f14f6e4c186d3d4e24f72af75167edb5a55be5d382612280f24cd5e9fa7c6a");
  EXPECT_EQ(text(b.message()),
            "42c4f8e04547940d7ba15eaeee706249cf211ff9bcc0a274ac1a25a4ad3ac96ab9");
  const auto proofs = b.finish(a.message());
  ASSERT_TRUE(proofs);
  EXPECT_EQ(text(proofs->key), "a56d29c4e58a00bd550246755a3eeffb89f3dedc18a2a0b910e651c8446cce9d");
  EXPECT_EQ(text(proofs->confirm_host),
            "fd1fb8353ef6deb52b07b0b33af11c94869907fee4a6d12c12c49c007d4e9897");
  EXPECT_EQ(text(proofs->confirm_client),
            "897a86073b3f85551ff3aa80100bf3562d2b4fb7286d4cf23f4fcb4e4471d8bc");
}

TEST_F(LeadingZeros, WrongPinVector) {
  const Spake2 a(Role::Client, as_bytes("0042"), client_, host_, x_);
  const Spake2 b(Role::Host, as_bytes("0043"), client_, host_, y_);
  EXPECT_EQ(text(b.message()),
            "422548a12f7d98a63184dd0945a5536b7d722e862f8022f7ea2fa703d1eaa5034b");
  const auto sent = b.finish(a.message());
  const auto expected = a.finish(b.message());
  ASSERT_TRUE(sent && expected);
  EXPECT_EQ(text(sent->confirm_host),
            "80fb0f4c5965a9db2f4ba9d0b138d291a586daaec426c1dfd6aa2adaf1739802");
  EXPECT_EQ(text(expected->confirm_host),
            "61d50cd5b4cb287abd088517b4a52b11a86d3240d6c87d331dee56d544ba5cbb");
  EXPECT_FALSE(proof_matches(expected->confirm_host, sent->confirm_host));
}

TEST(Spake2, EveryExchangeDrawsItsOwnScalarAndAgrees) {
  const auto client = counting(1), host = counting(2);
  const Spake2 a(Role::Client, as_bytes("1234"), client, host);
  const Spake2 b(Role::Host, as_bytes("1234"), client, host);
  const Spake2 again(Role::Host, as_bytes("1234"), client, host);
  EXPECT_NE(b.message(), again.message());
  const auto at_a = a.finish(b.message());
  const auto at_b = b.finish(a.message());
  ASSERT_TRUE(at_a && at_b);
  EXPECT_TRUE(proof_matches(at_a->confirm_client, at_b->confirm_client));
}

// The identities are certificates: anybody in between has another one.
TEST(Spake2, OtherIdentitiesDoNotAgree) {
  const auto client = counting(1), host = counting(2), other = counting(3);
  const Spake2 a(Role::Client, as_bytes("1234"), client, other);
  const Spake2 b(Role::Host, as_bytes("1234"), client, host);
  EXPECT_NE(a.finish(b.message())->confirm_host, b.finish(a.message())->confirm_host);
}

TEST(Spake2, RefusesWhatIsNoMessage) {
  const auto id = counting(1);
  const Spake2 host(Role::Host, as_bytes("1234"), id, id);
  const Spake2 client(Role::Client, as_bytes("1234"), id, id);
  const auto good = client.message();
  EXPECT_TRUE(host.finish(good));
  EXPECT_FALSE(host.finish({}));
  EXPECT_FALSE(host.finish(ByteSpan(good).first(32)));
  Bytes longer(good.begin(), good.end());
  longer.push_back(0);
  EXPECT_FALSE(host.finish(longer));
  EXPECT_FALSE(host.finish(host.message()));  // the wrong side
  EXPECT_FALSE(Spake2::acceptable(Role::Host, good));
}

TEST(Spake2, RefusesPointsOutsideTheGroup) {
  const auto id = counting(1);
  const Spake2 host(Role::Host, as_bytes("1234"), id, id);
  for (const char* point : {
           // identity, order 2, order 4, the two of order 8 and a non-canonical zero
           "0100000000000000000000000000000000000000000000000000000000000000",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "0000000000000000000000000000000000000000000000000000000000000000",
           "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
           "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           // no point of the curve
           "0200000000000000000000000000000000000000000000000000000000000000",
       }) {
    auto message = hex(point);
    message.insert(message.begin(), 'A');
    EXPECT_FALSE(Spake2::acceptable(Role::Client, message)) << point;
    EXPECT_FALSE(host.finish(message)) << point;
  }
}

// Whoever tried one PIN and got the host's answer holds its own scalar, both messages and the
// host's proof, and time. None of the other PINs, the right one included, explains what it has
// seen. (A mask that does not depend on the PIN, or is forgotten, would let the right one stand out
// here.)
TEST(Spake2, RegressionOfflinePinGuessing) {
  const auto client = counting(0x00), host = counting(0x80);
  const Spake2 honest(Role::Host, as_bytes("4321"), client, host, scalar(kY));
  const Spake2 tried(Role::Client, as_bytes("0000"), client, host, scalar(kX));
  const auto seen = honest.finish(tried.message());
  ASSERT_TRUE(seen);
  for (int pin = 0; pin < 10'000; pin += 29) {  // 4321 = 149 · 29
    const auto text_of_pin = std::to_string(10'000 + pin).substr(1);
    const Spake2 guess(Role::Client, as_bytes(text_of_pin), client, host, scalar(kX));
    const auto proofs = guess.finish(honest.message());
    ASSERT_TRUE(proofs);
    EXPECT_NE(proofs->confirm_host, seen->confirm_host) << text_of_pin;
    // The masks differ with the PIN, so no message fits two of them for one scalar.
    EXPECT_EQ(guess.message() == tried.message(), pin == 0) << text_of_pin;
  }
}

TEST(Spake2, ProofsOfOtherSizesNeverMatch) {
  const Mac proof{};
  EXPECT_TRUE(proof_matches(proof, Bytes(32, 0)));
  EXPECT_FALSE(proof_matches(proof, Bytes(31, 0)));
  EXPECT_FALSE(proof_matches(proof, {}));
}

}  // namespace
}  // namespace pf::native::pairing
