#include "gamestream/pairing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <pugixml.hpp>

#include "base/hex.hpp"
#include "crypto/cbc.hpp"
#include "gamestream/pairing_attempts.hpp"
#include "store/database.hpp"
#include "support/client_certificate.hpp"
#include "support/fakes.hpp"
#include "support/temp_folder.hpp"

namespace pf::gamestream {
namespace {

using pairing::Block;
using pairing::Verdict;
using testing::HasSubstr;
using namespace std::chrono_literals;

template <std::size_t N = 16>
std::array<std::uint8_t, N> block(std::string_view hex) {
  std::array<std::uint8_t, N> out;
  const auto bytes = from_hex(hex);
  EXPECT_EQ(bytes->size(), N);
  std::copy_n(bytes->begin(), N, out.begin());
  return out;
}

// gamestream.md 12.2: the keys are given as primes.
std::string rsa_key_pem(const char* p_hex, const char* q_hex) {
  using Number = std::unique_ptr<BIGNUM, crypto::OsslDelete<BN_clear_free>>;
  const auto from = [](const char* hex) {
    BIGNUM* raw = nullptr;
    BN_hex2bn(&raw, hex);
    return Number(raw);
  };
  const std::unique_ptr<BN_CTX, crypto::OsslDelete<BN_CTX_free>> ctx(BN_CTX_new());
  const auto p = from(p_hex);
  const auto q = from(q_hex);
  const auto e = from("010001");
  const Number n(BN_new()), p1(BN_new()), q1(BN_new()), phi(BN_new()), d(BN_new()), dp(BN_new()),
      dq(BN_new()), qinv(BN_new());
  BN_mul(n.get(), p.get(), q.get(), ctx.get());
  BN_sub(p1.get(), p.get(), BN_value_one());
  BN_sub(q1.get(), q.get(), BN_value_one());
  BN_mul(phi.get(), p1.get(), q1.get(), ctx.get());
  BN_mod_inverse(d.get(), e.get(), phi.get(), ctx.get());
  BN_mod(dp.get(), d.get(), p1.get(), ctx.get());
  BN_mod(dq.get(), d.get(), q1.get(), ctx.get());
  BN_mod_inverse(qinv.get(), q.get(), p.get(), ctx.get());
  const std::unique_ptr<OSSL_PARAM_BLD, crypto::OsslDelete<OSSL_PARAM_BLD_free>> build(
      OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_D, d.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_FACTOR1, p.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_FACTOR2, q.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_EXPONENT1, dp.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_EXPONENT2, dq.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_COEFFICIENT1, qinv.get());
  const std::unique_ptr<OSSL_PARAM, crypto::OsslDelete<OSSL_PARAM_free>> params(
      OSSL_PARAM_BLD_to_param(build.get()));
  const crypto::PkeyCtxPtr make(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* raw = nullptr;
  EVP_PKEY_fromdata_init(make.get());
  EXPECT_EQ(EVP_PKEY_fromdata(make.get(), &raw, EVP_PKEY_KEYPAIR, params.get()), 1);
  const crypto::PkeyPtr key(raw);
  const crypto::BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const auto length = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

constexpr const char* kHostCertificate = R"(-----BEGIN CERTIFICATE-----
MIIBnTCCAQagAwIBAgICEjQwDQYJKoZIhvcNAQELBQAwFDESMBAGA1UEAwwJVGVz
dCBIb3N0MB4XDTI0MDEwMTAwMDAwMFoXDTQ0MDEwMTAwMDAwMFowFDESMBAGA1UE
AwwJVGVzdCBIb3N0MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDBfkG8HDCf
tgiQHcEbZd+OlC65RUkn2cfXz2M5FIVF81SHNJwxcFrLbxDw8FIprmqQ6rdECzBp
4DAgWzPCfrcIk2ddNoyXNwGMx3or6EWHIctoA/o9xGsZ2vd97hYOLwvm4t9xYtF6
mH+Mxpoun/TsmZ2+reLVme+i2pq3yBan1wIDAQABMA0GCSqGSIb3DQEBCwUAA4GB
ABUQPqE6izhSB3kKWA4YO/Sqzahvwh0fLg+dP8CRz5KDVD0EFhLe6Vj8NnHJpNOe
SUlxsX6RsKpis/rUgoqySTi04VnM5Yk0wkyFqkaP1ocpDQgvlBxTHM4+7z6+of2D
Np5taNYrm4sGRLo/1CPRKJwMtuSbWbEPrvuhmsEDl/4h
-----END CERTIFICATE-----
)";
constexpr const char* kClientCertificate = R"(-----BEGIN CERTIFICATE-----
MIIBujCCASOgAwIBAgIBATANBgkqhkiG9w0BAQsFADAjMSEwHwYDVQQDDBhOVklE
SUEgR2FtZVN0cmVhbSBDbGllbnQwHhcNMjQwMTAxMDAwMDAwWhcNNDQwMTAxMDAw
MDAwWjAjMSEwHwYDVQQDDBhOVklESUEgR2FtZVN0cmVhbSBDbGllbnQwgZ8wDQYJ
KoZIhvcNAQEBBQADgY0AMIGJAoGBAJumy+WZLA6rn5vLlYMMnsUatofVeMFIiXH9
mP8z6ITqjl8TAirDoUtby1aH3dnMmRmb/rWmWdIFfTEKL7/ImJzzxHcaB2VcPXUG
jijOEOXJNH+5bBR+GE0TwMFosx7Bo/b8cQtklivXVSgaCMcijU05FC8q5b57NiUw
DHIqP5EfAgMBAAEwDQYJKoZIhvcNAQELBQADgYEAcaV1dsyy2MHXDN7Ck7fXdCyT
EXW+Zm8Fq7ZfND4xzZS++KlLVLyIYBx5QHfDWBiRsGmvDjMk5IFirdGHb4HdInfT
KAb09dsGo4H0A5pd7lVw12MUmYLERew7HRN17TdeyjU6r2o0jN9qtPgDP+GOvRXV
UT0Di68Iz7PxIqTYkOQ=
-----END CERTIFICATE-----
)";
constexpr const char* kHostP =
    "fe681def1f486d3e9f719cbe2b2c0f6b7b306cf29b1b26687c7cbd4495647378422ee0adb31d29cd2de2951c39264a"
    "5"
    "e8a5da974844c67b942a6e3018db24a6f";
constexpr const char* kHostQ =
    "c2b47a9b335d80523fc494b8e6aab9ba3d971389d35ac02cad3feebdb18163ffa566db4d7a63c2018053fa6c1ec350"
    "a"
    "28b69d37e4fdca1e4e95127afb0564d19";
constexpr const char* kClientP =
    "cd20f76bc23134abc336219a3def8c9a8fc8565c7a3441fbf250d8ebf25db8419d69704bbdd4fbe9a594e5b5d0a5de"
    "7"
    "2ffc3fa57b1f5bb3f5273fb3a8880ed4d";
constexpr const char* kClientQ =
    "c240a9ec45119acd45b8bcf7c7c0b7fc8795c8c499a8ae851df72c451c235f47bf9a09fb46527db52cde4ce7a06f9b"
    "8"
    "42193500d4077537e4823506dd6c3b21b";

// gamestream.md 12.1 and 12.2, byte for byte.
class PairingVectors : public testing::Test {
 protected:
  const crypto::Identity host_ =
      *crypto::Identity::from_pem(kHostCertificate, rsa_key_pem(kHostP, kHostQ));
  const crypto::Identity client_ =
      *crypto::Identity::from_pem(kClientCertificate, rsa_key_pem(kClientP, kClientQ));
  const Block key_ = pairing::derive_key(block("000102030405060708090a0b0c0d0e0f"), "1234");
  const Block server_secret_ = block("404142434445464748494a4b4c4d4e4f");
  const Block server_challenge_ = block("606162636465666768696a6b6c6d6e6f");
};

TEST_F(PairingVectors, Key) {
  EXPECT_EQ(to_hex(key_), "bad0b4f7cae08eb7c1b5acc763a8ed25");
}

TEST_F(PairingVectors, SignaturesOfTheCertificates) {
  EXPECT_EQ(
      to_hex(host_.certificate().signature()),
      "15103ea13a8b385207790a580e183bf4aacda86fc21d1f2e0f9d3fc091cf9283543d041612dee958fc3671c9"
      "a4d39e494971b17e91b0aa62b3fad4828ab24938b4e159cce58934c24c85aa468fd687290d082f941c531cce"
      "3eef3ebea1fd83369e6d68d62b9b8b0644ba3fd423d1289c0cb6e49b59b10faefba19ac10397fe21");
  EXPECT_EQ(
      to_hex(client_.certificate().signature()),
      "71a57576ccb2d8c1d70cdec293b7d7742c931175be666f05abb65f343e31cd94bef8a94b54bc88601c794077"
      "c3581891b069af0e3324e48162add1876f81dd2277d32806f4f5db06a381f4039a5dee5570d763149982c445"
      "ec3b1d1375ed375eca353aaf6a348cdf6ab4f8033fe18ebd15d5513d038baf08cfb3f122a4d890e4");
}

TEST_F(PairingVectors, ChallengeResponse) {
  const auto reply =
      pairing::answer_challenge(key_, *from_hex("533daf529237d7015f7d48e3c777ee51"),
                                host_.certificate().signature(), server_secret_, server_challenge_);
  ASSERT_TRUE(reply);
  EXPECT_EQ(
      to_hex(*reply),
      "84600a25dc4552426444c34f644895c531796d1c3bad04917afac897845ac995e5171e2ed9c44fff9257e4d9"
      "647b3b19");
}

TEST_F(PairingVectors, CommitmentAndPairingSecret) {
  const auto commitment = pairing::open_commitment(
      key_, *from_hex("6f0a994a3c5e742953d545bfb20d3a59be0a078153bf8a13cf8869f98c713a7d"));
  ASSERT_TRUE(commitment);
  EXPECT_EQ(to_hex(*commitment),
            "dab9a5739e30b49d89004bdabc7fbf9a3820fed090af373f13541d0a8f161cbc");
  const auto secret = pairing::pairing_secret(host_, server_secret_);
  ASSERT_TRUE(secret);
  EXPECT_EQ(
      to_hex(*secret),
      "404142434445464748494a4b4c4d4e4f88efaf5f9fd8c6f055f4b9b563f1d19af1041ff1796dd3939d256b4b"
      "cce89112225815e96a63ad09a35087bff5c1bfcd578d77b56b58a43cafbe811a6c43526b18a295d73aeb8537"
      "d271b06949f82214a883f79fab922da80c714334417e3ba700894dc6a125a5570ffdf5860585e310a9aa2387"
      "e5cc9bfd2730da44e6aa1046");
}

TEST_F(PairingVectors, ClientSecret) {
  const auto commitment =
      block<32>("dab9a5739e30b49d89004bdabc7fbf9a3820fed090af373f13541d0a8f161cbc");
  auto secret = *from_hex(
      "808182838485868788898a8b8c8d8e8f6d6c9fe95e79900bf3a07c06c985d47e22e5a71c519fdde4fe5b1e500cec"
      "78"
      "3e2dbfe099379ce749d5f16621652fc8af9db7af687d7f1dfe8d984a04c1dfa9323da4137112313793345823ce06"
      "33"
      "4f1796c16fd3f84f3e6f1554fbd557803c1f9f1a09178f1dd5a0db22547997c8d906615a98364fe1abd1fd5c18b1"
      "ce"
      "e79d4e");
  const auto judge = [&](ByteSpan bytes) {
    return pairing::judge_client(client_.certificate(), server_challenge_, commitment, bytes);
  };
  EXPECT_EQ(judge(secret), Verdict::Good);
  EXPECT_EQ(judge(ByteSpan(secret).first(16)), Verdict::Malformed);
  EXPECT_EQ(judge({}), Verdict::Malformed);
  EXPECT_EQ(judge(ByteSpan(secret).first(40)), Verdict::WrongSignature);
  secret.back() ^= 1;
  EXPECT_EQ(judge(secret), Verdict::WrongSignature);
  secret.front() ^= 1;
  EXPECT_EQ(judge(secret), Verdict::WrongHash);
}

TEST_F(PairingVectors, RefusesWrongSizes) {
  for (const std::size_t size : {0U, 15U, 17U, 32U})
    EXPECT_FALSE(pairing::answer_challenge(key_, Bytes(size), host_.certificate().signature(),
                                           server_secret_, server_challenge_));
  for (const std::size_t size : {0U, 16U, 31U, 48U})
    EXPECT_FALSE(pairing::open_commitment(key_, Bytes(size)));
}

class PairingAttemptsTest : public testing::Test {
 protected:
  PairingAttemptsTest() {
    database_ = std::move(*store::Database::open(folder_.path() + "/db"));
    list_ = std::move(*trust::AllowList::open(*database_, executor_));
    attempts_ = std::make_unique<PairingAttempts>(executor_, desk_, *list_, host());
  }
  static const crypto::Identity& host() {
    static const auto identity = *crypto::Identity::generate("host");
    return identity;
  }
  static const crypto::Identity& client_identity() {
    static const auto identity = test::make_client_identity();
    return identity;
  }
  static const crypto::Identity& other_identity() {
    static const auto identity =
        test::make_client_identity({.version = X509_VERSION_1, .serial = 1, .out_of_date = true});
    return identity;
  }

  struct Reply {
    std::string status, message, paired;
    pugi::xml_document document;
    Bytes bytes(const char* element) const {
      return from_hex(document.child("root").child_value(element)).value_or(Bytes{});
    }
  };
  using ExchangePtr = std::shared_ptr<test::FakeExchange>;

  ExchangePtr send(http::Fields query, const std::string& address = "192.168.1.5",
                   const std::string& unique_id = "0123456789ABCDEF") {
    http::Request request;
    request.method = "GET";
    request.path = "/pair";
    request.query = std::move(query);
    request.query.emplace_back("uniqueid", unique_id);
    request.query.emplace_back("devicename", "roth");
    request.remote = *net::Endpoint::parse(address, 50'000);
    auto exchange = std::make_shared<test::FakeExchange>(std::move(request));
    attempts_->handle(exchange);
    return exchange;
  }
  static std::unique_ptr<Reply> read(const ExchangePtr& exchange) {
    auto reply = std::make_unique<Reply>();
    EXPECT_TRUE(exchange->answered());
    EXPECT_TRUE(reply->document.load_string(exchange->body().c_str()));
    const auto root = reply->document.child("root");
    reply->status = root.attribute("status_code").value();
    reply->message = root.attribute("status_message").value();
    reply->paired = root.child_value("paired");
    return reply;
  }

  // A client as gamestream.md 3.1 describes it.
  struct Client {
    explicit Client(const crypto::Identity& who) : identity(who) {}
    const crypto::Identity& identity;
    Block salt = crypto::random_array<16>();
    Block key{};
    Block challenge = crypto::random_array<16>();
    Block secret = crypto::random_array<16>();
    Bytes commitment_of_host;
    Block server_challenge{};

    http::Fields phase1(std::string pin) {
      key = pairing::derive_key(salt, pin);
      return {{"phrase", "getservercert"},
              {"salt", to_hex(salt)},
              {"clientcert", to_hex(as_bytes(identity.certificate_pem()))}};
    }
    http::Fields phase2() const {
      return {{"clientchallenge", to_hex(*crypto::ecb_encrypt(key, challenge))}};
    }
    http::Fields phase3(const Bytes& challenge_response) {
      const auto plain = *crypto::ecb_decrypt(key, challenge_response);
      commitment_of_host.assign(plain.begin(), plain.begin() + 32);
      std::copy_n(plain.begin() + 32, 16, server_challenge.begin());
      const auto hash =
          crypto::sha256({server_challenge, identity.certificate().signature(), secret});
      return {{"serverchallengeresp", to_hex(*crypto::ecb_encrypt(key, hash))}};
    }
    bool host_is_right(const Bytes& pairing_secret, const crypto::Certificate& certificate) const {
      const auto server_secret = ByteSpan(pairing_secret).first(16);
      const auto hash = crypto::sha256({challenge, certificate.signature(), server_secret});
      return certificate.verify_rsa_sha256(server_secret, ByteSpan(pairing_secret).subspan(16)) &&
             crypto::equal_constant_time(hash, commitment_of_host);
    }
    http::Fields phase4() const {
      Bytes bytes(secret.begin(), secret.end());
      const auto signature = *identity.sign_rsa_sha256(secret);
      bytes.insert(bytes.end(), signature.begin(), signature.end());
      return {{"clientpairingsecret", to_hex(bytes)}};
    }
  };

  void type_pin(const std::string& pin, const std::string& label = {}) {
    const auto id = desk_.only_pending();
    ASSERT_TRUE(id);
    ASSERT_TRUE(desk_.submit_pin(*id, pin, label));
  }
  // Phases 1 to 3; the client knows afterwards whether the PIN was right.
  bool run_to_phase4(Client& client, const std::string& shown, const std::string& typed,
                     const std::string& label = {}) {
    const auto first = send(client.phase1(shown));
    EXPECT_FALSE(first->answered());
    type_pin(typed, label);
    const auto one = read(first);
    EXPECT_EQ(one->status, "200");
    EXPECT_EQ(one->paired, "1");
    const auto certificate = crypto::Certificate::from_pem(as_text(one->bytes("plaincert")));
    EXPECT_TRUE(certificate);
    EXPECT_EQ(as_text(one->bytes("plaincert")), host().certificate_pem());
    const auto two = read(send(client.phase2()));
    EXPECT_EQ(two->paired, "1");
    const auto three = read(send(client.phase3(two->bytes("challengeresponse"))));
    EXPECT_EQ(three->paired, "1");
    return client.host_is_right(three->bytes("pairingsecret"), *certificate);
  }
  std::string last_outcome() const {
    return desk_.outcomes().empty() ? "" : desk_.outcomes().back().text;
  }
  void expect_refused(const ExchangePtr& exchange) {
    const auto reply = read(exchange);
    EXPECT_EQ(reply->status, "400");
    EXPECT_EQ(reply->paired, "0");
  }

  test::TempFolder folder_;
  test::FakeExecutor executor_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<trust::AllowList> list_;
  trust::PairingDesk desk_{executor_};
  std::unique_ptr<PairingAttempts> attempts_;
};

TEST_F(PairingAttemptsTest, PairsAndStoresBeforeTheLastAnswer) {
  Client client(client_identity());
  EXPECT_TRUE(run_to_phase4(client, "0042", "0042", "Living room"));
  EXPECT_FALSE(list_->find(client_identity().certificate().fingerprint()));
  EXPECT_EQ(read(send(client.phase4()))->paired, "1");
  const auto device = list_->find(client_identity().certificate().fingerprint());
  ASSERT_TRUE(device);
  EXPECT_EQ(device->name, "Living room");
  EXPECT_EQ(device->last_address, "192.168.1.5");
  EXPECT_THAT(last_outcome(), HasSubstr("\"Living room\" is paired"));
  EXPECT_EQ(attempts_->size(), 0U);
  // It is on disk: another list over the same file knows it.
  const auto again = trust::AllowList::open(*database_, executor_);
  EXPECT_TRUE((*again)->find(client_identity().certificate().fingerprint()));
}

TEST_F(PairingAttemptsTest, TakesOldCertificatesAndNamesDevicesByAddress) {
  Client client(other_identity());  // version 1, out of date
  EXPECT_TRUE(run_to_phase4(client, "1111", "1111"));
  EXPECT_EQ(read(send(client.phase4()))->paired, "1");
  EXPECT_EQ(list_->find(other_identity().certificate().fingerprint())->name,
            "Moonlight (192.168.1.5)");
}

TEST_F(PairingAttemptsTest, PairingAgainKeepsTheName) {
  for (const auto* label : {"Mine", ""}) {
    Client client(client_identity());
    EXPECT_TRUE(run_to_phase4(client, "1111", "1111", label));
    EXPECT_EQ(read(send(client.phase4()))->paired, "1");
    EXPECT_EQ(list_->find(client_identity().certificate().fingerprint())->name, "Mine");
  }
}

TEST_F(PairingAttemptsTest, AWrongPinIsAnsweredNormallyUntilPhaseFour) {
  Client client(client_identity());
  EXPECT_FALSE(run_to_phase4(client, "1234", "4321"));
  const auto last = read(send(client.phase4()));
  EXPECT_EQ(last->status, "200");
  EXPECT_EQ(last->paired, "0");
  EXPECT_THAT(last_outcome(), HasSubstr("the PIN that was typed is not the one"));
  EXPECT_FALSE(list_->find(client_identity().certificate().fingerprint()));
  expect_refused(send(client.phase4()));  // no second guess
}

TEST_F(PairingAttemptsTest, AClientThatSeesTheWrongPinAndLeavesIsExplained) {
  Client client(client_identity());
  EXPECT_FALSE(run_to_phase4(client, "1234", "4321"));
  attempts_->cancel_from(*net::Endpoint::parse("192.168.1.5", 1));
  EXPECT_EQ(attempts_->size(), 0U);
  EXPECT_THAT(last_outcome(), HasSubstr("the PIN"));
}

TEST_F(PairingAttemptsTest, RefusesAnotherKeyThanTheCertificates) {
  Client client(client_identity());
  EXPECT_TRUE(run_to_phase4(client, "1234", "1234"));
  Bytes bytes(client.secret.begin(), client.secret.end());
  const auto signature = *other_identity().sign_rsa_sha256(client.secret);
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  EXPECT_EQ(read(send({{"clientpairingsecret", to_hex(bytes)}}))->paired, "0");
  EXPECT_THAT(last_outcome(), HasSubstr("does not hold the key"));
  EXPECT_TRUE(list_->snapshot()->devices.empty());
}

TEST_F(PairingAttemptsTest, RegressionPhasesOutOfOrder) {
  for (int skip_to = 2; skip_to <= 4; ++skip_to) {
    Client client(client_identity());
    const auto first = send(client.phase1("1"));
    if (skip_to == 2) {
      // Phase 2 before the PIN was typed.
      expect_refused(send(client.phase2()));
      EXPECT_TRUE(desk_.pending().empty());
      expect_refused(first);
      continue;
    }
    type_pin("1");
    const auto wrong = skip_to == 3 ? client.phase3(Bytes(48)) : client.phase4();
    expect_refused(send(wrong));
    EXPECT_EQ(attempts_->size(), 0U);
    expect_refused(send(client.phase2()));  // the attempt is gone
    EXPECT_THAT(last_outcome(), HasSubstr("out of order"));
  }
}

TEST_F(PairingAttemptsTest, SignsOncePerAttempt) {
  Client client(client_identity());
  EXPECT_TRUE(run_to_phase4(client, "1", "1"));
  const auto hash = crypto::Sha256{};
  expect_refused(send({{"serverchallengeresp", to_hex(*crypto::ecb_encrypt(client.key, hash))}}));
  expect_refused(send(client.phase4()));
}

TEST_F(PairingAttemptsTest, AReplayOfPhaseTwoEndsTheAttempt) {
  Client client(client_identity());
  send(client.phase1("1"));
  type_pin("1");
  EXPECT_EQ(read(send(client.phase2()))->paired, "1");
  expect_refused(send(client.phase2()));
  EXPECT_EQ(attempts_->size(), 0U);
}

TEST_F(PairingAttemptsTest, RefusesMalformedFirstRequests) {
  Client client(client_identity());
  const auto good = client.phase1("1");
  const auto with = [&](const char* name, const std::string& value) {
    auto fields = good;
    for (auto& [key, text] : fields)
      if (key == name) text = value;
    return fields;
  };
  const auto small = test::make_client_identity({.bits = 1024});
  for (const auto& fields :
       {with("salt", "00"), with("salt", std::string(34, '0')), with("salt", std::string(32, 'x')),
        with("clientcert", ""), with("clientcert", "zz"), with("clientcert", "00"),
        with("clientcert", to_hex(as_bytes(small.certificate_pem()))),
        http::Fields{{"phrase", "getservercert"}}, http::Fields{{"phrase", "pairchallenge"}},
        http::Fields{}}) {
    expect_refused(send(fields));
    EXPECT_TRUE(desk_.pending().empty());
  }
  expect_refused(send(good, "192.168.1.5", std::string(65, 'a')));
  expect_refused(send(good, "192.168.1.5", "a b"));
}

TEST_F(PairingAttemptsTest, RefusesMalformedLaterRequests) {
  for (const auto& fields :
       {http::Fields{{"clientchallenge", "00"}}, http::Fields{{"clientchallenge", "xyz"}},
        http::Fields{{"clientchallenge", ""}}}) {
    Client client(client_identity());
    send(client.phase1("1"));
    type_pin("1");
    expect_refused(send(fields));
    EXPECT_EQ(attempts_->size(), 0U);
  }
  {
    Client client(client_identity());
    EXPECT_TRUE(run_to_phase4(client, "1", "1"));
    expect_refused(send({{"clientpairingsecret", std::string(32, '0')}}));
  }
}

TEST_F(PairingAttemptsTest, BelongsToAddressAndUniqueId) {
  Client client(client_identity());
  send(client.phase1("1"));
  type_pin("1");
  expect_refused(send(client.phase2(), "192.168.1.6"));
  expect_refused(send(client.phase2(), "192.168.1.5", "fedcba"));
  EXPECT_EQ(read(send(client.phase2()))->paired, "1");  // untouched
}

TEST_F(PairingAttemptsTest, TheSameClientBeginsAnew) {
  Client client(client_identity());
  const auto stale = send(client.phase1("1111"));
  Client second(client_identity());
  const auto fresh = send(second.phase1("2222"));
  expect_refused(stale);
  EXPECT_FALSE(fresh->answered());
  type_pin("2222");
  EXPECT_EQ(read(fresh)->paired, "1");
  // Half-way through, it begins once more.
  Client third(client_identity());
  const auto again = send(third.phase1("3333"));
  EXPECT_FALSE(again->answered());
  EXPECT_EQ(attempts_->size(), 1U);
}

TEST_F(PairingAttemptsTest, TellsASecondClientThatOneIsWaiting) {
  const auto first = send(Client(client_identity()).phase1("1"));
  const auto second = send(Client(other_identity()).phase1("2"), "192.168.1.5", "beef");
  const auto reply = read(second);
  EXPECT_EQ(reply->status, "200");
  EXPECT_EQ(reply->paired, "1");
  EXPECT_FALSE(reply->document.child("root").child("plaincert"));
  EXPECT_FALSE(first->answered());
  for (const auto* address : {"192.168.1.6", "192.168.1.7", "192.168.1.8"})
    EXPECT_FALSE(send(Client(client_identity()).phase1("1"), address)->answered());
  EXPECT_EQ(read(send(Client(client_identity()).phase1("1"), "192.168.1.9"))->paired, "1");
  EXPECT_EQ(attempts_->size(), 4U);
}

TEST_F(PairingAttemptsTest, GivesUpWhenNobodyTypesThePin) {
  const auto first = send(Client(client_identity()).phase1("1"));
  executor_.advance(120s);
  const auto reply = read(first);
  EXPECT_EQ(reply->status, "400");
  EXPECT_EQ(reply->paired, "0");
  EXPECT_THAT(reply->message, HasSubstr("Nobody typed the PIN"));
  EXPECT_EQ(attempts_->size(), 0U);
}

TEST_F(PairingAttemptsTest, GivesUpWhenTheClientLeaves) {
  const auto first = send(Client(client_identity()).phase1("1"));
  first->abandon();
  EXPECT_EQ(attempts_->size(), 0U);
  EXPECT_TRUE(desk_.pending().empty());
  EXPECT_THAT(last_outcome(), HasSubstr("gave up"));
}

TEST_F(PairingAttemptsTest, DropsHalfFinishedAttempts) {
  Client client(client_identity());
  const auto first = send(client.phase1("1"));
  executor_.advance(100s);
  type_pin("1");
  executor_.advance(199s);
  EXPECT_EQ(attempts_->size(), 1U);
  executor_.advance(2s);
  EXPECT_EQ(attempts_->size(), 0U);
  EXPECT_EQ(executor_.timers(), 0U);
  expect_refused(send(client.phase2()));
}

TEST_F(PairingAttemptsTest, UnpairEndsAttemptsOfThatAddressOnly) {
  const auto here = send(Client(client_identity()).phase1("1"));
  const auto there = send(Client(other_identity()).phase1("1"), "192.168.1.6");
  attempts_->cancel_from(*net::Endpoint::parse("192.168.1.5", 9));
  expect_refused(here);
  EXPECT_FALSE(there->answered());
  EXPECT_EQ(desk_.pending().size(), 1U);
}

TEST_F(PairingAttemptsTest, AFailingStoreFailsThePairing) {
  Client client(client_identity());
  EXPECT_TRUE(run_to_phase4(client, "1", "1"));
  database_->fail_next_commits(1);
  const auto reply = read(send(client.phase4()));
  EXPECT_EQ(reply->paired, "0");
  EXPECT_EQ(reply->status, "500");
  EXPECT_THAT(reply->message, HasSubstr("could not store"));
  EXPECT_FALSE(list_->find(client_identity().certificate().fingerprint()));
  EXPECT_FALSE(desk_.outcomes().back().paired);
}

TEST_F(PairingAttemptsTest, DyingAnswersWhatWaits) {
  const auto first = send(Client(client_identity()).phase1("1"));
  attempts_.reset();
  expect_refused(first);
  EXPECT_TRUE(desk_.pending().empty());
  EXPECT_EQ(executor_.timers(), 0U);
}

}  // namespace
}  // namespace pf::gamestream
