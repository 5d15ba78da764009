#include <gtest/gtest.h>

#include <set>

#include "base/hex.hpp"
#include "gamestream/control_envelope.hpp"
#include "gamestream/control_messages.hpp"
#include "gamestream/feedback.hpp"

namespace pf::gamestream {
namespace {

const Bytes kKey = *from_hex("000102030405060708090a0b0c0d0e0f");

ControlCipher cipher(ControlScheme scheme, ControlEnd end = ControlEnd::Host) {
  return *ControlCipher::create(kKey, scheme, end);
}

// Seals `count` throw-away messages, so that the next one carries sequence `count`.
void skip(ControlCipher& from, unsigned count) {
  for (unsigned i = 0; i < count; ++i) from.seal(Bytes(4, 0));
}

// gamestream.md 12.4.
struct ClientVector {
  ControlScheme scheme;
  const char* text;
  const char* wire;
};
class ClientVectors : public testing::TestWithParam<ClientVector> {};
TEST_P(ClientVectors, Open) {
  auto host = cipher(GetParam().scheme);
  const auto wire = *from_hex(GetParam().wire);
  ByteSpan text;
  ASSERT_EQ(host.open(wire, text), ControlCipher::Opened::Message);
  EXPECT_EQ(to_hex(text), GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(
    Notes, ClientVectors,
    testing::Values(ClientVector{ControlScheme::A, "000208000400000000000000",
                                 "010020000500000056c2c77470073f134dcdc6ca1ffae393a1fe544c73fb1678"
                                 "19e18411"},
                    ClientVector{ControlScheme::B, "000208000400000000000000",
                                 "01002000050000009e37f6e3aea5df4a715c1e357cc273defe2a748c66dd9cfa"
                                 "f503adc5"},
                    ClientVector{ControlScheme::A, "06020c0000000008070000000005fffd",
                                 "01002400070000006f6a5eb823d002df01ab37777f73af2bb5f2a7ff74527bd4"
                                 "dba79c0bdc27766d"}));

// One key serves both directions. Under the scheme of today no message of either direction shares
// its nonce with another one, and a repeat is refused.
TEST(ControlCipher, RegressionOldSchemeNonceReuse) {
  const Bytes text(16, 0x42);
  auto host = cipher(ControlScheme::A), client = cipher(ControlScheme::A, ControlEnd::Client);
  std::set<std::string> sealed;
  Bytes wire;
  constexpr std::size_t kEach = 1000;
  for (std::size_t i = 0; i < kEach; ++i) {
    // Equal texts under equal nonces would be equal bytes.
    sealed.insert(to_hex(ByteSpan(host.seal(text)).subspan(8)));
    wire = client.seal(text);
    sealed.insert(to_hex(ByteSpan(wire).subspan(8)));
  }
  EXPECT_EQ(sealed.size(), 2 * kEach);
  ByteSpan opened;
  EXPECT_EQ(host.open(wire, opened), ControlCipher::Opened::Message);
  EXPECT_EQ(host.open(wire, opened), ControlCipher::Opened::Ignored);

  // What the old scheme cannot do better: its nonce is one byte for both directions. It is for
  // clients that know no other (gamestream.md 5.2), never the host's choice.
  auto old_host = cipher(ControlScheme::B),
       old_client = cipher(ControlScheme::B, ControlEnd::Client);
  EXPECT_EQ(old_host.seal(text), old_client.seal(text));
}

TEST(ControlCipher, SealsTheHostsVectors) {
  auto a = cipher(ControlScheme::A);
  EXPECT_EQ(to_hex(a.seal(rumble_message({1, 0x8000, 0x4000}))),
            "0100220000000000dd1ccf77df3a80b08f7d96fea9597adbf0dd40da4f38e822c98fa51464e1");
  skip(a, 0x101);
  EXPECT_EQ(to_hex(a.seal(termination_message(kEndedNormally))),
            "01001c0002010000e0412a160727a59f5fd1bb52beadd695dbadce6c00ef1cb2");
  auto b = cipher(ControlScheme::B);
  skip(b, 0x102);
  EXPECT_EQ(to_hex(b.seal(termination_message(kEndedNormally))),
            "01001c0002010000c259eb7e1f8e7a9fa0c84f3f03aecd4978fa4efbc43c02cd");
}

TEST(ControlCipher, TellsForgedFromMalformed) {
  auto client = cipher(ControlScheme::A, ControlEnd::Client);
  auto host = cipher(ControlScheme::A);
  const auto good = client.seal(rumble_message({}));
  ByteSpan text;
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_EQ(host.open(ByteSpan(good).first(size), text), ControlCipher::Opened::Ignored);
  auto longer = good;
  longer.push_back(0);
  EXPECT_EQ(host.open(longer, text), ControlCipher::Opened::Ignored);
  auto plain = good;
  plain[0] = 2;
  EXPECT_EQ(host.open(plain, text), ControlCipher::Opened::Ignored);
  auto forged = good;
  forged.back() ^= 1;
  EXPECT_EQ(host.open(forged, text), ControlCipher::Opened::Forged);
  EXPECT_EQ(host.open(good, text), ControlCipher::Opened::Message);
  // Scheme A separates the directions: an echo of the host's own message is forged.
  EXPECT_EQ(host.open(host.seal(rumble_message({})), text), ControlCipher::Opened::Forged);
}

TEST(ControlCipher, RefusesReplaysButNotReordering) {
  auto client = cipher(ControlScheme::A, ControlEnd::Client);
  auto host = cipher(ControlScheme::A);
  const auto first = client.seal(rumble_message({}));
  const auto second = client.seal(rumble_message({}));
  ByteSpan text;
  EXPECT_EQ(host.open(second, text), ControlCipher::Opened::Message);
  EXPECT_EQ(host.open(first, text), ControlCipher::Opened::Message);
  EXPECT_EQ(host.open(first, text), ControlCipher::Opened::Ignored);
  EXPECT_EQ(host.open(second, text), ControlCipher::Opened::Ignored);
}

TEST(ControlCipher, LimitsTheMessage) {
  auto host = cipher(ControlScheme::A);
  EXPECT_TRUE(host.seal(Bytes(3)).empty());
  EXPECT_TRUE(host.seal(Bytes(ControlCipher::kMaxMessage + 1)).empty());
  EXPECT_FALSE(host.seal(Bytes(ControlCipher::kMaxMessage)).empty());
}

TEST(ReplayWindow, SlidesAndForgets) {
  ReplayWindow window;
  EXPECT_TRUE(window.accept(5));
  EXPECT_FALSE(window.accept(5));
  EXPECT_TRUE(window.accept(0));
  EXPECT_TRUE(window.accept(1028));
  EXPECT_FALSE(window.accept(4));  // older than the window
  EXPECT_FALSE(window.accept(5));  // its edge, seen
  EXPECT_TRUE(window.accept(6));
  EXPECT_TRUE(window.accept(1'000'000));
  EXPECT_TRUE(window.accept(999'999));
  EXPECT_FALSE(window.accept(6));
  EXPECT_TRUE(window.accept(0xFFFFFFFF));
  EXPECT_FALSE(window.accept(0xFFFFFFFF));
}

template <class T>
T parsed_as(std::string_view hex) {
  static Bytes kept;  // input packets refer to the message
  kept = *from_hex(hex);
  const auto message = parse_control(kept);
  EXPECT_TRUE(message && std::holds_alternative<T>(*message)) << hex;
  return message && std::holds_alternative<T>(*message) ? std::get<T>(*message) : T{};
}

TEST(ControlMessages, ReadsEveryClientMessage) {
  parsed_as<RequestIdr>("020302000000");
  parsed_as<StartStream>("0703010000");
  parsed_as<StartStream>("050302000000");
  parsed_as<Ping>("000208000400000000000000");
  EXPECT_EQ(parsed_as<LtrAcknowledged>("500308002a00000000000000").frame, 42U);
  EXPECT_EQ(parsed_as<UnknownMessage>("34120000").type, 0x1234);
  EXPECT_EQ(to_hex(parsed_as<InputPacket>("06020c0000000008070000000005fffd").bytes),
            "00000008070000000005fffd");
  // 12.8: lost frame 6 noticed at 7.
  const auto range =
      parsed_as<InvalidateFrames>("01031800060000000000000007000000000000000000000000000000");
  EXPECT_EQ(range.first, 6U);
  EXPECT_EQ(range.last, 7U);
  EXPECT_EQ(parsed_as<LossStats>("0102200000000000320000"
                                 "00e80300002a000000000000000000000014000000"
                                 "00000000")
                .last_good_frame,
            42U);
  const auto status = parsed_as<FecStatus>("0255150000000003001a00130002000f0003000d0003140001");
  EXPECT_EQ(status.frame, 3U);
  EXPECT_EQ(status.highest_sequence, 26);
  EXPECT_EQ(status.next_sequence, 19);
  EXPECT_EQ(status.missing, 2);
  EXPECT_EQ(status.data_shards, 15);
  EXPECT_EQ(status.parity_shards, 3);
  EXPECT_EQ(status.received_data, 13);
  EXPECT_EQ(status.received_parity, 3);
  EXPECT_EQ(status.fec_percent, 20);
  EXPECT_EQ(status.blocks, 1);
}

TEST(ControlMessages, RefusesWrongLengths) {
  for (const char* hex : {"", "0203", "02030300", "0203020000", "020302000000ff",
                          "01030400ffffffff", "02550100ff", "50030000", "01020000"})
    EXPECT_FALSE(parse_control(*from_hex(hex))) << hex;
}

TEST(ControlMessages, WritesEveryHostMessage) {
  EXPECT_EQ(to_hex(termination_message(kEndedNormally)), "0901040080030023");
  EXPECT_EQ(to_hex(feedback_message(input::Rumble{1, 0x8000, 0x4000})),
            "0b010a0000000000010000800040");
  EXPECT_EQ(to_hex(feedback_message(input::TriggerRumble{2, 0x1234, 0xABCD})),
            "0055060002003412cdab");
  EXPECT_EQ(to_hex(feedback_message(input::PadLight{3, 1, 2, 255})),
            "02550500030001"
            "02ff");
  EXPECT_EQ(to_hex(feedback_message(input::MotionRequest{4, input::MotionKind::Gyro, 100})),
            "015505000400640002");
  input::AdaptiveTriggers triggers{.pad = 1, .flags = 0x0C, .left_type = 2, .right_type = 0x21};
  triggers.left[0] = 7;
  triggers.right[9] = 9;
  EXPECT_EQ(to_hex(feedback_message(triggers)),
            "0355190001000c0221"
            "07000000000000000000"
            "00000000000000000009");
}

TEST(ControlMessages, HdrModeVector) {
  const HdrMetadata metadata{.red = {35400, 14600},
                             .green = {8500, 39850},
                             .blue = {6550, 2300},
                             .white = {15635, 16450},
                             .max_nits = 1000,
                             .min_nits_x10000 = 50,
                             .max_cll = 1000,
                             .max_fall = 400,
                             .max_full_frame_nits = 800};
  EXPECT_EQ(to_hex(hdr_mode_message(true, metadata)),
            "0e011b0001488a08393421aa9b9619fc08133d4240e8033200e80390012003");
  EXPECT_EQ(hdr_mode_message(false).size(), 31U);
}

// An SDR desktop mapped into PQ: BT.709 primaries, D65, 203 cd/m² everywhere.
TEST(ControlMessages, TheMetadataOfMappedSdrIsTrueOfIt) {
  EXPECT_EQ(to_hex(hdr_mode_message(true, wire_metadata(media::kMappedSdr))),
            "0e011b0001"
            "007d7440"
            "983a3075"
            "4c1db80b"
            "133d4240"
            "cb000100cb00cb00cb00");
}

TEST(ControlMessages, GracefulReasons) {
  // Whatever people or the application decided closes the client silently.
  for (const auto reason :
       {session::EndReason::ClientQuit, session::EndReason::OperatorStop,
        session::EndReason::AppExited, session::EndReason::Revoked, session::EndReason::Expired,
        session::EndReason::PeerLost, session::EndReason::Replaced,
        session::EndReason::NeverConnected, session::EndReason::HostStopping})
    EXPECT_EQ(termination_reason(reason), kEndedNormally) << session::name(reason);
  for (const auto reason : {session::EndReason::DisplayFailed, session::EndReason::EncoderFailed})
    EXPECT_EQ(termination_reason(reason), kEndedFrameConversion) << session::name(reason);
}

}  // namespace
}  // namespace pf::gamestream
