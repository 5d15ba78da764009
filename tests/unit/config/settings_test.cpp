#include "config/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace pf::config {
namespace {

using testing::HasSubstr;

struct FakeStore : SettingsStore {
  Values values;
  bool broken = false;
  int writes = 0;
  Result<Values> load() override {
    if (broken) return fail(Errc::StoreUnreadable, "fake");
    return values;
  }
  Result<> store(const Changes& changes) override {
    if (broken) return fail(Errc::StoreFailed, "fake");
    ++writes;
    for (const auto& [id, value] : changes) {
      if (value)
        values[id] = *value;
      else
        values.erase(id);
    }
    return {};
  }
};

EnvironmentReader variables(std::map<std::string, std::string> set = {}) {
  return [set](const std::string& name) -> std::optional<std::string> {
    const auto found = set.find(name);
    if (found == set.end()) return std::nullopt;
    return found->second;
  };
}

TEST(SettingsTable, EveryRowIsWhole) {
  std::set<std::string> ids;
  for (const auto& setting : table()) {
    SCOPED_TRACE(setting.id);
    EXPECT_TRUE(ids.insert(setting.id).second) << "twice";
    EXPECT_TRUE(canonical(setting, setting.default_value)) << "the default is not allowed";
    ASSERT_NE(setting.group, nullptr);
    ASSERT_NE(setting.help, nullptr);
    EXPECT_EQ(std::string(setting.help).back(), '.');
    EXPECT_EQ(find(setting.id), &setting);
    EXPECT_FALSE(allowed(setting).empty());
    EXPECT_LE(setting.min, setting.max);
    EXPECT_TRUE(setting.alias == nullptr || std::string(setting.alias).starts_with("--"));
    EXPECT_TRUE(setting.kind != Kind::Enum || setting.options.size() >= 2U);
    EXPECT_TRUE(setting.kind != Kind::Text || setting.max > 0);
  }
}

TEST(SettingsTable, EveryKeyReadsItsOwnKind) {
  auto settings = Settings::resolve({}, variables(), nullptr);
  ASSERT_TRUE(settings);
  std::size_t keys = 0;
  for (const auto key : {kGamestream, kNative, kOpen, kAdaptiveFec, kMdns, kCaptureCursor,
                         kUinputPads, kDemo, kCostlyFormats, kAdaptiveBitrate, kPublicPeers}) {
    ++keys;
    ASSERT_NE(find(key.id), nullptr) << key.id;
    EXPECT_EQ(find(key.id)->kind, Kind::Bool);
    // Nobody is let in without pairing, or spoken to from afar, and the processor is spared, unless
    // it is asked for.
    const std::string id = key.id;
    EXPECT_EQ(settings->get(key), id != "open" && id != "public_peers" && id != "costly_formats")
        << id;
  }
  for (const auto key : {kBasePort, kMgmtPort, kNativePort, kNativeMediaPort, kIdleTimeoutMs,
                         kNativeFecPercent, kMaxStreams, kFecPercent, kSessionGraceS}) {
    ++keys;
    ASSERT_NE(find(key.id), nullptr) << key.id;
    EXPECT_EQ(find(key.id)->kind, Kind::Int);
    EXPECT_EQ(std::to_string(settings->get(key)), find(key.id)->default_value);
  }
  for (const auto key : {kHostName, kBindAddress, kSecondClient, kDisplay, kX11Display, kEncoder,
                         kX264Preset, kAudio, kLogLevel, kEncryptionLan, kEncryptionWan}) {
    ++keys;
    ASSERT_NE(find(key.id), nullptr) << key.id;
    EXPECT_TRUE(find(key.id)->kind == Kind::Text || find(key.id)->kind == Kind::Enum);
  }
  EXPECT_EQ(keys, table().size()) << "a setting without a key";
}

TEST(SettingsTable, NamesComeFromTheId) {
  const auto* setting = find("base_port");
  ASSERT_NE(setting, nullptr);
  EXPECT_EQ(environment_name(*setting), "PUNKTFUNK_BASE_PORT");
  EXPECT_EQ(flag_name(*setting), "--base-port");
  EXPECT_EQ(allowed(*setting), "0 or a whole number from 1029 to 65514");
}

TEST(SettingsTable, ValuesHaveOneCanonicalForm) {
  EXPECT_EQ(*canonical(*find("mdns"), "yes"), "true");
  EXPECT_EQ(*canonical(*find("mdns"), "off"), "false");
  EXPECT_EQ(*canonical(*find("fec_percent"), "007"), "7");
  EXPECT_EQ(*canonical(*find("x11_display"), ":0.1"), ":0.1");
  EXPECT_EQ(*canonical(*find("bind_address"), "fe80::1"), "fe80::1");
  EXPECT_EQ(*canonical(*find("base_port"), "0"), "0");
}

TEST(SettingsTable, RefusalsNameSettingValueAndRange) {
  const auto refused = [](const char* id, std::string_view value) {
    auto result = canonical(*find(id), value);
    EXPECT_FALSE(result) << id << " took " << value;
    return result ? std::string() : result.error().context;
  };
  const auto text = refused("fec_percent", "81");
  EXPECT_THAT(text, HasSubstr("fec_percent"));
  EXPECT_THAT(text, HasSubstr("81"));
  EXPECT_THAT(text, HasSubstr("0 to 80"));
  EXPECT_THAT(refused("encoder", "h264"), HasSubstr("auto, nvenc, vaapi, x264, synthetic"));
  refused("fec_percent", "");
  refused("fec_percent", "20%");
  refused("fec_percent", "+20");
  refused("fec_percent", "-1");
  refused("fec_percent", "99999999999999999999");
  refused("base_port", "80");
  refused("base_port", "65515");
  refused("mdns", "TRUE ");
  refused("bind_address", "everywhere");
  refused("bind_address", "");
  refused("x11_display", "0");
  refused("x11_display", ":x");
  refused("host_name", std::string(64, 'a'));
  refused("host_name", "tv\x1b[2J");
  EXPECT_EQ(refused("host_name", "a\nb").find('\n'), std::string::npos);
}

TEST(SettingsTable, HostNamesAreReducedToWhatEveryProtocolCarries) {
  EXPECT_EQ(sanitised_host_name("living-room"), "living-room");
  EXPECT_EQ(sanitised_host_name("Büro PC_1"), "BroPC1");
  EXPECT_EQ(sanitised_host_name("-.x.-"), "x");
  EXPECT_EQ(sanitised_host_name(""), "punktfunk-host");
  EXPECT_EQ(sanitised_host_name("\xe6\x97\xa5"), "punktfunk-host");
  EXPECT_EQ(sanitised_host_name(std::string(100, 'h')).size(), 63U);
}

TEST(Settings, FlagBeatsEnvironmentBeatsStoredBeatsDefault) {
  FakeStore store;
  const auto origin = [&](const Values& flags, const EnvironmentReader& environment) {
    auto settings = Settings::resolve(flags, environment, &store);
    EXPECT_TRUE(settings);
    return settings->current("fec_percent");
  };
  auto now = origin({}, variables());
  EXPECT_EQ(now.value, "20");
  EXPECT_EQ(now.origin, Origin::Default);
  EXPECT_TRUE(now.pinned_by.empty());

  store.values["fec_percent"] = "30";
  now = origin({}, variables());
  EXPECT_EQ(now.value, "30");
  EXPECT_EQ(now.origin, Origin::Stored);

  const auto environment = variables({{"PUNKTFUNK_FEC_PERCENT", "40"}});
  now = origin({}, environment);
  EXPECT_EQ(now.value, "40");
  EXPECT_EQ(now.origin, Origin::Environment);
  EXPECT_EQ(now.pinned_by, "PUNKTFUNK_FEC_PERCENT");
  EXPECT_EQ(now.stored, "30");

  now = origin({{"fec_percent", "50"}}, environment);
  EXPECT_EQ(now.value, "50");
  EXPECT_EQ(now.origin, Origin::Flag);
  EXPECT_EQ(now.pinned_by, "--fec-percent");
}

// For every setting and every subset of sources, the strongest source wins.
TEST(Settings, PrecedenceHoldsForEverySettingAndEverySubsetOfSources) {
  std::mt19937 random(20240611);
  for (const auto& setting : table()) {
    std::vector<std::string> valid;
    switch (setting.kind) {
      case Kind::Bool:
        valid = {"true", "false"};
        break;
      case Kind::Enum:
        valid.assign(setting.options.begin(), setting.options.end());
        break;
      case Kind::Int:
        for (int i = 0; i < 5; ++i)
          valid.push_back(std::to_string(
              std::uniform_int_distribution<std::int64_t>(setting.min, setting.max)(random)));
        break;
      case Kind::Text:
        valid = {":1", ":2", "::1", "127.0.0.1"};
        break;
    }
    std::erase_if(valid, [&](const auto& text) { return !canonical(setting, text); });
    ASSERT_FALSE(valid.empty()) << setting.id;
    const auto pick = [&] { return valid[random() % valid.size()]; };
    for (unsigned sources = 0; sources < 8; ++sources) {
      FakeStore store;
      Values flags;
      std::map<std::string, std::string> environment;
      std::string expected =
          std::string(setting.id) == "host_name" ? system_host_name() : setting.default_value;
      auto origin = Origin::Default;
      if ((sources & 1U) != 0)
        expected = store.values[setting.id] = pick(), origin = Origin::Stored;
      if ((sources & 2U) != 0) {
        expected = environment[environment_name(setting)] = pick();
        origin = Origin::Environment;
      }
      if ((sources & 4U) != 0) expected = flags[setting.id] = pick(), origin = Origin::Flag;
      auto settings = Settings::resolve(flags, variables(environment), &store);
      ASSERT_TRUE(settings) << setting.id;
      EXPECT_EQ(settings->current(setting.id).value, expected) << setting.id << sources;
      EXPECT_EQ(settings->current(setting.id).origin, origin) << setting.id << sources;
    }
  }
}

TEST(Settings, ABadFlagOrVariableStopsTheStart) {
  auto settings = Settings::resolve({{"fec_percent", "200"}}, variables(), nullptr);
  ASSERT_FALSE(settings);
  EXPECT_TRUE(settings.error().is(Errc::BadValue));
  EXPECT_THAT(settings.error().context, HasSubstr("--fec-percent"));

  settings = Settings::resolve({}, variables({{"PUNKTFUNK_ENCODER", "magic"}}), nullptr);
  ASSERT_FALSE(settings);
  EXPECT_THAT(settings.error().context, HasSubstr("PUNKTFUNK_ENCODER"));

  settings = Settings::resolve({{"speed", "200"}}, variables(), nullptr);
  ASSERT_FALSE(settings);
  EXPECT_TRUE(settings.error().is(Errc::UnknownSetting));
}

TEST(Settings, ABadStoredValueIsReportedAndNotUsed) {
  FakeStore store;
  store.values = {{"fec_percent", "200"}, {"from_the_future", "x"}};
  auto settings = Settings::resolve({}, variables(), &store);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->get(kFecPercent), 20);
  ASSERT_EQ(settings->problems().size(), 1U);
  EXPECT_THAT(settings->problems()[0], HasSubstr("fec_percent"));
}

TEST(Settings, AnUnreadableStoreIsAnError) {
  FakeStore store;
  store.broken = true;
  EXPECT_FALSE(Settings::resolve({}, variables(), &store));
}

TEST(Settings, ChangesAreCheckedTogetherThenStored) {
  FakeStore store;
  store.values["from_the_future"] = "kept";
  auto settings = Settings::resolve({{"encoder", "x264"}}, variables(), &store);
  ASSERT_TRUE(settings);

  EXPECT_FALSE(settings->change({{"mdns", "off"}, {"fec_percent", "99"}}));
  EXPECT_FALSE(settings->change({{"mdns", "off"}, {"nonsense", "1"}}));
  EXPECT_EQ(store.writes, 0);
  EXPECT_TRUE(settings->get(kMdns));

  ASSERT_TRUE(settings->change({{"mdns", "off"}, {"fec_percent", "10"}, {"encoder", "vaapi"}}));
  EXPECT_EQ(store.writes, 1);
  EXPECT_FALSE(settings->get(kMdns));
  EXPECT_EQ(settings->get(kFecPercent), 10);
  EXPECT_EQ(settings->get(kEncoder), "x264") << "the flag stays in force";
  EXPECT_EQ(settings->current("encoder").stored, "vaapi");
  EXPECT_EQ(store.values.at("from_the_future"), "kept");
  EXPECT_TRUE(settings->restart_pending("mdns"));
  EXPECT_FALSE(settings->restart_pending("fec_percent")) << "applies to the next session";

  ASSERT_TRUE(settings->change({{"mdns", std::nullopt}}));
  EXPECT_TRUE(settings->get(kMdns));
  EXPECT_EQ(settings->current("mdns").origin, Origin::Default);
  EXPECT_FALSE(settings->restart_pending("mdns"));
}

TEST(Settings, AFailedStoreChangesNothing) {
  FakeStore store;
  auto settings = Settings::resolve({}, variables(), &store);
  ASSERT_TRUE(settings);
  store.broken = true;
  EXPECT_FALSE(settings->change({{"fec_percent", "10"}}));
  EXPECT_EQ(settings->get(kFecPercent), 20);
}

TEST(Settings, AnEmptyHostNameIsTheMachinesOwn) {
  auto settings = Settings::resolve({}, variables(), nullptr);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->get(kHostName), system_host_name());
  settings = Settings::resolve({{"host_name", "Den"}}, variables(), nullptr);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->get(kHostName), "Den");
}

}  // namespace
}  // namespace pf::config
