// Handshakes: protocol selection, certificates, pins, exporter, Retry, versions, losses.
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "crypto/ossl.hpp"
#include "sim.hpp"

namespace pf::test {
namespace {

// Self-signed X.509 v3 with a key of that type ("P-256", "P-384", "ED25519").
crypto::Identity identity_of(const std::string& type) {
  const crypto::PkeyPtr key(type == "ED25519" ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                              : EVP_EC_gen(type.c_str()));
  const crypto::X509Ptr x509(X509_new());
  X509_set_version(x509.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), -1000);
  X509_gmtime_adj(X509_getm_notAfter(x509.get()), -10);  // long over, which nobody looks at
  X509_set_pubkey(x509.get(), key.get());
  PF_ASSERT(X509_sign(x509.get(), key.get(), type == "ED25519" ? nullptr : EVP_sha256()) > 0);
  const auto pem = [](auto write) {
    const crypto::BioPtr bio(BIO_new(BIO_s_mem()));
    PF_ASSERT(write(bio.get()) == 1);
    char* text = nullptr;
    const auto length = BIO_get_mem_data(bio.get(), &text);
    return std::string(text, static_cast<std::size_t>(length));
  };
  return *crypto::Identity::from_pem(
      pem([&](BIO* bio) { return PEM_write_bio_X509(bio, x509.get()); }), pem([&](BIO* bio) {
        return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
      }));
}

TEST(QuicHandshake, AllUsualKeyTypesOnBothSides) {
  for (const std::string type : {"P-256", "P-384", "ED25519"}) {
    const auto identity = identity_of(type);
    SimPair pair({}, {}, {"pkf2"}, 1, identity);
    SimPair::Dial how;
    how.identity = identity;
    how.pin = identity.certificate().fingerprint();
    const auto [client, server] = pair.connect(how);
    ASSERT_NE(server, nullptr) << type;
    EXPECT_EQ(server->peer, identity.certificate().fingerprint());
  }
}

TEST(QuicHandshake, ServerPreferenceChoosesTheProtocol) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"pkf2", "pkf1"}, "pkf2"},
      {{"pkf1"}, "pkf1"},
      {{"pkf1", "pkf2"}, "pkf2"},
      {{"x", "pkf1"}, "pkf1"}};
  for (const auto& [offered, chosen] : cases) {
    SimPair pair;
    SimPair::Dial how;
    how.alpns = offered;
    const auto [client, server] = pair.connect(how);
    ASSERT_NE(server, nullptr);
    EXPECT_EQ(client->alpn, chosen);
    EXPECT_EQ(server->alpn, chosen);
  }
}

TEST(QuicHandshake, NoCommonProtocolIsAlert120) {
  SimPair pair;
  SimPair::Dial how;
  how.alpns = {"h3"};
  const auto [client, server] = pair.connect(how);
  ASSERT_TRUE(client->closed);
  EXPECT_EQ(client->closed->kind, CloseKind::TlsAlert);
  EXPECT_EQ(client->closed->code, 120U);
  EXPECT_TRUE(client->closed->by_peer);
  EXPECT_EQ(client->connected, 0);
  EXPECT_EQ(server, nullptr);
  pair.net.pass_time(10s);
  EXPECT_EQ(pair.server->counters.handshakes_failed.value(), 1U);
  EXPECT_EQ(pair.server->counters.half_open.value(), 0);
}

TEST(QuicHandshake, FingerprintsOfBothCertificatesAreSeen) {
  SimPair pair;
  SimPair::Dial how;
  how.identity = client_identity();
  how.pin = host_identity().certificate().fingerprint();
  const auto [client, server] = pair.connect(how);
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(client->peer, host_identity().certificate().fingerprint());
  EXPECT_EQ(server->peer, client_identity().certificate().fingerprint());
  EXPECT_EQ(server->connection->peer_certificate(), client_identity().certificate().der());
}

TEST(QuicHandshake, ClientCertificateIsOptional) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  EXPECT_FALSE(server->peer);
  EXPECT_TRUE(server->connection->peer_certificate().empty());
}

TEST(QuicHandshake, WrongPinEndsTheHandshake) {
  SimPair pair;
  SimPair::Dial how;
  how.pin = std::string(64, 'A');
  const auto [client, server] = pair.connect(how);
  ASSERT_TRUE(client->closed);
  EXPECT_EQ(client->closed->kind, CloseKind::TlsAlert);
  EXPECT_FALSE(client->closed->by_peer);
  EXPECT_EQ(client->connected, 0);
  EXPECT_EQ(server, nullptr);
}

TEST(QuicHandshake, ExporterGivesTheSameKeyOnBothEnds) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  const Bytes context(16, 0xA5);
  std::array<std::uint8_t, 32> a{};
  std::array<std::uint8_t, 32> b{};
  std::array<std::uint8_t, 32> c{};
  ASSERT_TRUE(client->connection->export_key("EXPORTER-punktfunk/2 media", context, a));
  ASSERT_TRUE(server->connection->export_key("EXPORTER-punktfunk/2 media", context, b));
  ASSERT_TRUE(server->connection->export_key("EXPORTER-punktfunk/2 media", {}, c));
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  EXPECT_NE(a, (std::array<std::uint8_t, 32>{}));
}

TEST(QuicHandshake, UnvalidatedAddressesGetARetryFirst) {
  SimPair pair;
  pair.connect();
  EXPECT_EQ(pair.server->counters.retries_sent.value(), 1U);
  EXPECT_EQ(pair.server->counters.accepted.value(), 1U);

  EngineOptions without;
  without.always_retry = false;
  SimPair open(without);
  open.connect();
  EXPECT_EQ(open.server->counters.retries_sent.value(), 0U);
  EXPECT_EQ(open.server->counters.accepted.value(), 1U);
}

TEST(QuicHandshake, TokensAreBoundToAddressAndTime) {
  // The Initial that answers the Retry comes from another port.
  SimPair pair;
  int initials = 0;
  pair.net.filter = [&](SimNet::Packet& p) {
    if (p.to == pair.server->address && (p.bytes[0] & 0x80) != 0 && ++initials == 2)
      p.from.set_port(41000);
    return false;
  };
  auto client = pair.dial();
  pair.net.run([&] { return initials >= 2 && pair.server->counters.retries_sent.value() == 2; });
  EXPECT_EQ(pair.server->counters.tokens_rejected.value(), 1U);
  EXPECT_EQ(pair.server->counters.half_open.value(), 0);

  // The same after the token's life.
  SimPair late;
  SimNet::Packet held;
  late.net.filter = [&](SimNet::Packet& p) {
    if (p.to != late.server->address || late.server->counters.retries_sent.value() == 0)
      return false;
    held = p;
    return true;
  };
  auto second = late.dial();
  late.net.run([&] { return !held.bytes.empty(); });
  late.net.filter = {};
  late.net.now += 11'000'000'000U;
  late.net.put(held);
  late.net.pass_time(100ms);
  EXPECT_EQ(late.server->counters.tokens_rejected.value(), 1U);
  EXPECT_EQ(late.server->counters.accepted.value(), 0U);
}

TEST(QuicHandshake, ForeignTokenIsNoToken) {
  // Newer clients hand in what another host gave them under the same server name.
  SimPair pair;
  EngineOptions other;
  other.tls = *Tls::server(host_identity(), {"pkf2"});
  other.acceptor = [](Connection&) -> std::unique_ptr<ConnectionHandler> { return nullptr; };
  auto& elsewhere = pair.net.add(net::Endpoint::loopback_v4(9778), std::move(other));
  // The first Retry comes from a host with other secrets.
  bool diverted = false;
  pair.net.filter = [&](SimNet::Packet& p) {
    if (p.to == pair.server->address && !diverted) {
      diverted = true;
      p.to = elsewhere.address;
    } else if (p.from == elsewhere.address) {
      p.from = pair.server->address;
    }
    return false;
  };
  pair.dial();
  pair.net.run([&] { return pair.server->counters.retries_sent.value() > 0; });
  EXPECT_EQ(pair.server->counters.tokens_rejected.value(), 1U);
  EXPECT_EQ(pair.server->counters.half_open.value(), 0);
}

TEST(QuicHandshake, BigClientHelloInAnyOrder) {
  for (const bool always_retry : {true, false})
    for (const int mode : {0, 1, 2}) {  // as sent, the two Initials swapped, the first lost
      EngineOptions options;
      options.always_retry = always_retry;
      SimPair pair(options);
      SimPair::Dial how;
      how.padding = 1216;  // the share of X25519MLKEM768
      std::optional<SimNet::Packet> held;
      bool done = false;
      pair.net.filter = [&](SimNet::Packet& p) {
        if (mode == 0 || done || p.to != pair.server->address) return false;
        if (!held) {
          held = p;
          return true;
        }
        done = true;
        if (mode == 1) {
          pair.net.put(p);
          pair.net.put(*held);
          return true;
        }
        return false;
      };
      const auto started = pair.net.now;
      const auto [client, server] = pair.connect(how);
      ASSERT_EQ(client->connected, 1) << mode << always_retry;
      ASSERT_NE(server, nullptr);
      EXPECT_LT(pair.net.now - started, 2'000'000'000U) << mode << always_retry;
    }
}

TEST(QuicHandshake, TheFirstAnswerIsNotHeldBack) {
  // One millisecond each way: Retry, handshake and echo are three round trips (quic-notes 2.3).
  SimPair pair;
  pair.prepare = echo;
  auto client = std::make_shared<Story>();
  client->at_connected = [](Connection& c) {
    ASSERT_TRUE(c.write(*c.open_bidi(), pattern(100), true));
  };
  const auto started = pair.net.now;
  pair.dial(SimPair::Dial(), client);
  ASSERT_TRUE(pair.net.run([&] { return client->ended.size() == 1; }));
  EXPECT_LT(pair.net.now - started, 8'000'000U);
}

TEST(QuicHandshake, HugeClientHello) {
  SimPair pair;
  SimPair::Dial how;
  how.padding = 22'000;  // some twenty packets
  const auto [client, server] = pair.connect(how);
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(client->connected, 1);
}

TEST(QuicHandshake, SurvivesLosses) {
  for (const double loss : {0.05, 0.20}) {
    int failed = 0;
    for (std::uint32_t seed = 1; seed <= 30; ++seed) {
      EngineOptions options;
      options.timing.handshake_timeout = 20s;
      SimPair pair(options, options, {"pkf2"}, seed);
      pair.net.loss = loss;
      pair.net.reorder = 0.1;
      auto client = pair.dial();
      pair.net.run([&] { return client->connected == 1 || client->closed; }, 30s);
      if (client->connected != 1) ++failed;
    }
    EXPECT_EQ(failed, 0) << loss;
  }
}

TEST(QuicHandshake, UnfinishedHandshakesAreForgotten) {
  EngineOptions options;
  SimPair pair(options);
  // The server hears the client's first flight only.
  int flights = 0;
  pair.net.filter = [&](SimNet::Packet& p) {
    return p.to == pair.server->address && ++flights > 2;
  };
  auto client = pair.dial();
  pair.net.pass_time(1s);
  EXPECT_EQ(pair.server->counters.half_open.value(), 1);
  pair.net.pass_time(5s);
  EXPECT_EQ(pair.server->counters.half_open.value(), 0);
  EXPECT_EQ(pair.server->counters.handshakes_timed_out.value(), 1U);
  // For the client the handshake was complete with the server's flight; it then hears nothing.
  EXPECT_EQ(client->connected, 1);
  pair.net.pass_time(20s);
  ASSERT_TRUE(client->closed);
  EXPECT_EQ(client->closed->kind, CloseKind::IdleTimeout);
  EXPECT_EQ(client->closed_calls, 1);
  EXPECT_TRUE(client->destroyed);
}

TEST(QuicHandshake, NobodyThereIsAHandshakeTimeout) {
  SimPair pair;
  pair.net.filter = [](SimNet::Packet&) { return true; };
  auto client = pair.dial();
  pair.net.pass_time(6s);
  ASSERT_TRUE(client->closed);
  EXPECT_EQ(client->closed->kind, CloseKind::HandshakeTimeout);
}

TEST(QuicHandshake, UnknownVersionIsNegotiated) {
  SimPair pair;
  Bytes answer;
  pair.net.filter = [&](SimNet::Packet& p) {
    if (p.to == pair.server->address) {
      p.bytes[1] = 0x1A;
      p.bytes[2] = 0x2A;
    } else if (answer.empty()) {
      answer = p.bytes;
    }
    return !answer.empty();
  };
  pair.dial();
  pair.net.pass_time(100ms);
  EXPECT_EQ(pair.server->counters.version_negotiations_sent.value(), 1U);
  ASSERT_GE(answer.size(), 11U);
  EXPECT_EQ(load_be<std::uint32_t>(answer.data() + 1), 0U);
  EXPECT_EQ(load_be<std::uint32_t>(answer.data() + answer.size() - 4), 1U);
  // Small packets of unknown versions, and negotiations themselves, are not answered.
  Bytes small(1199, 0xC0);
  pair.server->engine.receive(small, pair.client->address, pair.server->address, pair.net.now);
  pair.server->engine.receive(answer, pair.client->address, pair.server->address, pair.net.now);
  EXPECT_EQ(pair.server->counters.version_negotiations_sent.value(), 1U);
  // A crowd of them draws a bounded number of answers.
  Bytes large(1200, 0xC0);
  for (int i = 0; i < 500; ++i)
    pair.server->engine.receive(large, pair.client->address, pair.server->address, pair.net.now);
  const auto& counters = pair.server->counters;
  EXPECT_LE(counters.version_negotiations_sent.value(), 21U);
  EXPECT_EQ(
      counters.version_negotiations_sent.value() + counters.version_negotiations_suppressed.value(),
      501U);
}

TEST(QuicHandshake, ANegotiatedOtherVersionIsARefusal) {
  SimPair pair;
  pair.net.filter = [&](SimNet::Packet& p) {
    if (p.to == pair.server->address) {
      p.bytes[1] = 0x1A;
    } else {
      store_be<std::uint32_t>(p.bytes.data() + p.bytes.size() - 4, 0x1A2A3A4A);
    }
    return false;
  };
  auto client = pair.dial();
  ASSERT_TRUE(pair.net.run([&] { return client->closed.has_value(); }));
  EXPECT_EQ(client->closed->kind, CloseKind::Refused);
}

TEST(QuicHandshake, TheFixedBitIsNeverClearedNorInvitedToBe) {
  // A client tells media from QUIC by it (punktfunk2.md 2.4); both of our ends run many
  // connections.
  for (int i = 0; i < 12; ++i) {
    SimPair pair;
    std::size_t cleared = 0;
    pair.net.filter = [&](SimNet::Packet& p) {
      if ((p.bytes[0] & 0x40) == 0) ++cleared;
      return false;
    };
    pair.prepare = echo;
    const auto [client, server] = pair.connect();
    ASSERT_NE(server, nullptr);
    const auto id = *client->connection->open_bidi();
    ASSERT_TRUE(client->connection->write(id, pattern(20'000), true));
    ASSERT_TRUE(pair.net.run([&] { return client->ended.contains(id); }));
    EXPECT_EQ(cleared, 0U);
  }
}

}  // namespace
}  // namespace pf::test
