// Pairing from the client's side of the wire, right and wrong (gamestream.md 3).
#include <future>

#include "base/hex.hpp"
#include "loopback/host_fixture.hpp"

namespace pf::test {
namespace {

using gs::Pairing;
using gs::PairOutcome;
using gs::PairResult;
using gs::PairStyle;

std::future<PairResult> pairing_in_background(GsClient& client, const std::string& pin,
                                              const PairStyle& style = {}) {
  return std::async(std::launch::async, [&client, pin, style] { return client.pair(pin, style); });
}

// Asks in the background, since phase 1 waits for the PIN.
Result<gs::Xml> first_phase(TestHost& host, Pairing& pairing, const std::string& typed) {
  auto asked = std::async(std::launch::async, [&] { return pairing.get_server_cert(); });
  host.type_pin(typed);
  return asked.get();
}

bool declined(const Result<gs::Xml>& xml) {
  return xml && xml->http_status == 200 && xml->value("paired") != "1";
}

class PairingLoopback : public HostTest {
 protected:
  void expect_paired(const GsClient& device) {
    EXPECT_TRUE(host.device_of(device.identity()));
    const auto info = device.serverinfo();
    ASSERT_TRUE(info) << info.error().message();
    EXPECT_TRUE(info->ok()) << info->status_message;
    EXPECT_EQ(info->value("PairStatus"), "1");
  }
  void expect_stranger(const GsClient& device) {
    EXPECT_FALSE(host.device_of(device.identity()));
    const auto info = device.serverinfo();
    ASSERT_TRUE(info) << info.error().message();
    EXPECT_EQ(info->status_code, 401U);
  }

  GsClient client{host.v4(), client_identity(0)};
};

TEST_F(PairingLoopback, RightPin) {
  auto result = pairing_in_background(client, "4711");
  host.type_pin("4711", "the television");
  const auto paired = result.get();
  EXPECT_EQ(paired.outcome, PairOutcome::Paired) << paired.phase << " " << paired.message;
  EXPECT_EQ(paired.host_der, host.certificate_der());
  expect_paired(client);
  host.on_control([&] {
    const auto device = host.allow_list().find(client.identity().fingerprint());
    EXPECT_EQ(device->name, "the television");
    ASSERT_FALSE(host.desk().outcomes().empty());
    EXPECT_TRUE(host.desk().outcomes().back().paired);
  });
}

TEST_F(PairingLoopback, OldStyleClientsPairToo) {
  // Upper-case hex, a version 1 certificate whose dates are over.
  client.use_identity(client_identity(0).reissue(
      {.serial = 3, .version1 = true, .valid_from_s = -200'000, .valid_for_s = 100'000}));
  auto pairing = client.new_pairing("0007");
  pairing.upper_case_hex = true;
  auto result = std::async(std::launch::async, [&] { return gs::run(pairing); });
  host.type_pin("0007");
  EXPECT_EQ(result.get().outcome, PairOutcome::Paired);
  expect_paired(client);
}

TEST_F(PairingLoopback, WrongPinThenRight) {
  auto wrong = pairing_in_background(client, "1111");
  host.type_pin("2222");
  const auto first = wrong.get();
  EXPECT_EQ(first.outcome, PairOutcome::PinWrong) << first.message;
  EXPECT_EQ(first.phase, 3U);
  expect_stranger(client);

  auto right = pairing_in_background(client, "3333");
  host.type_pin("3333");
  EXPECT_EQ(right.get().outcome, PairOutcome::Paired);
  expect_paired(client);
}

TEST_F(PairingLoopback, WrongPinOfAClientThatDoesNotCheck) {
  auto wrong = pairing_in_background(client, "1111", {.checks_hash = false, .unpairs = true});
  host.type_pin("2222");
  const auto result = wrong.get();
  EXPECT_EQ(result.outcome, PairOutcome::Declined);
  EXPECT_EQ(result.phase, 4U);
  expect_stranger(client);
}

TEST_F(PairingLoopback, OnePinOneTry) {
  auto pairing = client.new_pairing("5555");
  ASSERT_TRUE(first_phase(host, pairing, "5555"));
  ASSERT_TRUE(pairing.send_client_challenge());
  ASSERT_TRUE(pairing.send_server_challenge_response());
  pairing.tamper = [](const std::string&, std::string right) {
    right[right.size() - 1] = right.back() == '0' ? '1' : '0';  // the signature
    return right;
  };
  EXPECT_TRUE(declined(pairing.send_client_pairing_secret()));
  // The right one comes too late.
  pairing.tamper = nullptr;
  EXPECT_TRUE(declined(pairing.send_client_pairing_secret()));
  expect_stranger(client);
}

TEST_F(PairingLoopback, PhasesOutOfOrder) {
  // Without any first phase.
  auto early = client.new_pairing("1");
  early.take_server_certificate(gs::ClientIdentity::generate().pem());
  EXPECT_TRUE(declined(early.send_client_challenge()));
  EXPECT_TRUE(declined(early.send_server_challenge_response()));
  EXPECT_TRUE(declined(early.send_client_pairing_secret()));

  // A step left out ends the attempt, also for the step that would have been right.
  auto skipping = client.new_pairing("6666");
  ASSERT_TRUE(first_phase(host, skipping, "6666"));
  EXPECT_TRUE(declined(skipping.send_server_challenge_response()));
  EXPECT_TRUE(declined(skipping.send_client_challenge()));

  auto hurried = client.new_pairing("7777");
  ASSERT_TRUE(first_phase(host, hurried, "7777"));
  ASSERT_TRUE(hurried.send_client_challenge());
  EXPECT_TRUE(declined(hurried.send_client_pairing_secret()));
  EXPECT_TRUE(declined(hurried.send_server_challenge_response()));
  expect_stranger(client);
}

TEST_F(PairingLoopback, RepeatedPhases) {
  auto pairing = client.new_pairing("8888");
  ASSERT_TRUE(first_phase(host, pairing, "8888"));
  const auto once = pairing.send_client_challenge();
  ASSERT_TRUE(once);
  EXPECT_EQ(once->value("paired"), "1");
  EXPECT_TRUE(declined(pairing.send_client_challenge()));
  EXPECT_TRUE(declined(pairing.send_server_challenge_response()));
  expect_stranger(client);
}

TEST_F(PairingLoopback, AReplayOfAWholePairingPairsNobody) {
  std::vector<std::pair<std::string, std::string>> said;
  auto pairing = client.new_pairing("1212");
  pairing.tamper = [&](const std::string& name, std::string right) {
    said.emplace_back(name, right);
    return right;
  };
  auto result = std::async(std::launch::async, [&] { return gs::run(pairing); });
  host.type_pin("1212");
  ASSERT_EQ(result.get().outcome, PairOutcome::Paired);
  host.revoke(client.identity());

  // Somebody who listened says the same again, and the operator is made to type the same PIN.
  auto thief = client.new_pairing("1212");
  const auto recorded = [&](const std::string& wanted) {
    for (const auto& [name, value] : said)
      if (name == wanted) return std::pair(name, value);
    ADD_FAILURE() << wanted;
    return std::pair(wanted, std::string());
  };
  auto asked = std::async(std::launch::async, [&] {
    return thief.request({{"phrase", "getservercert"}, recorded("salt"), recorded("clientcert")});
  });
  host.type_pin("1212");
  ASSERT_TRUE(asked.get());
  ASSERT_TRUE(thief.request({recorded("clientchallenge")}));
  ASSERT_TRUE(thief.request({recorded("serverchallengeresp")}));
  EXPECT_TRUE(declined(thief.request({recorded("clientpairingsecret")})));
  expect_stranger(client);
}

TEST_F(PairingLoopback, Garbage) {
  using Query = std::vector<std::pair<std::string, std::string>>;
  const auto good = to_hex(as_bytes(client.identity().pem()));
  const std::string salt(32, 'a');
  const auto small = gs::ClientIdentity::generate({}, 1024);
  const Query queries[] = {
      {},
      {{"phrase", "getservercert"}},
      {{"phrase", "getservercert"}, {"salt", salt}},
      {{"phrase", "getservercert"}, {"salt", "ab"}, {"clientcert", good}},
      {{"phrase", "getservercert"}, {"salt", salt + "00"}, {"clientcert", good}},
      {{"phrase", "getservercert"}, {"salt", std::string(32, 'x')}, {"clientcert", good}},
      {{"phrase", "getservercert"}, {"salt", salt}, {"clientcert", "zz"}},
      {{"phrase", "getservercert"}, {"salt", salt}, {"clientcert", to_hex(as_bytes("hello"))}},
      {{"phrase", "getservercert"}, {"salt", salt}, {"clientcert", good.substr(0, 200)}},
      {{"phrase", "getservercert"}, {"salt", salt}, {"clientcert", to_hex(as_bytes(small.pem()))}},
      {{"phrase", "nonsense"}},
      {{"phrase", "pairchallenge"}},
      {{"clientchallenge", ""}},
      {{"clientchallenge", "00"}},
      {{"clientchallenge", std::string(4096, '0')}},
      {{"serverchallengeresp", "-1"}},
      {{"clientpairingsecret", std::string(32, '0')}},
      {{"salt", std::string(10'000, '%')}}};
  auto pairing = client.new_pairing("1");
  for (const auto& query : queries) {
    const auto answer = pairing.request(query);
    EXPECT_TRUE(declined(answer)) << gs::target("/pair", query)
                                  << (answer ? "" : answer.error().message());
  }
  host.on_control([&] { EXPECT_TRUE(host.desk().pending().empty()); });
  // In the midst of an attempt.
  for (const char* phase : {"clientchallenge", "serverchallengeresp", "clientpairingsecret"}) {
    SCOPED_TRACE(phase);
    auto attempt = client.new_pairing("9");
    attempt.tamper = [phase](const std::string& name, std::string right) {
      return name == phase ? right.substr(0, right.size() - 2) + "00" + "00" : right;
    };
    auto result = std::async(std::launch::async, [&] { return gs::run(attempt); });
    host.type_pin("9");
    EXPECT_NE(result.get().outcome, PairOutcome::Paired);
    expect_stranger(client);
  }
  // And after all that the right thing still works.
  auto right = pairing_in_background(client, "3456");
  host.type_pin("3456");
  EXPECT_EQ(right.get().outcome, PairOutcome::Paired);
}

TEST_F(PairingLoopback, AClientThatHangsUpWaitsNoLonger) {
  gs::Abort hang_up;
  auto pairing = client.new_pairing("1");
  pairing.abort = &hang_up;
  auto asked = std::async(std::launch::async, [&] { return pairing.get_server_cert(); });
  ASSERT_TRUE(host.wait_for_waiting(1));
  hang_up.fire();
  EXPECT_FALSE(asked.get());
  EXPECT_TRUE(host.wait_for_waiting(0));
}

TEST_F(PairingLoopback, TheSameClientAgainReplacesItsWaitingAttempt) {
  auto first = client.new_pairing("1");
  auto asked = std::async(std::launch::async, [&] { return first.get_server_cert(); });
  ASSERT_TRUE(host.wait_for_waiting(1));
  std::uint64_t earlier = 0;
  host.on_control([&] { earlier = host.desk().pending().front().id; });
  auto second = pairing_in_background(client, "2");
  ASSERT_TRUE(host.eventually([&] {
    const auto waiting = host.desk().pending();
    return waiting.size() == 1 && waiting.front().id != earlier;
  }));
  EXPECT_TRUE(declined(asked.get()));
  host.type_pin("2");
  EXPECT_EQ(second.get().outcome, PairOutcome::Paired);
}

TEST_F(PairingLoopback, AnotherClientFromTheSameAddressIsToldToWait) {
  auto first = pairing_in_background(client, "1234");
  ASSERT_TRUE(host.wait_for_waiting(1));
  GsClient other(host.v4(), client_identity(1));
  const auto refused = other.pair("1234", {.checks_hash = true, .unpairs = false});
  EXPECT_EQ(refused.outcome, PairOutcome::AlreadyInProgress) << refused.message;
  // Its goodbye must not end the attempt of the first.
  host.type_pin("1234");
  EXPECT_EQ(first.get().outcome, PairOutcome::Paired);
  expect_stranger(other);
}

TEST_F(PairingLoopback, TwoFromDifferentAddressesKeepTheirOwnPins) {
  GsClient other(host.v6(), client_identity(1));
  auto first = pairing_in_background(client, "1111");
  ASSERT_TRUE(host.wait_for_waiting(1));
  auto second = pairing_in_background(other, "2222");
  ASSERT_TRUE(host.wait_for_waiting(2));
  host.on_control([&] {
    EXPECT_FALSE(host.desk().only_pending()) << "a PIN without a request would be a guess";
    for (const auto& request : host.desk().pending()) {
      const bool mine = request.fingerprint == client.identity().fingerprint();
      ASSERT_TRUE(host.desk().submit_pin(request.id, mine ? "1111" : "2222", ""));
    }
  });
  EXPECT_EQ(first.get().outcome, PairOutcome::Paired);
  EXPECT_EQ(second.get().outcome, PairOutcome::Paired);
}

TEST_F(PairingLoopback, UnpairOverHttpRemovesNothing) {
  auto result = pairing_in_background(client, "4711");
  host.type_pin("4711");
  ASSERT_EQ(result.get().outcome, PairOutcome::Paired);
  ASSERT_TRUE(client.new_pairing("1").unpair());
  expect_paired(client);
}

// Stopped after each phase: the pairing is there whole or not at all.
TEST_F(PairingLoopback, AHostThatStopsInBetween) {
  for (unsigned phases = 1; phases <= 4; ++phases) {
    SCOPED_TRACE(phases);
    auto pairing = client.new_pairing("6060");
    ASSERT_TRUE(first_phase(host, pairing, "6060"));
    if (phases >= 2) {
      ASSERT_TRUE(pairing.send_client_challenge());
    }
    if (phases >= 3) {
      ASSERT_TRUE(pairing.send_server_challenge_response());
    }
    if (phases >= 4) {
      const auto last = pairing.send_client_pairing_secret();
      ASSERT_TRUE(last);
      EXPECT_EQ(last->value("paired"), "1");
    }
    host.stop();
    host.start();
    EXPECT_EQ(host.device_of(client.identity()).has_value(), phases == 4);
    GsClient again(host.v4(), client.identity());
    const auto info = again.serverinfo();
    ASSERT_TRUE(info);
    EXPECT_EQ(info->status_code, phases == 4 ? 200U : 401U);
    if (phases < 4) {
      // The rest of the attempt is worth nothing to the new host.
      gs::Pairing rest(host.v4(), client.identity(), "6060");
      EXPECT_TRUE(declined(rest.request({{"clientpairingsecret", std::string(544, '0')}})));
    }
    client = GsClient(host.v4(), client_identity(0));  // the ports are new
  }
}

TEST_F(PairingLoopback, AHostThatStopsWhileAClientWaits) {
  auto result = pairing_in_background(client, "1", {.checks_hash = true, .unpairs = false});
  ASSERT_TRUE(host.wait_for_waiting(1));
  host.stop();
  EXPECT_NE(result.get().outcome, PairOutcome::Paired);
  host.start();
  EXPECT_FALSE(host.device_of(client_identity(0)));
}

}  // namespace
}  // namespace pf::test
