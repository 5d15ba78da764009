// The test client against the notes' vectors, before it judges a host.
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "base/hex.hpp"
#include "support/gs_client_control.hpp"
#include "support/gs_client_http.hpp"
#include "support/gs_client_input.hpp"
#include "support/gs_client_pairing.hpp"
#include "support/gs_client_rtsp.hpp"

namespace pf::test::gs {
namespace {

Bytes unhex(std::string_view text) {
  return from_hex(text).value();
}
Block block(std::string_view text) {
  const auto bytes = unhex(text);
  Block out;
  std::copy_n(bytes.begin(), out.size(), out.begin());
  return out;
}

const Block kRikey = block("000102030405060708090a0b0c0d0e0f");

// gamestream.md 12.2.
constexpr const char* kHostPem =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBnTCCAQagAwIBAgICEjQwDQYJKoZIhvcNAQELBQAwFDESMBAGA1UEAwwJVGVz\n"
    "dCBIb3N0MB4XDTI0MDEwMTAwMDAwMFoXDTQ0MDEwMTAwMDAwMFowFDESMBAGA1UE\n"
    "AwwJVGVzdCBIb3N0MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDBfkG8HDCf\n"
    "tgiQHcEbZd+OlC65RUkn2cfXz2M5FIVF81SHNJwxcFrLbxDw8FIprmqQ6rdECzBp\n"
    "4DAgWzPCfrcIk2ddNoyXNwGMx3or6EWHIctoA/o9xGsZ2vd97hYOLwvm4t9xYtF6\n"
    "mH+Mxpoun/TsmZ2+reLVme+i2pq3yBan1wIDAQABMA0GCSqGSIb3DQEBCwUAA4GB\n"
    "ABUQPqE6izhSB3kKWA4YO/Sqzahvwh0fLg+dP8CRz5KDVD0EFhLe6Vj8NnHJpNOe\n"
    "SUlxsX6RsKpis/rUgoqySTi04VnM5Yk0wkyFqkaP1ocpDQgvlBxTHM4+7z6+of2D\n"
    "Np5taNYrm4sGRLo/1CPRKJwMtuSbWbEPrvuhmsEDl/4h\n"
    "-----END CERTIFICATE-----\n";
constexpr const char* kClientPem =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBujCCASOgAwIBAgIBATANBgkqhkiG9w0BAQsFADAjMSEwHwYDVQQDDBhOVklE\n"
    "SUEgR2FtZVN0cmVhbSBDbGllbnQwHhcNMjQwMTAxMDAwMDAwWhcNNDQwMTAxMDAw\n"
    "MDAwWjAjMSEwHwYDVQQDDBhOVklESUEgR2FtZVN0cmVhbSBDbGllbnQwgZ8wDQYJ\n"
    "KoZIhvcNAQEBBQADgY0AMIGJAoGBAJumy+WZLA6rn5vLlYMMnsUatofVeMFIiXH9\n"
    "mP8z6ITqjl8TAirDoUtby1aH3dnMmRmb/rWmWdIFfTEKL7/ImJzzxHcaB2VcPXUG\n"
    "jijOEOXJNH+5bBR+GE0TwMFosx7Bo/b8cQtklivXVSgaCMcijU05FC8q5b57NiUw\n"
    "DHIqP5EfAgMBAAEwDQYJKoZIhvcNAQELBQADgYEAcaV1dsyy2MHXDN7Ck7fXdCyT\n"
    "EXW+Zm8Fq7ZfND4xzZS++KlLVLyIYBx5QHfDWBiRsGmvDjMk5IFirdGHb4HdInfT\n"
    "KAb09dsGo4H0A5pd7lVw12MUmYLERew7HRN17TdeyjU6r2o0jN9qtPgDP+GOvRXV\n"
    "UT0Di68Iz7PxIqTYkOQ=\n"
    "-----END CERTIFICATE-----\n";
constexpr const char* kClientP =
    "cd20f76bc23134abc336219a3def8c9a8fc8565c7a3441fbf250d8ebf25db8419d69704bbdd4fbe9a594e5b5d0a5"
    "de72ffc3fa57b1f5bb3f5273fb3a8880ed4d";
constexpr const char* kClientQ =
    "c240a9ec45119acd45b8bcf7c7c0b7fc8795c8c499a8ae851df72c451c235f47bf9a09fb46527db52cde4ce7a06f"
    "9b842193500d4077537e4823506dd6c3b21b";

template <auto Free>
struct Delete {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Number = std::unique_ptr<BIGNUM, Delete<BN_free>>;

std::shared_ptr<EVP_PKEY> key_from_primes(const char* p_hex, const char* q_hex) {
  const auto number = [](const char* hex) {
    BIGNUM* n = nullptr;
    BN_hex2bn(&n, hex);
    return Number(n);
  };
  const std::unique_ptr<BN_CTX, Delete<BN_CTX_free>> ctx(BN_CTX_new());
  const auto p = number(p_hex), q = number(q_hex), e = number("010001"), one = number("1");
  const Number n(BN_new()), d(BN_new()), phi(BN_new()), p1(BN_new()), q1(BN_new());
  BN_mul(n.get(), p.get(), q.get(), ctx.get());
  BN_sub(p1.get(), p.get(), one.get());
  BN_sub(q1.get(), q.get(), one.get());
  BN_mul(phi.get(), p1.get(), q1.get(), ctx.get());
  BN_mod_inverse(d.get(), e.get(), phi.get(), ctx.get());
  const std::unique_ptr<OSSL_PARAM_BLD, Delete<OSSL_PARAM_BLD_free>> build(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_D, d.get());
  const std::unique_ptr<OSSL_PARAM, Delete<OSSL_PARAM_free>> parameters(
      OSSL_PARAM_BLD_to_param(build.get()));
  const crypto::PkeyCtxPtr maker(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(maker.get());
  EVP_PKEY_fromdata(maker.get(), &key, EVP_PKEY_KEYPAIR, parameters.get());
  return {key, EVP_PKEY_free};
}

TEST(GsClientVectors, PinKey) {
  EXPECT_EQ(to_hex(pin_key(kRikey, "1234")), "bad0b4f7cae08eb7c1b5acc763a8ed25");
}

// gamestream.md 12.2, the client's half of the whole exchange.
TEST(GsClientVectors, PairingExchange) {
  const auto identity = ClientIdentity::from_parts(kClientPem, key_from_primes(kClientP, kClientQ));
  EXPECT_TRUE(to_hex(identity.signature()).starts_with("71a57576ccb2d8c1d70cdec293b7d774"));
  Pairing pairing({}, identity, "1234");
  pairing.salt = kRikey;
  pairing.client_challenge = block("202122232425262728292a2b2c2d2e2f");
  pairing.client_secret = block("808182838485868788898a8b8c8d8e8f");
  pairing.take_server_certificate(kHostPem);
  EXPECT_EQ(pairing.client_challenge_hex(), "533daf529237d7015f7d48e3c777ee51");
  pairing.take_challenge_response(
      "84600a25dc4552426444c34f644895c531796d1c3bad04917afac897845ac995e5171e2ed9c44fff9257e4d9647b"
      "3"
      "b19");
  EXPECT_EQ(to_hex(pairing.server_challenge()), "606162636465666768696a6b6c6d6e6f");
  EXPECT_EQ(to_hex(pairing.server_hash()),
            "06f000a790debbbdda66dbaf1bded2cd27f7ae1f4b8c0eb719f8510a7c642662");
  EXPECT_EQ(pairing.server_challenge_response_hex(),
            "6f0a994a3c5e742953d545bfb20d3a59be0a078153bf8a13cf8869f98c713a7d");
  pairing.take_pairing_secret(
      "404142434445464748494a4b4c4d4e4f88efaf5f9fd8c6f055f4b9b563f1d19af1041ff1796dd3939d256b4bcce8"
      "9112225815e96a63ad09a35087bff5c1bfcd578d77b56b58a43cafbe811a6c43526b18a295d73aeb8537d271b069"
      "49f82214a883f79fab922da80c714334417e3ba700894dc6a125a5570ffdf5860585e310a9aa2387e5cc9bfd2730"
      "da44e6aa1046");
  EXPECT_TRUE(pairing.host_hash_right());
  EXPECT_TRUE(pairing.host_signature_right());
  EXPECT_EQ(
      pairing.client_pairing_secret_hex(),
      "808182838485868788898a8b8c8d8e8f6d6c9fe95e79900bf3a07c06c985d47e22e5a71c519fdde4fe5b1e500"
      "cec783e2dbfe099379ce749d5f16621652fc8af9db7af687d7f1dfe8d984a04c1dfa9323da413711231379334"
      "5823ce06334f1796c16fd3f84f3e6f1554fbd557803c1f9f1a09178f1dd5a0db22547997c8d906615a98364fe"
      "1abd1fd5c18b1cee79d4e");

  // With another PIN the host's commitment does not fit.
  Pairing wrong({}, identity, "1235");
  wrong.salt = kRikey;
  wrong.client_challenge = pairing.client_challenge;
  wrong.take_server_certificate(kHostPem);
  wrong.take_challenge_response(
      "84600a25dc4552426444c34f644895c531796d1c3bad04917afac897845ac995e5171e2ed9c44fff9257e4d9647b"
      "3"
      "b19");
  EXPECT_FALSE(wrong.host_hash_right());
}

// gamestream.md 12.3.
TEST(GsClientVectors, EncryptedRtsp) {
  const std::string text =
      "OPTIONS rtspenc://192.168.1.10:48010 RTSP/1.0\r\nCSeq: 1\r\nX-GS-ClientVersion: 14\r\nHost: "
      "192.168.1.10\r\n\r\n";
  EXPECT_EQ(to_hex(seal_rtsp(kRikey, 1, text)),
            "800000660000000168b5b12432cb8e2e412b872a46a51e3a9fe452003a42126629e9a38df3e5ba69a1abda"
            "e54db40"
            "96793128c2f908f8f9d3020facd1557180ae8b351849ce52c58abeb8e9b7c4f02f8d7f8a9ca29bf268920b"
            "175a9e6"
            "0e05a0693312d74d2861c5e81816295c8c854c86548e87d9d68c57be7198fabd0d");
  const auto wire = unhex(
      "8000001c00000001f1734c68fca6356daf5717bc54c6f6a2600872b43a271f6b4fc685cedf9a7cb84351077c0cc5"
      "2"
      "1456e1d06e9");
  const auto opened = open_rtsp(kRikey, 1, wire);
  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(*opened, "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n");
  EXPECT_FALSE(open_rtsp(kRikey, 2, wire));
  const auto reply = parse_rtsp(*opened);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200U);
  EXPECT_EQ(reply->headers.at("CSeq"), "1");
}

TEST(GsClientRtsp, ReadsAnswersAsStrictlyAsTheClient) {
  EXPECT_TRUE(parse_rtsp("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\nbody"));
  for (const char* bad : {"RTSP/1.1 200 OK\r\nCSeq: 1\r\n\r\n", "RTSP/1.0 200\r\nCSeq: 1\r\n\r\n",
                          "RTSP/1.0 200 \r\nCSeq: 1\r\n\r\n", "RTSP/1.0 200 OK\r\nCSeq:1\r\n\r\n",
                          "RTSP/1.0 200 OK\r\nCSeq: \r\n\r\n", "RTSP/1.0 200 OK\r\nCSeq: 1\r\n",
                          "RTSP/1.0 200 OK\r\n\r\n"})
    EXPECT_FALSE(parse_rtsp(bad)) << bad;
}

// gamestream.md 12.4.
TEST(GsClientVectors, ControlEnvelope) {
  const auto ping = unhex("0400000000000000");
  EXPECT_EQ(to_hex(seal_control(kRikey, IvScheme::A, false, 5, control_type::kPing, ping)),
            "010020000500000056c2c77470073f134dcdc6ca1ffae393a1fe544c73fb167819e18411");
  EXPECT_EQ(to_hex(seal_control(kRikey, IvScheme::B, false, 5, control_type::kPing, ping)),
            "01002000050000009e37f6e3aea5df4a715c1e357cc273defe2a748c66dd9cfaf503adc5");
  const auto end = unhex("01001c0002010000e0412a160727a59f5fd1bb52beadd695dbadce6c00ef1cb2");
  const auto message = open_control(kRikey, IvScheme::A, true, end);
  ASSERT_TRUE(message) << message.error().message();
  EXPECT_EQ(message->type, control_type::kTermination);
  EXPECT_EQ(message->sequence, 0x102U);
  EXPECT_EQ(to_hex(message->payload), "80030023");
  EXPECT_FALSE(open_control(kRikey, IvScheme::B, true, end));
  EXPECT_TRUE(
      open_control(kRikey, IvScheme::B, true,
                   unhex("01001c0002010000c259eb7e1f8e7a9fa0c84f3f03aecd4978fa4efbc43c02cd")));
}

// gamestream.md 12.5.
TEST(GsClientVectors, EncryptedVideoDatagram) {
  const auto plain = open_video(
      kRikey,
      unhex("090000000000000000000056070000007f43ad1656361ed0cea1dc729ae790b6b99a15bcd7d03cb85eac"
            "470c765d6891cae667a73d0b0a70ac1abb3727501405a0a4baa7c4781d1695d00110801c2623"));
  ASSERT_TRUE(plain);
  EXPECT_EQ(
      to_hex(*plain),
      "9000010200015f90000000000000000000a500000700000007001000800c4000000102030405060708090a0b"
      "0c0d0e0f");
}

// gamestream.md 12.7.
TEST(GsClientVectors, EncryptedAudio) {
  const auto plain =
      open_audio(kRikey, 305419896, 4,
                 unhex("ab8c78473efb91b7973e1887cc07c4a4ac00dd439263b676edd565c32f6a40a2"));
  ASSERT_TRUE(plain);
  EXPECT_EQ(to_hex(*plain), "fc0102030405060708090a0b0c0d0e0f10111213");
  EXPECT_TRUE(to_hex(audio_iv(static_cast<std::uint32_t>(-559038737), 0)).starts_with("deadbeef"));
  EXPECT_TRUE(
      to_hex(audio_iv(static_cast<std::uint32_t>(-559038737), 65535)).starts_with("deaebeee"));
}

// gamestream.md 12.6.
TEST(GsClientVectors, InputPackets) {
  namespace p = input_packet;
  const auto hex = [](const InputPacket& packet) { return to_hex(packet.bytes); };
  EXPECT_EQ(hex(p::key(0x41, true, 1)), "0000000a03000000004180010000");
  EXPECT_EQ(hex(p::key(0x41, false)), "0000000a04000000004180000000");
  EXPECT_EQ(hex(p::move(5, -3)), "00000008070000000005fffd");
  EXPECT_EQ(hex(p::position(960, 540, 1920, 1080)), "0000000e0500000003c0021c0000077f0437");
  EXPECT_EQ(hex(p::button(1, true)), "000000050800000001");
  EXPECT_EQ(hex(p::button(1, false)), "000000050900000001");
  EXPECT_EQ(hex(p::scroll(120)), "0000000a0a000000007800780000");
  EXPECT_EQ(hex(p::hscroll(-120)), "0000000601000055ff88");
  EXPECT_EQ(hex(p::text("\xc3\xa9")), "0000000617000000c3a9");
  EXPECT_EQ(hex(p::haptics()), "000000060d0000000100");
  EXPECT_EQ(hex(p::pad(1, 3, {0x201010, 255, 0, 0, 32767, -32768, 0})),
            "0000001e0c0000001a000100030014001010ff000000ff7f008000009c0020005500");
  EXPECT_EQ(hex(p::touch(1, 7, .5F, .25F, 1)),
            "00000020020000550100ffff070000000000003f0000803e0000803f0000000000000000");
  EXPECT_EQ(hex(p::pen(3, 1, 1, .5F, .25F, .75F, 90, 30)),
            "000000200300005503010100"
            "0000003f0000803e0000403f5a001e000000000000000000");
  EXPECT_EQ(hex(p::pad_arrival(0, 2, 0xFF, 0x30FFFF)), "0000000c040000550002ff00ffff3000");
  EXPECT_EQ(hex(p::pad_touch(0, 1, 3, .5F, .5F, 1)),
            "000000180500005500010000030000000000003f0000003f0000803f");
  EXPECT_EQ(hex(p::pad_motion(0, 2, 1.5F, -2, .25F)),
            "0000001406000055000200000000c03f000000c00000803e");
  EXPECT_EQ(hex(p::pad_battery(0, 3, 85)), "000000080700005500035500");
}

// gamestream.md 12.8.
TEST(GsClientVectors, Announce) {
  const auto body = Announce().body("127.0.0.1");
  EXPECT_TRUE(
      body.starts_with("v=0\r\no=android 0 14 IN IPv4 127.0.0.1\r\ns=NVIDIA Streaming Client\r\n"
                       "a=x-ml-general.featureFlags:3 \r\n"));
  EXPECT_TRUE(body.ends_with("a=x-nv-video[0].encoderCscMode:2 \r\nt=0 0\r\nm=video 47998  \r\n"));
}

TEST(GsClientIdentity, MakesStrangers) {
  const auto paired = ClientIdentity::generate();
  const auto same_key = paired.reissue({.serial = 7});
  const auto child = paired.issue_child({});
  EXPECT_NE(paired.fingerprint(), same_key.fingerprint());
  EXPECT_EQ(X509_verify(same_key.certificate(), paired.key()), 1);
  EXPECT_EQ(X509_verify(child.certificate(), paired.key()), 1);
  EXPECT_EQ(X509_get_version(paired.reissue({.version1 = true}).certificate()), 0);
  EXPECT_TRUE(verify(paired.certificate(), unhex("0102"), paired.sign(unhex("0102"))));
  EXPECT_FALSE(verify(paired.certificate(), unhex("0103"), paired.sign(unhex("0102"))));
}

TEST(GsClientXml, ReadsAnswersAsStrictlyAsTheClients) {
  const auto parse = [](const std::string& body) { return parse_xml({200, {}, body, {}}); };
  const auto list = parse(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root status_code=\"200\"><App><IsHdrSupported>1"
      "</IsHdrSupported><AppTitle>Desktop</AppTitle><ID>881448767</ID></App></root>");
  ASSERT_TRUE(list) << list.error().message();
  ASSERT_EQ(list->apps.size(), 1U);
  EXPECT_EQ(list->apps[0].title, "Desktop");
  EXPECT_EQ(list->apps[0].id, 881448767U);
  const auto refused = parse("<root status_code=\"401\" status_message=\"no\"/>");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status_code, 401U);
  EXPECT_FALSE(refused->ok());
  EXPECT_FALSE(parse("<root status_code=\"200\">\n<a>1</a></root>"));
  EXPECT_FALSE(parse("<root status_code=\"200\"><a>1</a><a>2</a></root>"));
  EXPECT_FALSE(parse("<root/>"));
  EXPECT_FALSE(parse("nothing"));
}

}  // namespace
}  // namespace pf::test::gs
