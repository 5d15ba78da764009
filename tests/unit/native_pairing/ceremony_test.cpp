#include "native/pairing/ceremony.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>

#include "base/hex.hpp"
#include "crypto/digest.hpp"
#include "store/database.hpp"
#include "support/temp_folder.hpp"
#include "support/virtual_executor.hpp"

namespace pf::native::pairing {
namespace {

using namespace std::chrono_literals;

std::string fingerprint(std::uint64_t number) {
  return to_hex(crypto::sha256(as_bytes(std::to_string(number))));
}

class CeremonyTest : public testing::Test {
 protected:
  CeremonyTest() {
    database_ = std::move(*store::Database::open(std::filesystem::path(folder_.path()) / "t.db"));
    list_ = std::move(*trust::AllowList::open(*database_, executor_));
    desk_.emplace(executor_, *list_);
  }

  HostPeer peer(const std::string& client, const char* address = "192.168.1.20") {
    const auto from = *net::Endpoint::parse(address, 4000);
    return {client, host_, from, trust::source_of(from)};
  }
  ClientCeremony client(std::string_view pin, const std::string& fp) {
    return {pin, raw_fingerprint(fp), raw_fingerprint(host_)};
  }
  std::string arm(trust::ArmRequest request = {}) {
    const auto pin = desk_->window().arm(request);
    EXPECT_TRUE(pin);
    return pin ? std::string(pin->text()) : "";
  }
  static std::uint32_t code(const std::variant<Challenge, Refusal>& answer) {
    const auto* refusal = std::get_if<Refusal>(&answer);
    return refusal == nullptr ? 0 : refusal->code;
  }
  bool armed() const { return desk_->window().status().armed; }
  // The whole ceremony; whether the host says that it is paired.
  bool run(const std::string& pin, const std::string& fp, const char* name = "TV") {
    HostCeremony host(*desk_, peer(fp));
    const auto guest = client(pin, fp);
    const auto answer = host.on_request(name, guest.spake_a());
    const auto* challenge = std::get_if<Challenge>(&answer);
    if (challenge == nullptr) return false;
    const auto proof = guest.on_challenge(challenge->spake_b, challenge->confirm_host);
    if (!proof) return false;
    const auto result = host.on_proof(*proof);
    const auto* verdict = std::get_if<Verdict>(&result);
    return verdict != nullptr && verdict->ok;
  }

  test::TempFolder folder_;
  test::VirtualExecutor executor_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<trust::AllowList> list_;
  std::optional<trust::NativeDesk> desk_;
  const std::string host_ = fingerprint(0);
  const std::string tv_ = fingerprint(1);
};

TEST_F(CeremonyTest, TheRightPinPairsAndUsesTheWindowUp) {
  const auto pin = arm();
  EXPECT_TRUE(run(pin, tv_, "Living\troom\x1b"));
  const auto device = list_->find(tv_);
  ASSERT_TRUE(device);
  EXPECT_EQ(device->name, "Living room");
  EXPECT_EQ(device->credentials.front().plane, trust::Plane::Native);
  EXPECT_EQ(device->access.grants, trust::grant::kAll);
  EXPECT_FALSE(armed());
  ASSERT_EQ(desk_->outcomes().size(), 1U);
  EXPECT_TRUE(desk_->outcomes().front().paired);
  executor_.advance(3s);
  EXPECT_FALSE(run(pin, fingerprint(2)));
}

TEST_F(CeremonyTest, AWrongPinStoresNothingAndUsesTheWindowUp) {
  const auto pin = arm();
  EXPECT_FALSE(run(pin == "0000" ? "0001" : "0000", tv_));
  EXPECT_FALSE(list_->find(tv_));
  EXPECT_FALSE(armed());
  // The client saw that the host's proof was wrong and left without one of its own.
  ASSERT_EQ(desk_->outcomes().size(), 1U);
  EXPECT_FALSE(desk_->outcomes().front().paired);
}

TEST_F(CeremonyTest, TheAccessOfTheWindowIsTheDevices) {
  const auto pin = arm({.access = {trust::grant::kPresetController, 3600, true}});
  const auto before = unix_now();
  ASSERT_TRUE(run(pin, tv_));
  const auto access = list_->find(tv_)->access;
  EXPECT_EQ(access.grants, trust::grant::kPresetController);
  EXPECT_TRUE(access.until_disconnect);
  ASSERT_TRUE(access.expires_unix);
  EXPECT_GE(*access.expires_unix, before + 3600);
  EXPECT_LE(*access.expires_unix, unix_now() + 3600);
}

TEST_F(CeremonyTest, PairingAgainWithoutAChoiceKeepsTheAccess) {
  ASSERT_TRUE(run(arm({.access = {trust::grant::kPresetView, {}, false}}), tv_));
  ASSERT_TRUE(list_->rename(list_->find(tv_)->id, "Den"));
  executor_.advance(3s);
  ASSERT_TRUE(run(arm(), tv_, "TV"));
  EXPECT_EQ(list_->find(tv_)->name, "Den");
  EXPECT_EQ(list_->find(tv_)->access.grants, trust::grant::kPresetView);
}

TEST_F(CeremonyTest, RefusalsHaveTheirCodes) {
  const auto guest = client("1234", tv_);
  EXPECT_EQ(code(HostCeremony(*desk_, peer("")).on_request("x", guest.spake_a())), 0x63U);
  EXPECT_EQ(code(HostCeremony(*desk_, peer(tv_)).on_request("x", guest.spake_a())), 0x60U);
  EXPECT_EQ(code(HostCeremony(*desk_, peer(tv_)).on_request("x", guest.spake_a())), 0x62U);
  executor_.advance(3s);
  arm({.bound = fingerprint(7)});
  EXPECT_EQ(code(HostCeremony(*desk_, peer(tv_)).on_request("x", guest.spake_a())), 0x61U);
  EXPECT_TRUE(armed());
  executor_.advance(3s);
  arm();
  EXPECT_EQ(code(HostCeremony(*desk_, peer(tv_, "203.0.113.5")).on_request("x", guest.spake_a())),
            0x60U);
  EXPECT_TRUE(armed());
}

TEST_F(CeremonyTest, AMalformedRequestUsesNothingUp) {
  arm();
  auto bad = client("1234", tv_).spake_a();
  bad[0] = 'B';
  EXPECT_EQ(code(HostCeremony(*desk_, peer(tv_)).on_request("x", bad)), 0x68U);
  EXPECT_TRUE(armed());
  executor_.advance(3s);
  EXPECT_EQ(code(HostCeremony(*desk_, peer(tv_)).on_request("x", {})), 0x68U);
  EXPECT_TRUE(armed());
}

TEST_F(CeremonyTest, TheProofComesOnceAndAfterTheChallenge) {
  HostCeremony host(*desk_, peer(tv_));
  const Mac nothing{};
  EXPECT_TRUE(std::holds_alternative<Refusal>(host.on_proof(nothing)));
  const auto pin = arm();
  const auto guest = client(pin, tv_);
  const auto answer = host.on_request("x", guest.spake_a());
  const auto& challenge = std::get<Challenge>(answer);
  const auto proof = guest.on_challenge(challenge.spake_b, challenge.confirm_host);
  ASSERT_TRUE(proof);
  EXPECT_FALSE(std::get<Verdict>(host.on_proof(nothing)).ok);
  EXPECT_TRUE(std::holds_alternative<Refusal>(host.on_proof(*proof)));
  EXPECT_FALSE(list_->find(tv_));
  EXPECT_EQ(code(host.on_request("x", guest.spake_a())), 0x68U);
}

TEST_F(CeremonyTest, LeavingWithoutAProofIsToldOnceAndPairsNobody) {
  const auto pin = arm();
  {
    HostCeremony host(*desk_, peer(tv_));
    ASSERT_EQ(code(host.on_request("TV", client(pin, tv_).spake_a())), 0U);
    EXPECT_FALSE(armed());  // before the challenge has left
    host.abandon();
  }
  EXPECT_EQ(desk_->outcomes().size(), 1U);
  EXPECT_FALSE(list_->find(tv_));
}

TEST_F(CeremonyTest, AFailedStoreIsAFailedPairing) {
  const auto pin = arm();
  database_->fail_next_commits(1);
  EXPECT_FALSE(run(pin, tv_));
  EXPECT_FALSE(list_->find(tv_));
  EXPECT_FALSE(desk_->outcomes().back().paired);
}

TEST_F(CeremonyTest, TheClientSendsNoProofToAHostThatDoesNotKnowThePin) {
  const auto guest = client("1234", tv_);
  const Spake2 host(Role::Host, as_bytes("4321"), raw_fingerprint(tv_), raw_fingerprint(host_));
  const auto proofs = host.finish(guest.spake_a());
  ASSERT_TRUE(proofs);
  const auto refused = guest.on_challenge(host.message(), proofs->confirm_host);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(Errc::WrongProof));
}

TEST_F(CeremonyTest, PairingLetsAParkedKnockGo) {
  std::optional<trust::KnockOutcome> outcome;
  const auto from = *net::Endpoint::parse("192.168.1.20", 4000);
  ASSERT_TRUE(desk_->knocks().knock({tv_, "TV", from, trust::Source::Lan},
                                    [&](trust::KnockOutcome o) { outcome = o; }));
  ASSERT_TRUE(run(arm(), tv_));
  executor_.run();
  EXPECT_EQ(outcome, trust::KnockOutcome::Approved);
  EXPECT_TRUE(desk_->knocks().pending().empty());
}

// Whole ceremonies with a wrong PIN, each against an open window of its own, in every way a guesser
// can go on after the challenge: nobody gets in, and each window is spent by its first attempt.
// PF_WRONG_PINS says how many.
TEST_F(CeremonyTest, NoWrongPinEverPairs) {
  std::mt19937 random(42);  // repeatable
  const auto* wanted = std::getenv("PF_WRONG_PINS");
  const unsigned rounds = wanted != nullptr ? static_cast<unsigned>(std::atoi(wanted)) : 1'000U;
  unsigned spent = 0;
  for (unsigned round = 0; round < rounds; ++round) {
    const auto pin = arm();
    const auto wrong = fmt::format("{:04}", (std::stoi(pin) + 1 + random() % 9'999) % 10'000);
    ASSERT_NE(wrong, pin);
    const auto guesser = fingerprint(100 + round);
    HostCeremony host(*desk_, peer(guesser));
    // Not ClientCeremony, which is honest and leaves when the host's proof is wrong.
    const Spake2 guest(Role::Client, as_bytes(wrong), raw_fingerprint(guesser),
                       raw_fingerprint(host_));
    const auto answer = host.on_request("guesser", guest.message());
    const auto* challenge = std::get_if<Challenge>(&answer);
    ASSERT_NE(challenge, nullptr) << "round " << round << ": the window was open";
    ASSERT_FALSE(armed()) << "spent before the challenge leaves";
    ++spent;
    const auto own = guest.finish(challenge->spake_b);
    ASSERT_TRUE(own);
    ASSERT_NE(own->confirm_host, challenge->confirm_host) << "the guesser learns that it is wrong";
    Mac proof = own->confirm_client;
    switch (round % 4) {
      case 1:
        proof = challenge->confirm_host;  // what the host said, back to it
        break;
      case 2:
        for (auto& byte : proof) byte = static_cast<std::uint8_t>(random());
        break;
      case 3: {  // looks for the PIN with what it was told, and tries the window again
        const auto again = client(pin, guesser);
        HostCeremony second(*desk_, peer(guesser, "192.168.1.21"));
        ASSERT_EQ(code(second.on_request("guesser", again.spake_a())), 0x60U)
            << "the right PIN comes too late";
        break;
      }
      default:
        break;
    }
    const auto result = host.on_proof(proof);
    ASSERT_FALSE(std::get<Verdict>(result).ok) << "round " << round;
    ASSERT_FALSE(list_->find(guesser));
    executor_.advance(2001ms);
  }
  EXPECT_EQ(spent, rounds);
  EXPECT_TRUE(list_->snapshot()->devices.empty());
  for (const auto& outcome : desk_->outcomes()) EXPECT_FALSE(outcome.paired);
  EXPECT_TRUE(run(arm(), tv_)) << "and the right one still does";
  std::cout << "[ INFO     ] " << spent << " wrong ceremonies, each the end of its window\n";
}

// Whoever floods the host takes neither the window nor the turn of the device it is bound to.
TEST_F(CeremonyTest, GuessersCannotTouchTheWindowOfAnotherDevice) {
  std::mt19937 random(42);
  const auto guess = client("1234", tv_).spake_a();
  for (unsigned round = 0; round < 200; ++round) {
    const auto pin = arm({.bound = tv_});
    for (unsigned attempt = 0; attempt < 50; ++attempt) {
      const auto address = fmt::format("10.0.{}.{}", random() % 4, random() % 250);
      HostCeremony host(*desk_, peer(fingerprint(100 + random() % 50), address.c_str()));
      const auto refused = code(host.on_request("x", guess));
      ASSERT_TRUE(refused == 0x61 || refused == 0x62) << refused;
      ASSERT_TRUE(armed());
      executor_.advance(20ms);
    }
    ASSERT_TRUE(run(pin, tv_)) << "at once, at the first attempt";
    ASSERT_TRUE(list_->revoke(list_->find(tv_)->id));
    executor_.advance(2001ms);
  }
}

}  // namespace
}  // namespace pf::native::pairing
