#include "http/certificate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/server_certificate.hpp"

namespace pf::http {
namespace {

using test::CertificateWish;
using test::make_server_certificate;
using testing::ElementsAre;
using testing::HasSubstr;

// What is wrong with it; "fine" when nothing is.
std::string verdict(const CertificateWish& wish) {
  const auto made = make_server_certificate(wish);
  const auto read =
      read_identity(made.certificate_pem, made.key_pem, Strictness::Presentable, unix_now());
  return read ? "fine" : read.error().context;
}

CertificateWish wish(const std::function<void(CertificateWish&)>& change) {
  CertificateWish made;
  change(made);
  return made;
}

TEST(Certificate, TakesWhatBrowsersTake) {
  const auto made = make_server_certificate();
  const auto read =
      read_identity(made.certificate_pem, made.key_pem, Strictness::Presentable, unix_now());
  ASSERT_TRUE(read) << read.error().context;
  EXPECT_THAT(read->facts.names, ElementsAre("den.example.org", "*.lan.example.org"));
  EXPECT_EQ(read->facts.subject, "CN = den");
  EXPECT_EQ(read->facts.issuer, "CN = den");
  EXPECT_EQ(read->facts.fingerprint.size(), 64U);
  EXPECT_NEAR(static_cast<double>(read->facts.not_after_unix - unix_now()), 365 * 86'400.0, 60.0);
  EXPECT_EQ(read->identity.certificate_pem, made.certificate_pem);
  EXPECT_EQ(verdict(wish([](auto& w) { w.curve = "secp384r1"; })), "fine");
  EXPECT_EQ(verdict(wish([](auto& w) { w.curve = nullptr; })), "fine");
  EXPECT_EQ(verdict(wish([](auto& w) { w.purpose = ""; })), "fine");
}

TEST(Certificate, SaysInWordsWhatIsWrong) {
  const auto now = unix_now();
  EXPECT_THAT(verdict(wish([&](auto& w) { w.until_unix = now - 10; })), HasSubstr("expired"));
  EXPECT_THAT(verdict(wish([&](auto& w) { w.from_unix = now + 7200; })),
              HasSubstr("not valid before"));
  EXPECT_THAT(verdict(wish([](auto& w) { w.curve = nullptr, w.rsa_bits = 1024; })),
              HasSubstr("too weak"));
  EXPECT_THAT(verdict(wish([](auto& w) { w.curve = "secp256k1"; })), HasSubstr("kind of key"));
  EXPECT_THAT(verdict(wish([](auto& w) { w.digest = EVP_sha1(); })), HasSubstr("SHA-256"));
  EXPECT_THAT(verdict(wish([](auto& w) { w.purpose = "clientAuth"; })),
              HasSubstr("not meant for servers"));
  EXPECT_THAT(verdict(wish([](auto& w) { w.alt_names = ""; })), HasSubstr("no DNS name"));
  EXPECT_THAT(verdict(wish([](auto& w) { w.alt_names = "IP:192.168.1.5"; })),
              HasSubstr("no DNS name"));
}

TEST(Certificate, KeyAndCertificateHaveToBeAPair) {
  const auto one = make_server_certificate();
  const auto other = make_server_certificate();
  const auto read = [](const std::string& certificate, const std::string& key) {
    const auto done = read_identity(certificate, key, Strictness::Usable, unix_now());
    return done ? std::string("fine") : done.error().context;
  };
  EXPECT_EQ(read(one.certificate_pem, one.key_pem), "fine");
  EXPECT_EQ(read(one.certificate_pem + one.key_pem, one.certificate_pem + one.key_pem), "fine");
  EXPECT_THAT(read(one.certificate_pem, other.key_pem), HasSubstr("does not belong"));
  EXPECT_THAT(read("hello", one.key_pem), HasSubstr("BEGIN CERTIFICATE"));
  EXPECT_THAT(read(one.certificate_pem, "hello"), HasSubstr("BEGIN PRIVATE KEY"));
  EXPECT_THAT(read(one.certificate_pem, test::with_passphrase(one)), HasSubstr("passphrase"));
  EXPECT_THAT(read(std::string(65 * 1024, 'x'), one.key_pem), HasSubstr("too long"));
  // Dates are not looked at when a stored one is read again: it stays until it is replaced.
  const auto old = make_server_certificate(wish([](auto& w) { w.until_unix = unix_now() - 10; }));
  EXPECT_EQ(read(old.certificate_pem, old.key_pem), "fine");
}

TEST(Certificate, AChainStandsInItsOrder) {
  const auto root = make_server_certificate(wish([](auto& w) { w.common_name = "root"; }));
  const auto leaf = make_server_certificate({}, &root);
  const auto read = [&](const std::string& chain) {
    return read_identity(chain, leaf.key_pem, Strictness::Presentable, unix_now());
  };
  const auto whole = read(leaf.certificate_pem + root.certificate_pem);
  ASSERT_TRUE(whole) << whole.error().context;
  EXPECT_EQ(whole->facts.issuer, "CN = root");
  EXPECT_EQ(whole->identity.certificate_pem, leaf.certificate_pem + root.certificate_pem);
  EXPECT_TRUE(read(leaf.certificate_pem));
  EXPECT_FALSE(read(root.certificate_pem + leaf.certificate_pem));
  EXPECT_THAT(read(leaf.certificate_pem + leaf.certificate_pem).error().context,
              HasSubstr("number 2 did not sign"));
  std::string endless = leaf.certificate_pem;
  for (int i = 0; i < 8; ++i) endless += root.certificate_pem;
  EXPECT_THAT(read(endless).error().context, HasSubstr("more than 8"));
}

TEST(Certificate, AStarStandsForOneLabel) {
  const std::vector<std::string> names{"den.example.org", "*.lan.example.org"};
  for (const auto* name : {"den.example.org", "DEN.Example.org", "tv.lan.example.org"})
    EXPECT_TRUE(covers(names, name)) << name;
  for (const auto* name : {"", "example.org", "lan.example.org", "a.b.lan.example.org",
                           ".lan.example.org", "den.example.org.evil.net", "evil-den.example.org"})
    EXPECT_FALSE(covers(names, name)) << name;
}

}  // namespace
}  // namespace pf::http
