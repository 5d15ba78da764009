// The operator's own certificate for the console's port, through the whole of the API.
#include <sys/stat.h>

#include <fstream>

#include "base/atomic_file.hpp"
#include "support/server_certificate.hpp"
#include "unit/webui/api_fixture.hpp"

namespace pf::webui {
namespace {

class TlsTest : public ApiTest {
 protected:
  TlsTest() {
    tls_.when_changed(
        [this](const std::optional<http::NamedTls>& named) -> Result<std::function<void()>> {
          if (unready_) return fail(http::Errc::BadTlsIdentity, "no memory");
          return [this, names = named ? named->names : std::vector<std::string>()] {
            in_force_ = names;
          };
        });
  }
  static std::string body(const test::ServerCertificate& made, const char* password = nullptr) {
    json out = {{"certificate_pem", made.certificate_pem}, {"key_pem", made.key_pem}};
    if (password != nullptr) out["password"] = password;
    return out.dump();
  }
  std::filesystem::path file() const {
    return std::filesystem::path(rig_.folder.path()) / kTlsFile;
  }
  std::vector<std::string> in_force_;
  bool unready_ = false;  // what would be in force cannot be made
  const test::ServerCertificate made_ = test::make_server_certificate();
};

TEST_F(TlsTest, AnOwnCertificateComesAndGoes) {
  const auto hosts = send("GET", "/tls").body;
  EXPECT_EQ(hosts["own"], false);
  EXPECT_EQ(hosts["fingerprint_sha256"], rig_.identity().certificate().fingerprint());
  EXPECT_EQ(hosts["names"], json::array());
  EXPECT_EQ(code(send("DELETE", "/tls", "{}")), "not_found");

  const auto put = send("PUT", "/tls", body(made_));
  ASSERT_EQ(put.status, 200U) << put.text;
  EXPECT_EQ(put.body["own"], true);
  EXPECT_EQ(put.body["names"], json({"den.example.org", "*.lan.example.org"}));
  EXPECT_EQ(put.body["subject"], "CN = den");
  EXPECT_EQ(put.body["host_fingerprint_sha256"], rig_.identity().certificate().fingerprint());
  EXPECT_EQ(send("GET", "/tls").body["fingerprint_sha256"], put.body["fingerprint_sha256"]);
  EXPECT_EQ(in_force_.size(), 2U);
  struct stat info {};
  ASSERT_EQ(::stat(file().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  // The next start finds it.
  EXPECT_EQ(TlsCertificate(rig_.loop, rig_.folder.path()).names(), in_force_);

  // Its names reach this port now, and nobody else's.
  auto asked = request("GET", "/api/v1/tls");
  set(asked, "Host", "tv.lan.example.org:47990");
  EXPECT_EQ(send(asked).status, 200U);
  set(asked, "Host", "evil.example.net");
  EXPECT_EQ(send(asked).status, 421U);

  const auto gone = send("DELETE", "/tls", "{}");
  ASSERT_EQ(gone.status, 200U) << gone.text;
  EXPECT_EQ(gone.body["own"], false);
  EXPECT_FALSE(std::filesystem::exists(file()));
  EXPECT_TRUE(in_force_.empty());
  set(asked, "Host", "tv.lan.example.org:47990");
  EXPECT_EQ(send(asked).status, 421U);
}

TEST_F(TlsTest, OneThatCannotBeUsedChangesNothing) {
  ASSERT_EQ(send("PUT", "/tls", body(made_)).status, 200U);
  const auto before = send("GET", "/tls").body["fingerprint_sha256"];
  test::CertificateWish old;
  old.until_unix = unix_now() - 1;
  auto mixed = test::make_server_certificate();
  mixed.key_pem = made_.key_pem;
  for (const auto& bad : {body(test::make_server_certificate(old)), body(mixed)}) {
    const auto answer = send("PUT", "/tls", bad);
    EXPECT_EQ(answer.status, 400U);
    EXPECT_EQ(code(answer), "bad_certificate");
    EXPECT_EQ(answer.text.find("PRIVATE"), std::string::npos);
  }
  EXPECT_EQ(send("GET", "/tls").body["fingerprint_sha256"], before);
}

TEST_F(TlsTest, ABrowserGivesThePasswordForBoth) {
  claim();
  const auto mine = cookie();
  EXPECT_EQ(code(send(browser("PUT", "/tls", body(made_), mine))), "password_required");
  EXPECT_EQ(code(send(browser("PUT", "/tls", body(made_, "wrong"), mine))), "bad_password");
  EXPECT_FALSE(std::filesystem::exists(file()));
  EXPECT_EQ(send(browser("PUT", "/tls", body(made_, kPassword), mine)).status, 200U);
  EXPECT_EQ(code(send(browser("DELETE", "/tls", "{}", mine))), "password_required");
  const auto right = json{{"password", kPassword}}.dump();
  EXPECT_EQ(send(browser("DELETE", "/tls", right, mine)).status, 200U);
}

TEST_F(TlsTest, ADiskThatTakesNothingChangesNothing) {
  ASSERT_EQ(send("PUT", "/tls", body(made_)).status, 200U);
  // A folder in the place of the file: neither can be replaced nor unlinked, whoever tests.
  std::filesystem::remove(file());
  std::filesystem::create_directory(file());
  std::ofstream(file() / "x") << "x";
  const auto before = send("GET", "/tls").body["fingerprint_sha256"];
  const auto answer = send("PUT", "/tls", body(test::make_server_certificate()));
  EXPECT_EQ(answer.status, 500U);
  EXPECT_EQ(code(answer), "store_failed");
  EXPECT_EQ(code(send("DELETE", "/tls", "{}")), "store_failed");
  EXPECT_EQ(send("GET", "/tls").body["fingerprint_sha256"], before);
  EXPECT_EQ(in_force_.size(), 2U);
}

TEST_F(TlsTest, WhatCannotBeShownIsNotStored) {
  ASSERT_EQ(send("PUT", "/tls", body(made_)).status, 200U);
  const auto before = send("GET", "/tls").body["fingerprint_sha256"];
  unready_ = true;
  EXPECT_EQ(send("PUT", "/tls", body(test::make_server_certificate())).status, 500U);
  EXPECT_EQ(send("DELETE", "/tls", "{}").status, 500U);
  EXPECT_EQ(send("GET", "/tls").body["fingerprint_sha256"], before);
  EXPECT_EQ(in_force_.size(), 2U);
  const TlsCertificate loaded(rig_.loop, rig_.folder.path());
  ASSERT_NE(loaded.own(), nullptr);
  EXPECT_EQ(json(loaded.own()->facts.fingerprint), before);
}

TEST_F(TlsTest, ADamagedOrReadableFileIsNotUsedButTold) {
  const auto problem_of = [&](const std::string& content, mode_t mode) {
    EXPECT_TRUE(write_file_atomically(file(), content, mode));
    const TlsCertificate loaded(rig_.loop, rig_.folder.path());
    EXPECT_EQ(loaded.own(), nullptr);
    return loaded.problem();
  };
  EXPECT_THAT(problem_of("damaged", 0600), HasSubstr("BEGIN CERTIFICATE"));
  EXPECT_THAT(problem_of(made_.certificate_pem + made_.key_pem, 0644), HasSubstr("other users"));
}

}  // namespace
}  // namespace pf::webui
