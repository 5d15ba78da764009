// Who gets into the host by the native front end: pairing, knocks, open mode, limits.
#include <future>

#include "loopback/native_fixture.hpp"
#include "native/pairing/ceremony.hpp"
#include "native/quic/endpoint.hpp"
#include "native/wire/codec.hpp"

namespace pf::test {
namespace {

namespace wire = native::wire;
using probe::Phase;
using wire::CloseCode;

class NativeAdmission : public NativeHostTest {
 protected:
  // Ends of a dial that is refused.
  std::uint64_t refusal(probe::SessionOptions options) {
    const auto session = dial(std::move(options));
    if (!session) return 0;
    const auto ending = session->wait_closed(kNativePatience);
    EXPECT_TRUE(ending) << "neither refused nor served";
    if (!ending) return 0;
    EXPECT_TRUE(ending->by_host);
    return ending->code;
  }
  static std::uint64_t code(CloseCode c) { return static_cast<std::uint64_t>(c); }
  bool wait_for_knock() {
    return host.eventually([&] { return !host.native_desk().knocks().pending().empty(); });
  }
};

class OnBothGenerations : public NativeAdmission, public testing::WithParamInterface<const char*> {
 protected:
  probe::SessionOptions options(std::size_t n = 0) {
    auto o = NativeAdmission::options(n);
    o.alpns = {GetParam()};
    return o;
  }
};
INSTANTIATE_TEST_SUITE_P(Alpn, OnBothGenerations, testing::Values("pkf1", "pkf2"),
                         [](const auto& param) { return std::string(param.param); });

TEST_P(OnBothGenerations, AKnockIsAnsweredByAPerson) {
  const auto session = dial(options());
  ASSERT_TRUE(wait_for_knock());
  EXPECT_TRUE(host.sessions().empty());
  host.on_control([&] {
    const auto pending = host.native_desk().knocks().pending();
    ASSERT_EQ(pending.size(), 1U);
    EXPECT_EQ(pending[0].fingerprint, fingerprint_of(0));
    EXPECT_EQ(pending[0].name, "device 0");
    EXPECT_TRUE(host.native_desk().knocks().approve(pending[0].id));
  });
  ASSERT_TRUE(wait_for_native_media(*session)) << "the very same connection goes on";
  EXPECT_TRUE(host.device_of(fingerprint_of(0)));
  expect_no_violations(*session);
}

TEST_P(OnBothGenerations, AKnockIsDenied) {
  const auto session = dial(options());
  ASSERT_TRUE(wait_for_knock());
  host.on_control([&] {
    auto& knocks = host.native_desk().knocks();
    EXPECT_TRUE(knocks.deny(knocks.pending()[0].id));
  });
  const auto ending = session->wait_closed(kNativePatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->code, code(CloseCode::Denied));
  EXPECT_FALSE(host.device_of(fingerprint_of(0)));
}

TEST_P(OnBothGenerations, ANewKnockOfTheSameDeviceReplacesTheOldOne) {
  const auto first = dial(options());
  ASSERT_TRUE(wait_for_knock());
  const auto second = dial(options());
  const auto ending = first->wait_closed(kNativePatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->code, code(CloseCode::Superseded));
  host.on_control([&] {
    auto& knocks = host.native_desk().knocks();
    ASSERT_EQ(knocks.pending().size(), 1U);
    EXPECT_TRUE(knocks.approve(knocks.pending()[0].id));
  });
  EXPECT_TRUE(wait_for_native_media(*second));
}

TEST_P(OnBothGenerations, NobodyWithoutACertificateGetsIn) {
  auto o = options();
  o.identity.reset();
  EXPECT_EQ(refusal(std::move(o)), code(CloseCode::IdentityRequired));
}

TEST_P(OnBothGenerations, ADeviceThatMayNotLaunchIsToldSo) {
  host.admit_native(fingerprint_of(0), "guest", {trust::grant::kPresetController, {}});
  auto o = options();
  o.hello.launch = "app:1";
  EXPECT_EQ(refusal(o), code(CloseCode::LaunchNotPermitted));
  o.hello.launch.clear();
  const auto session = dial(std::move(o));
  EXPECT_TRUE(wait_for_native_media(*session)) << "without a title it may come in";
}

TEST_P(OnBothGenerations, WithoutACommonCodecThereIsASentence) {
  host.admit_native(fingerprint_of(0), "device");
  auto o = options();
  o.hello.codecs = wire::codec_bit::kAv1;
  const auto session = dial(std::move(o));
  const auto ending = session->wait_closed(kNativePatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->code, code(CloseCode::SetupFailed));
  EXPECT_FALSE(ending->reason.empty());
  EXPECT_TRUE(host.wait_for_sessions(0));
}

TEST_P(OnBothGenerations, AnImpossibleModeIsRefusedInWords) {
  host.admit_native(fingerprint_of(0), "device");
  auto o = options();
  o.hello.mode = {100'000, 100, 60};
  const auto session = dial(std::move(o));
  const auto ending = session->wait_closed(kNativePatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->code, code(CloseCode::SetupFailed));
  EXPECT_FALSE(ending->reason.empty());
}

TEST_F(NativeAdmission, ADisabledDeviceIsDeniedAndNotAskedAbout) {
  const auto id = host.admit_native(fingerprint_of(0), "device");
  host.on_control([&] { EXPECT_TRUE(host.allow_list().set_disabled(id, true)); });
  EXPECT_EQ(refusal(options()), code(CloseCode::Denied));
  host.on_control([&] { EXPECT_TRUE(host.native_desk().knocks().pending().empty()); });
}

TEST_F(NativeAdmission, AnExpiredDeviceKnocksAndComesBackWhenApproved) {
  host.admit_native(fingerprint_of(0), "guest", {trust::grant::kAll, unix_now() - 1});
  const auto session = dial(options());
  ASSERT_TRUE(wait_for_knock());
  host.on_control([&] {
    auto& knocks = host.native_desk().knocks();
    trust::AccessChoice hour;
    hour.expires_in_s = 3600;
    EXPECT_TRUE(knocks.approve(knocks.pending()[0].id, "", hour));
  });
  ASSERT_TRUE(wait_for_native_media(*session));
  const auto hello = session->statistics().hello;
  ASSERT_TRUE(hello);
  EXPECT_GT(hello->expires_in_s, 3500U);
  EXPECT_LE(hello->expires_in_s, 3600U);
}

TEST_F(NativeAdmission, AClientThatOnlyAsksForAccessGetsItsAnswerAndNoSession) {
  auto o = options();
  o.alpns = {"pkf2"};
  o.hello.access_only = true;
  o.hello.codecs = 0;
  const auto session = dial(std::move(o));
  ASSERT_TRUE(wait_for_knock());
  host.on_control([&] {
    auto& knocks = host.native_desk().knocks();
    EXPECT_TRUE(knocks.approve(knocks.pending()[0].id));
  });
  ASSERT_TRUE(session->wait_until(
      [](const probe::SessionBoard::View& view) {
        return view.statistics.hello.has_value() || view.phase == Phase::Closed;
      },
      kNativePatience));
  EXPECT_TRUE(session->statistics().hello) << "any hello of the host says yes";
  EXPECT_TRUE(host.sessions().empty());
}

TEST_F(NativeAdmission, AClientThatLeavesTakesItsKnockBack) {
  auto session = dial(options());
  ASSERT_TRUE(wait_for_knock());
  session->close(0x51, "access request done");
  session.reset();
  EXPECT_TRUE(host.eventually([&] {
    const auto pending = host.native_desk().knocks().pending();
    return pending.size() == 1 && !pending[0].parked;
  }));
}

// -- PIN -----------------------------------------------------------------------------------------

// One ceremony over the wire, step by step, by a client of the test's own.
class Ceremony final : public native::quic::ConnectionHandler {
 public:
  struct Outcome {
    bool challenged = false;
    std::optional<bool> result;
    native::quic::CloseInfo close;
  };
  Ceremony(std::shared_ptr<std::promise<Outcome>> done, std::string pin, std::string host,
           std::string client, bool prove)
      : done_(std::move(done)),
        pin_(std::move(pin)),
        host_(std::move(host)),
        client_(std::move(client)),
        prove_(prove) {}

  void on_connected(native::quic::Connection& connection) override {
    connection_ = &connection;
    generation_ = connection.alpn() == "pkf1" ? wire::Generation::V1 : wire::Generation::V2;
    reader_.emplace(generation_, wire::End::Client);
    client_side_.emplace(pin_, native::pairing::raw_fingerprint(client_),
                         native::pairing::raw_fingerprint(host_));
    stream_ = *connection.open_bidi();
    Bytes out;
    wire::encode_stream_type(generation_, wire::stream_type::kControl, out);
    const auto& a = client_side_->spake_a();
    EXPECT_TRUE(wire::encode(
        generation_, wire::PairRequest{"Tele\x1bvision", Bytes(a.begin(), a.end()), {}}, out));
    EXPECT_TRUE(connection.write(stream_, out));
  }
  void on_stream_opened(native::quic::StreamId, bool) override {}
  void on_stream_reset(native::quic::StreamId, std::uint64_t) override {}
  void on_datagram(ByteSpan) override {}
  void on_stream_data(native::quic::StreamId, ByteSpan bytes, bool) override {
    while (true) {
      auto frame = reader_->next(bytes);
      if (!frame || !*frame || !(*frame)->message) return;
      take(*(*frame)->message);
    }
  }
  void on_closed(const native::quic::CloseInfo& info) override {
    outcome_.close = info;
    done_->set_value(outcome_);
  }

 private:
  void take(const wire::ControlMessage& message) {
    if (const auto* challenge = std::get_if<wire::PairChallenge>(&message)) {
      outcome_.challenged = true;
      const auto proof = client_side_->on_challenge(challenge->spake_b, challenge->confirm);
      if (!proof && !prove_) return connection_->close(1, "");
      wire::PairProof answer;
      if (proof) answer.confirm = *proof;  // else: a guess all the same
      Bytes out;
      EXPECT_TRUE(wire::encode(generation_, answer, out));
      EXPECT_TRUE(connection_->write(stream_, out));
    } else if (const auto* result = std::get_if<wire::PairResult>(&message)) {
      outcome_.result = result->ok;
      connection_->close(0, "pair done");
    }
  }

  std::shared_ptr<std::promise<Outcome>> done_;
  const std::string pin_, host_, client_;
  const bool prove_;
  native::quic::Connection* connection_ = nullptr;
  wire::Generation generation_ = wire::Generation::V2;
  std::optional<wire::ControlReader> reader_;
  std::optional<native::pairing::ClientCeremony> client_side_;
  native::quic::StreamId stream_ = 0;
  Outcome outcome_;
};

class NativePairing : public NativeAdmission, public testing::WithParamInterface<const char*> {
 protected:
  NativePairing() : endpoint_(native::quic::Endpoint::client({}).value()) {}

  std::string arm(trust::ArmRequest request = {}) {
    std::string pin;
    host.on_control([&] {
      auto armed = host.native_desk().window().arm(request);
      ASSERT_TRUE(armed) << armed.error().message();
      pin = armed->text();
    });
    return pin;
  }
  Ceremony::Outcome pair(const std::string& pin, std::size_t n = 0, bool certificate = true,
                         bool prove_anyway = false) {
    auto done = std::make_shared<std::promise<Ceremony::Outcome>>();
    auto result = done->get_future();
    native::quic::ConnectOptions connect;
    connect.address = host.native_v4();
    connect.alpns = {GetParam()};
    if (certificate) connect.identity = native_identity(n);
    connect.handler =
        std::make_unique<Ceremony>(done, pin, host.fingerprint(), fingerprint_of(n), prove_anyway);
    EXPECT_TRUE(endpoint_->connect(std::move(connect)));
    EXPECT_EQ(result.wait_for(kNativePatience), std::future_status::ready);
    return result.get();
  }
  static std::string wrong(const std::string& pin) { return pin == "0000" ? "0001" : "0000"; }

 private:
  std::unique_ptr<native::quic::Endpoint> endpoint_;
};
INSTANTIATE_TEST_SUITE_P(Alpn, NativePairing, testing::Values("pkf1", "pkf2"),
                         [](const auto& param) { return std::string(param.param); });

TEST_P(NativePairing, TheRightPinPairsAndTheDeviceStreams) {
  const auto outcome = pair(arm());
  EXPECT_EQ(outcome.result, true);
  ASSERT_TRUE(host.device_of(fingerprint_of(0)));
  host.on_control([&] {
    EXPECT_EQ(host.allow_list().find(fingerprint_of(0))->name, "Television") << "scrubbed";
    EXPECT_FALSE(host.native_desk().window().status().armed);
  });
  const auto session = dial(options());
  EXPECT_TRUE(wait_for_native_media(*session));
}

TEST_P(NativePairing, AWrongPinPairsNobodyAndUsesTheWindowUp) {
  const auto pin = arm();
  EXPECT_TRUE(pair(wrong(pin), 0, true, true).challenged);
  EXPECT_FALSE(host.device_of(fingerprint_of(0)));
  host.on_control([&] { EXPECT_FALSE(host.native_desk().window().status().armed); });
}

TEST_P(NativePairing, AGuessIsNotTriedASecondTime) {
  const auto pin = arm();
  EXPECT_FALSE(pair(wrong(pin)).result) << "the client leaves without a proof";
  const auto again = pair(pin, 1);
  EXPECT_FALSE(again.challenged);
  EXPECT_TRUE(again.close.code == code(CloseCode::NotArmed) ||
              again.close.code == code(CloseCode::RateLimited));
  EXPECT_FALSE(host.device_of(fingerprint_of(0)));
  EXPECT_FALSE(host.device_of(fingerprint_of(1)));
}

TEST_P(NativePairing, WithoutAWindowThereIsNothingToGuess) {
  const auto outcome = pair("1234");
  EXPECT_FALSE(outcome.challenged);
  EXPECT_EQ(outcome.close.code, code(CloseCode::NotArmed));
}

TEST_P(NativePairing, AWindowForOneDeviceIsNoOtherOnes) {
  trust::ArmRequest bound;
  bound.bound = fingerprint_of(1);
  const auto pin = arm(bound);
  EXPECT_EQ(pair(pin, 0).close.code, code(CloseCode::BoundOther));
  host.on_control([&] { EXPECT_TRUE(host.native_desk().window().status().armed); });
  EXPECT_EQ(pair(pin, 1).result, true) << "and the stranger's try does not delay it";
}

TEST_P(NativePairing, NoCertificateNoPairing) {
  EXPECT_EQ(pair(arm(), 0, false).close.code, code(CloseCode::IdentityRequired));
}

// -- open mode, limits, conflicts ----------------------------------------------------------------

// Says one thing, and how the host takes it.
class FirstWord final : public native::quic::ConnectionHandler {
 public:
  FirstWord(std::shared_ptr<std::promise<native::quic::CloseInfo>> done,
            wire::ControlMessage message)
      : done_(std::move(done)), message_(std::move(message)) {}
  void on_connected(native::quic::Connection& connection) override {
    const auto generation =
        connection.alpn() == "pkf1" ? wire::Generation::V1 : wire::Generation::V2;
    Bytes out;
    wire::encode_stream_type(generation, wire::stream_type::kControl, out);
    EXPECT_TRUE(wire::encode(generation, message_, out));
    EXPECT_TRUE(connection.write(*connection.open_bidi(), out));
  }
  void on_stream_opened(native::quic::StreamId, bool) override {}
  void on_stream_reset(native::quic::StreamId, std::uint64_t) override {}
  void on_datagram(ByteSpan) override {}
  void on_stream_data(native::quic::StreamId, ByteSpan, bool) override {}
  void on_closed(const native::quic::CloseInfo& info) override { done_->set_value(info); }

 private:
  std::shared_ptr<std::promise<native::quic::CloseInfo>> done_;
  const wire::ControlMessage message_;
};

TEST_P(OnBothGenerations, WhoBeginsInTheMiddleIsRefusedAtOnce) {
  const auto endpoint = native::quic::Endpoint::client({}).value();
  for (const wire::ControlMessage& first :
       {wire::ControlMessage(wire::ClockProbe{1}), wire::ControlMessage(wire::RequestKeyframe{}),
        wire::ControlMessage(wire::LossReport{0}), wire::ControlMessage(wire::ClipControl{true, 0}),
        wire::ControlMessage(wire::InputEdge{})}) {
    auto done = std::make_shared<std::promise<native::quic::CloseInfo>>();
    auto result = done->get_future();
    native::quic::ConnectOptions connect;
    connect.address = host.native_v4();
    connect.alpns = {GetParam()};
    connect.identity = native_identity(0);
    connect.handler = std::make_unique<FirstWord>(done, first);
    ASSERT_TRUE(endpoint->connect(std::move(connect)));
    // Silence is given ten seconds; this is none.
    ASSERT_EQ(result.wait_for(std::chrono::seconds(8)), std::future_status::ready)
        << "message " << first.index();
    const auto info = result.get();
    EXPECT_TRUE(info.by_peer);
    EXPECT_EQ(info.code, code(CloseCode::SetupFailed));
  }
}

class NativeHostWith : public NativeAdmission {};

TEST_F(NativeHostWith, OpenModeLetsStrangersInAndForgetsThem) {
  TestHost::Options open;
  open.open = true;
  TestHost other(open);
  auto o = options();
  o.host = other.native_v4();
  const auto session = dial(o);
  ASSERT_TRUE(wait_for_native_media(*session));
  EXPECT_FALSE(other.device_of(fingerprint_of(0)));
  o.identity.reset();
  const auto nameless = dial(o);
  EXPECT_TRUE(wait_for_native_media(*nameless)) << "without a certificate as well";
}

TEST_F(NativeHostWith, AFullHostLetsTheNextOneWaitInLine) {
  TestHost::Options one;
  one.max_streams = 1;
  TestHost small(one);
  for (const std::size_t n : {0U, 1U}) small.admit_native(fingerprint_of(n), "device");
  auto o = options(0);
  o.host = small.native_v4();
  auto first = dial(o);
  ASSERT_TRUE(wait_for_native_media(*first));
  o = options(1);
  o.host = small.native_v4();
  const auto second = dial(o);
  ASSERT_TRUE(second->wait_for(Phase::Asking, kNativePatience));
  first->close();
  EXPECT_TRUE(wait_for_native_media(*second));
}

TEST_F(NativeHostWith, ABusyHostSaysWhoIsStreaming) {
  TestHost::Options reject;
  reject.second_client = apps::SecondClient::Refuse;
  TestHost busy(reject);
  for (const std::size_t n : {0U, 1U})
    busy.admit_native(fingerprint_of(n), "device " + std::to_string(n));
  auto o = options(0);
  o.host = busy.native_v4();
  const auto first = dial(o);
  ASSERT_TRUE(wait_for_native_media(*first));
  o = options(1);
  o.host = busy.native_v4();
  const auto second = dial(o);
  const auto ending = second->wait_closed(kNativePatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->code, code(CloseCode::Busy));
  EXPECT_NE(ending->reason.find("device 0"), std::string::npos) << ending->reason;
}

TEST_F(NativeHostWith, StealingEndsTheOthersStream) {
  TestHost::Options steal;
  steal.second_client = apps::SecondClient::Steal;
  TestHost host_of_one(steal);
  for (const std::size_t n : {0U, 1U}) host_of_one.admit_native(fingerprint_of(n), "device");
  auto o = options(0);
  o.host = host_of_one.native_v4();
  const auto first = dial(o);
  ASSERT_TRUE(wait_for_native_media(*first));
  o = options(1);
  o.host = host_of_one.native_v4();
  const auto second = dial(o);
  EXPECT_TRUE(wait_for_native_media(*second));
  const auto ending = first->wait_closed(kNativePatience);
  ASSERT_TRUE(ending);
  EXPECT_TRUE(ending->by_host);
  EXPECT_EQ(ending->code, code(CloseCode::Busy));
}

}  // namespace
}  // namespace pf::test
