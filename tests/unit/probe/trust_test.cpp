// Who is believed: the state folder, discovery's hints, the decision.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/atomic_file.hpp"
#include "probe/cli_target.hpp"
#include "probe/cli_trust.hpp"
#include "probe/hello_check.hpp"
#include "support/temp_folder.hpp"

namespace pf::probe {
namespace {

namespace wire = native::wire;

const std::string kFp1(64, 'a');
const std::string kFp2(64, 'b');

unsigned mode_of(const std::filesystem::path& path) {
  struct stat info {};
  EXPECT_EQ(::stat(path.c_str(), &info), 0);
  return info.st_mode & 0777U;
}

class StoreTest : public testing::Test {
 protected:
  IdentityStore open() {
    auto store = IdentityStore::open(folder_);
    EXPECT_TRUE(store) << store.error().message();
    return std::move(*store);
  }
  KnownHost host(const char* address, const std::string& fingerprint) {
    KnownHost h;
    h.address = address;
    h.fingerprint = fingerprint;
    return h;
  }
  test::TempFolder temp_;
  std::filesystem::path folder_ = std::filesystem::path(temp_.path()) / "state";
};

TEST_F(StoreTest, TheIdentityIsMadeOnceAndKept) {
  const auto first = open().identity().certificate().fingerprint();
  EXPECT_EQ(open().identity().certificate().fingerprint(), first);
  EXPECT_FALSE(open().identity().certificate().is_rsa());
  EXPECT_EQ(mode_of(folder_), 0700u);
  EXPECT_EQ(mode_of(folder_ / "client-key.pem"), 0600u);
}

TEST_F(StoreTest, ADamagedIdentityIsNotReplaced) {
  open();
  std::ofstream(folder_ / "client-cert.pem") << "rubbish";
  const auto store = IdentityStore::open(folder_);
  ASSERT_FALSE(store);
  EXPECT_TRUE(store.error().is(Errc::DamagedFile));
}

TEST_F(StoreTest, HostsAreKeptReplacedAndForgotten) {
  {
    auto store = open();
    ASSERT_TRUE(store.remember(host("tv", kFp1)));
    auto second = host("tv", kFp2);
    second.trust = Trust::Approved;
    second.lost_session = std::string(32, '0');
    ASSERT_TRUE(store.remember(second));
    ASSERT_TRUE(store.remember(host("pc", kFp1)));
  }
  auto store = open();
  ASSERT_EQ(store.hosts().size(), 2u);
  EXPECT_EQ(store.find("tv", 9777)->fingerprint, kFp2);
  EXPECT_EQ(store.find("tv", 9777)->trust, Trust::Approved);
  EXPECT_EQ(store.find("tv", 9777)->lost_session.size(), 32u);
  EXPECT_FALSE(store.find("tv", 1));
  EXPECT_EQ(store.matching("bbbbbbbb").size(), 1u);
  EXPECT_EQ(store.matching("pc:9777").size(), 1u);
  EXPECT_EQ(mode_of(folder_ / "known-hosts.json"), 0600u);
  ASSERT_TRUE(store.forget("tv", 9777));
  EXPECT_EQ(open().hosts().size(), 1u);
}

TEST_F(StoreTest, ADamagedListIsNotReplaced) {
  open();
  for (const char* text : {"", "[]", "{\"v\":1}", "{\"v\":1,\"hosts\":[{\"port\":\"x\"}]}",
                           "{\"v\":1,\"hosts\":[7]}", "{\"v\":2,\"hosts\":[]}"}) {
    std::ofstream(folder_ / "known-hosts.json") << text;
    EXPECT_FALSE(IdentityStore::open(folder_)) << text;
  }
}

TEST(Folder, FollowsTheDesktopsRules) {
  const auto with = [](const char* name, const char* value) {
    return [=](const std::string& asked) -> std::optional<std::string> {
      return asked == name ? std::optional<std::string>(value) : std::nullopt;
    };
  };
  EXPECT_EQ(*IdentityStore::default_folder(with("XDG_CONFIG_HOME", "/x")), "/x/punktfunk-probe");
  EXPECT_EQ(*IdentityStore::default_folder(with("HOME", "/h")), "/h/.config/punktfunk-probe");
  EXPECT_FALSE(IdentityStore::default_folder(with("XDG_CONFIG_HOME", "relative")));
}

TEST(Txt, KeysOfAnAdvert) {
  FoundHost host;
  EXPECT_TRUE(read_txt({{"proto", "punktfunk/1"},
                        {"fp", std::string(64, 'A')},
                        {"pair", "optional"},
                        {"id", "abc"},
                        {"mgmt", "47990"},
                        {"wire", "1,2"},
                        {"other", "x"}},
                       host));
  EXPECT_EQ(host.fingerprint, kFp1);
  EXPECT_TRUE(host.pairing_optional);
  EXPECT_EQ(host.management, 47990);
  EXPECT_EQ(host.generations, (std::vector<unsigned>{1, 2}));
  FoundHost bare;
  EXPECT_TRUE(read_txt({{"fp", "short"}, {"mgmt", "99999"}, {"wire", "x"}}, bare));
  EXPECT_TRUE(bare.fingerprint.empty());
  EXPECT_FALSE(bare.pairing_optional);
  EXPECT_EQ(bare.management, 0);
  EXPECT_EQ(bare.generations, (std::vector<unsigned>{1}));
  EXPECT_FALSE(read_txt({{"proto", "something/9"}}, bare));
}

class TrustTest : public testing::Test {
 protected:
  TrustTest() {
    known_.fingerprint = kFp1;
    advert_.address = "192.168.1.5";
    advert_.port = 9777;
    advert_.fingerprint = kFp2;
  }
  net::Endpoint host_ = *net::Endpoint::parse("192.168.1.5", 9777);
  KnownHost known_;
  FoundHost advert_;
};

TEST_F(TrustTest, AKnownHostMustBeTheSame) {
  const auto d = decide_trust(known_, "", true, host_, {});
  EXPECT_EQ(d.expected, kFp1);
  EXPECT_FALSE(d.remember);
  const auto other = decide_trust(known_, kFp2, false, host_, {});
  ASSERT_TRUE(other.refusal);
  EXPECT_EQ(other.refusal->token, "host-changed");
}

TEST_F(TrustTest, AnUnknownHostGoesStraightToThePin) {
  const auto d = decide_trust(std::nullopt, "", false, host_, {});
  ASSERT_TRUE(d.refusal);
  EXPECT_EQ(d.refusal->exit_code, kExitDenied);
  const auto given = decide_trust(std::nullopt, kFp1, false, host_, {});
  EXPECT_EQ(given.expected, kFp1);
  EXPECT_EQ(given.trust, Trust::Given);
  EXPECT_TRUE(given.remember);
}

TEST_F(TrustTest, FirstUseIsForHostsThatAdvertiseIt) {
  EXPECT_TRUE(decide_trust(std::nullopt, "", true, host_, {}).refusal);
  EXPECT_EQ(decide_trust(std::nullopt, "", true, host_, {advert_}).refusal->token,
            "pairing-required");
  advert_.pairing_optional = true;
  const auto d = decide_trust(std::nullopt, "", true, host_, {advert_});
  EXPECT_FALSE(d.refusal);
  EXPECT_EQ(d.expected, kFp2);
  EXPECT_EQ(d.trust, Trust::FirstUse);
  advert_.port = 1;
  EXPECT_TRUE(decide_trust(std::nullopt, "", true, host_, {advert_}).refusal);
}

TEST(HostNames, FormsOfTheCommandLine) {
  EXPECT_EQ(split_host("tv", 9777)->port, 9777);
  EXPECT_EQ(split_host("tv:1234", 9777)->port, 1234);
  EXPECT_EQ(split_host("tv:1234", 9777)->name, "tv");
  EXPECT_EQ(split_host("::1", 9777)->name, "::1");
  EXPECT_EQ(split_host("[::1]", 9777)->port, 9777);
  EXPECT_EQ(split_host("[::1]:99", 9777)->port, 99);
  for (const char* bad : {"", ":1", "tv:", "tv:0", "tv:99999", "tv:x", "[::1", "[::1]x", "[::1]:"})
    EXPECT_FALSE(split_host(bad, 9777)) << bad;
  EXPECT_EQ(look_up({"127.0.0.1", 5})->to_string(), "127.0.0.1:5");
}

wire::ServerHello good_hello(wire::Generation generation) {
  wire::ServerHello hello;
  hello.udp_port = 5000;
  hello.key[3] = 1;
  hello.session_id[0] = 1;
  hello.clock_origin_ns = 1;
  hello.mode = {1280, 720, 60};
  hello.max_data_per_block = 4096;
  hello.shard_payload = 1408;
  hello.fec_percent = 10;
  if (generation == wire::Generation::V2) hello.features = wire::feature::kStreamConfig;
  return hello;
}

TEST(HelloCheck, WhatClientsAccept) {
  const auto asked = default_hello();
  for (const auto g : {wire::Generation::V1, wire::Generation::V2})
    EXPECT_TRUE(faults_of(g, asked, good_hello(g)).empty());
}

TEST(HelloCheck, WhatEndsASession) {
  const auto asked = default_hello();
  const auto fatal = [&](wire::Generation g, const std::function<void(wire::ServerHello&)>& spoil) {
    auto hello = good_hello(g);
    spoil(hello);
    const auto faults = faults_of(g, asked, hello);
    return !faults.empty() && faults.front().fatal;
  };
  const auto v1 = wire::Generation::V1, v2 = wire::Generation::V2;
  EXPECT_TRUE(fatal(v2, [](auto& h) { h.shard_payload = 1407; }));
  EXPECT_TRUE(fatal(v2, [](auto& h) { h.shard_payload = 510; }));
  EXPECT_TRUE(fatal(v2, [](auto& h) { h.shard_payload = 9154; }));
  EXPECT_TRUE(fatal(v2, [](auto& h) { h.max_data_per_block = 0; }));
  EXPECT_TRUE(fatal(v2, [](auto& h) { h.session_id = {}; }));
  EXPECT_TRUE(fatal(v2, [](auto& h) { h.suite.reset(); }));
  EXPECT_TRUE(fatal(v2, [](auto& h) { h.suite = wire::Suite::ChaCha20Poly1305; }));
  EXPECT_TRUE(fatal(v2, [](auto& h) { h.codec = wire::codec_bit::kPyroWave; }));
  EXPECT_TRUE(fatal(v1, [](auto& h) { h.key = {}; }));
  EXPECT_TRUE(fatal(v1, [](auto& h) { h.encrypt = false; }));
  EXPECT_TRUE(fatal(v1, [](auto& h) { h.udp_port = 0; }));
  EXPECT_TRUE(fatal(v1, [](auto& h) { h.fec_scheme = wire::FecScheme::Gf8; }));
}

TEST(HelloCheck, WhatWasNotOffered) {
  const auto asked = default_hello();
  const auto wrong = [&](const std::function<void(wire::ServerHello&)>& spoil) {
    auto hello = good_hello(wire::Generation::V2);
    spoil(hello);
    const auto faults = faults_of(wire::Generation::V2, asked, hello);
    return faults.size() == 1 && !faults.front().fatal;
  };
  EXPECT_TRUE(wrong([](auto& h) { h.features |= wire::feature::kProfiles; }));
  EXPECT_TRUE(wrong([](auto& h) { h.bit_depth = 10; }));
  EXPECT_TRUE(wrong([](auto& h) { h.chroma_format = 3; }));
  EXPECT_TRUE(wrong([](auto& h) { h.host_caps |= wire::host_cap::kCursor; }));
  EXPECT_TRUE(wrong([](auto& h) { h.audio_channels = 6; }));
  EXPECT_TRUE(wrong([](auto& h) { h.mode.refresh_hz = 0; }));
}

}  // namespace
}  // namespace pf::probe
