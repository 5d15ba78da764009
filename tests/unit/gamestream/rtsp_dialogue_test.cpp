#include "gamestream/rtsp_dialogue.hpp"

#include <gtest/gtest.h>

#include <array>

#include "crypto/aead.hpp"

namespace pf::gamestream {
namespace {

class FakeLease final : public trust::Lease {
 public:
  trust::DeviceId device() const override { return 1; }
  const std::string& device_name() const override { return name_; }
  const crypto::Fingerprint& fingerprint() const override { return fingerprint_; }
  const std::atomic<std::uint32_t>& grants() const override { return grants_; }
  bool stopped() const override { return stop; }
  void on_stop(std::function<void(trust::StopReason)>) override {}
  bool stop = false;

 private:
  std::string name_ = "pad";
  crypto::Fingerprint fingerprint_;
  std::atomic<std::uint32_t> grants_{trust::grant::kAll};
};

constexpr std::string_view kAnnounce =
    "a=x-nv-video[0].clientViewportWd:1280 \r\na=x-nv-video[0].clientViewportHt:720 \r\n"
    "a=x-nv-video[0].maxFPS:60 \r\na=x-nv-video[0].packetSize:1392 \r\n"
    "a=x-nv-vqos[0].bw.maximumBitrateKbps:8000 \r\na=x-nv-general.useReliableUdp:13 \r\n";

class RtspDialogue : public testing::Test {
 protected:
  RtspDialogue()
      : dialogues_(
            {.waiting = [this] { return waiting_; },
             .description = [](const LaunchTicket&) { return std::string("a=offer\n"); },
             .check = [this](const LaunchTicket&, const Announce&) -> Result<> {
               if (refusal_) return fail(*refusal_);
               return {};
             },
             .set_up = [this](const TicketPtr& ticket) { set_up_.push_back(ticket->session); },
             .play = [this](const TicketPtr& ticket, const Announce& announce,
                            const std::string& host) -> Result<> {
               if (play_fails_) return fail(Errc::CryptoFailed);
               played_.push_back(ticket->session);
               width_ = announce.width;
               host_ = host;
               return {};
             }},
            {.video = 1001, .audio = 1002, .control = 1003}) {}

  TicketPtr add(session::SessionId session, bool encrypted, std::uint8_t key = 0) {
    auto ticket = std::make_shared<LaunchTicket>();
    ticket->session = session;
    ticket->lease = lease_;
    ticket->rikey.fill(key);
    ticket->ping_payload = "0123456789abcdef";
    ticket->connect_data = 4242;
    ticket->client = net::Endpoint::loopback_v4(5);
    ticket->encrypted_rtsp = encrypted;
    waiting_.push_back(ticket);
    return ticket;
  }
  static std::string request(std::string_view line, std::string_view headers = {},
                             std::string_view body = {}) {
    std::string text = std::string(line) + " RTSP/1.0\r\nCSeq: 9\r\n" + std::string(headers);
    if (!body.empty()) text += "Content-length: " + std::to_string(body.size()) + "\r\n";
    return text + "\r\n" + std::string(body);
  }
  std::string ask(const std::string& text, const net::Endpoint& from = kClient) {
    const auto answer = dialogues_.on_bytes(as_bytes(text), from);
    if (answer.step == RtspDialogues::Step::Close) return "closed";
    if (answer.step == RtspDialogues::Step::NeedMore) return "more";
    return std::string(as_text(answer.reply));
  }
  // What a client seals: as the host does, with the direction letter of the other side.
  static Bytes seal(const TicketPtr& ticket, std::uint32_t sequence, std::string_view text) {
    auto cipher = *crypto::Aes128Gcm::create(ticket->rikey);
    Bytes wire(kRtspEnvelopeHeader);
    store_be(wire.data(), static_cast<std::uint32_t>(0x80000000U | text.size()));
    store_be(wire.data() + 4, sequence);
    wire.insert(wire.end(), text.begin(), text.end());
    std::array<std::uint8_t, 12> iv{};
    store_le(iv.data(), sequence);
    iv[10] = 'C';
    iv[11] = 'R';
    const MutableByteSpan all(wire);
    cipher.seal(iv, all.subspan(kRtspEnvelopeHeader), all.subspan(8, 16));
    return wire;
  }

  static inline const net::Endpoint kClient = net::Endpoint::loopback_v4(77);
  std::shared_ptr<FakeLease> lease_ = std::make_shared<FakeLease>();
  std::vector<TicketPtr> waiting_;
  std::vector<session::SessionId> set_up_, played_;
  std::optional<Errc> refusal_;
  bool play_fails_ = false;
  std::uint32_t width_ = 0;
  std::string host_;
  RtspDialogues dialogues_;
};

TEST_F(RtspDialogue, SevenRequestsStartAStream) {
  add(3, false);
  EXPECT_EQ(ask(request("OPTIONS rtsp://h:1")), "RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n");
  EXPECT_EQ(ask(request("DESCRIBE rtsp://h:1")), "RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\na=offer\n");
  EXPECT_EQ(ask(request("SETUP streamid=audio/0/0")),
            "RTSP/1.0 200 OK\r\nCSeq: 9\r\nSession: 000000000003;timeout = 90\r\n"
            "Transport: server_port=1002\r\nX-SS-Ping-Payload: 0123456789abcdef\r\n\r\n");
  const std::string session = "Session: 000000000003\r\n";
  EXPECT_NE(ask(request("SETUP streamid=video/0/0", session)).find("server_port=1001\r\n"),
            std::string::npos);
  const auto control = ask(request("SETUP streamid=control/13/0", session));
  EXPECT_NE(control.find("server_port=1003\r\n"), std::string::npos);
  EXPECT_NE(control.find("X-SS-Connect-Data: 4242\r\n"), std::string::npos);
  EXPECT_EQ(set_up_, (std::vector<session::SessionId>{3}));
  EXPECT_EQ(
      ask(request("ANNOUNCE streamid=control/13/0", session + "Host: 10.0.0.1\r\n", kAnnounce)),
      "RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n");
  EXPECT_TRUE(played_.empty());
  EXPECT_EQ(ask(request("PLAY /", session)), "RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n");
  EXPECT_EQ(ask(request("PLAY /", session)), "RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n");
  EXPECT_EQ(played_, (std::vector<session::SessionId>{3}));
  EXPECT_EQ(width_, 1280U);
  EXPECT_EQ(host_, "10.0.0.1");
}

TEST_F(RtspDialogue, StatusOfEveryRefusal) {
  add(3, false);
  const auto status = [&](const std::string& text) { return ask(text).substr(0, 12); };
  EXPECT_EQ(status(request("TEARDOWN /")), "RTSP/1.0 404");
  EXPECT_EQ(status(request("SETUP streamid=mic/0/0")), "RTSP/1.0 404");
  EXPECT_EQ(status(request("PLAY /")), "RTSP/1.0 400");
  EXPECT_EQ(status(request("ANNOUNCE streamid=control/13/0", {}, "v=0\r\n")), "RTSP/1.0 400");
  refusal_ = Errc::Refused;
  EXPECT_EQ(status(request("ANNOUNCE streamid=control/13/0", {}, kAnnounce)), "RTSP/1.0 403");
  refusal_ = Errc::Unsupported;
  EXPECT_EQ(status(request("ANNOUNCE streamid=control/13/0", {}, kAnnounce)), "RTSP/1.0 400");
  refusal_.reset();
  EXPECT_EQ(status(request("ANNOUNCE streamid=control/13/0", {}, kAnnounce)), "RTSP/1.0 200");
  play_fails_ = true;
  EXPECT_EQ(status(request("PLAY /")), "RTSP/1.0 500");
  play_fails_ = false;
  EXPECT_EQ(status(request("PLAY /")), "RTSP/1.0 200");
  EXPECT_EQ(status(request("ANNOUNCE streamid=control/13/0", {}, kAnnounce)), "RTSP/1.0 400");
}

TEST_F(RtspDialogue, ServesOnlyWaitingLaunches) {
  EXPECT_EQ(ask(request("OPTIONS /")), "closed");
  add(3, false);
  EXPECT_EQ(ask("OPTIONS / RTSP/1.0\r\n"), "more");
  EXPECT_EQ(ask("garbage\r\n\r\n"), "closed");
  EXPECT_EQ(ask(request("OPTIONS /"), *net::Endpoint::parse("10.1.1.1", 5)), "closed");
  EXPECT_EQ(ask(request("OPTIONS /", "Session: 00000000000F\r\n")), "closed");
  lease_->stop = true;
  EXPECT_EQ(ask(request("OPTIONS /")), "closed");
}

TEST_F(RtspDialogue, SessionTellsLaunchesOfOneAddressApart) {
  add(3, false);
  add(4, false);
  // Two clients at once: each learns its own number, in the order of their launches.
  for (const char* first : {"Session: 000000000003;", "Session: 000000000004;"}) {
    EXPECT_NE(ask(request("DESCRIBE rtsp://h:1")), "closed");
    EXPECT_NE(ask(request("SETUP streamid=audio/0/0")).find(first), std::string::npos) << first;
  }
  EXPECT_NE(ask(request("SETUP streamid=video/0/0", "Session: 000000000003\r\n"))
                .find("Session: 000000000003;"),
            std::string::npos);
}

TEST_F(RtspDialogue, EncryptedMessagesFindTheirLaunchByKey) {
  add(3, true, 0x11);
  const auto ticket = add(4, true, 0x22);
  for (std::uint32_t sequence : {1U, 2U}) {
    const auto answer = dialogues_.on_bytes(seal(ticket, sequence, request("OPTIONS /")), kClient);
    ASSERT_EQ(answer.step, RtspDialogues::Step::Reply);
    EXPECT_EQ(answer.reply,
              seal_rtsp(ticket->rikey, sequence, "RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n"));
  }
  EXPECT_EQ(ticket->rtsp_sequence_out, 2U);
}

TEST_F(RtspDialogue, EncryptedLaunchesRefuseClearTextReplaysAndStrangers) {
  const auto ticket = add(3, true, 0x11);
  EXPECT_EQ(ask(request("OPTIONS /")), "closed");
  const auto wire = seal(ticket, 5, request("OPTIONS /"));
  EXPECT_EQ(dialogues_.on_bytes(wire, kClient).step, RtspDialogues::Step::Reply);
  EXPECT_EQ(dialogues_.on_bytes(wire, kClient).step, RtspDialogues::Step::Close);
  EXPECT_EQ(dialogues_.on_bytes(seal(ticket, 4, request("OPTIONS /")), kClient).step,
            RtspDialogues::Step::Close);
  auto other = std::make_shared<LaunchTicket>();
  other->rikey.fill(0x33);
  EXPECT_EQ(dialogues_.on_bytes(seal(other, 6, request("OPTIONS /")), kClient).step,
            RtspDialogues::Step::Close);
  lease_->stop = true;
  EXPECT_EQ(dialogues_.on_bytes(seal(ticket, 7, request("OPTIONS /")), kClient).step,
            RtspDialogues::Step::Close);
}

}  // namespace
}  // namespace pf::gamestream
