#include "probe/dial.hpp"

#include <condition_variable>
#include <mutex>

#include "crypto/digest.hpp"
#include "native/pairing/ceremony.hpp"
#include "native/quic/endpoint.hpp"
#include "native/wire/codec.hpp"
#include "probe/control_channel.hpp"

namespace pf::probe {

namespace quic = native::quic;
namespace wire = native::wire;
namespace pairing = native::pairing;

namespace {

constexpr std::chrono::milliseconds kAttempt{3'000};

// Where the connection's thread leaves the result.
class Answer {
 public:
  void set(DialOutcome outcome) {
    {
      const std::lock_guard lock(mutex_);
      if (!outcome_) outcome_ = std::move(outcome);
    }
    changed_.notify_all();
  }
  std::optional<DialOutcome> wait(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [&] { return outcome_.has_value(); });
    return outcome_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<DialOutcome> outcome_;
};

class Talk : public quic::ConnectionHandler {
 public:
  Talk(std::shared_ptr<Answer> answer, const DialOptions& options)
      : answer_(std::move(answer)),
        pinned_(options.expected_host.has_value()),
        dialled_(steady_now()) {}

  void on_connected(quic::Connection& connection) override {
    connection_ = &connection;
    outcome_.connected = true;
    outcome_.host = connection.peer_fingerprint().value_or(crypto::Fingerprint());
    outcome_.alpn = connection.alpn();
    outcome_.handshake =
        std::chrono::duration_cast<std::chrono::microseconds>(steady_now() - dialled_);
    begin();
  }
  void on_stream_opened(quic::StreamId, bool) override {}
  void on_stream_data(quic::StreamId, ByteSpan, bool) override {}
  void on_stream_reset(quic::StreamId, std::uint64_t) override {}
  void on_datagram(ByteSpan) override {}
  void on_closed(const quic::CloseInfo& info) override {
    outcome_.ending = decided_ && (!info.by_peer || succeeded_)
                          ? *decided_
                          : ending_of(info, outcome_.connected, pinned_);
    outcome_.ending.connected = outcome_.connected;
    answer_->set(outcome_);
  }

 protected:
  virtual void begin() = 0;
  quic::Connection& connection() { return *connection_; }
  void leave(Ending ending, std::uint64_t code, std::string_view words) {
    succeeded_ = ending.exit_code == kExitOk;
    decided_ = std::move(ending);
    connection_->close(code, words);
  }

 private:
  std::shared_ptr<Answer> answer_;
  bool pinned_;
  SteadyTime dialled_;
  quic::Connection* connection_ = nullptr;
  DialOutcome outcome_;
  std::optional<Ending> decided_;
  bool succeeded_ = false;
};

class Look final : public Talk {
 public:
  using Talk::Talk;

 private:
  void begin() override { leave(ending(kExitOk, "reachable", "the host answers"), 0, {}); }
};

// PairRequest, PairChallenge, PairProof, PairResult: every message must be the next one.
class Pairing final : public Talk {
 public:
  Pairing(std::shared_ptr<Answer> answer, const DialOptions& options, std::string_view pin,
          std::string name)
      : Talk(std::move(answer), options),
        client_(options.identity ? options.identity->certificate().fingerprint()
                                 : crypto::Fingerprint()),
        pin_(pin),
        name_(std::move(name)) {}
  ~Pairing() override { forget_pin(); }

 private:
  void begin() override {
    ceremony_.emplace(
        pin_, pairing::raw_fingerprint(client_),
        pairing::raw_fingerprint(connection().peer_fingerprint().value_or(crypto::Fingerprint())));
    forget_pin();
    auto control = ControlChannel::open(
        connection(), [this](wire::Incoming incoming) { on_incoming(std::move(incoming)); });
    if (!control) return broken();
    control_ = std::move(*control);
    wire::PairRequest request;
    request.name = name_;
    const auto& point = ceremony_->spake_a();
    request.spake_a.assign(point.begin(), point.end());
    if (!control_->send(request)) broken();
  }

  void on_stream_data(quic::StreamId stream, ByteSpan bytes, bool) override {
    if (!control_ || stream != control_->stream() || over_) return;
    if (!control_->on_data(bytes)) broken();
  }

  void on_incoming(wire::Incoming incoming) {
    if (over_) return;
    if (!incoming.message) return broken();
    if (const auto* challenge = std::get_if<wire::PairChallenge>(&*incoming.message))
      return on_challenge(*challenge);
    const auto* result = std::get_if<wire::PairResult>(&*incoming.message);
    if (result == nullptr || !proved_) return broken();
    over_ = true;
    if (result->ok)
      leave(ending(kExitOk, "paired", "paired"), 0, "pair done");
    else
      leave(ending(kExitDenied, "pairing-failed", "the host did not accept the proof"), 1,
            "pairing failed");
  }

  void on_challenge(const wire::PairChallenge& challenge) {
    if (proved_) return broken();
    const auto proof = ceremony_->on_challenge(challenge.spake_b, challenge.confirm);
    if (!proof) {
      over_ = true;
      // No proof: it could be tried against (punktfunk1.md 5.3).
      return leave(ending(kExitDenied, "wrong-pin",
                          "the PIN is wrong, or somebody stands between this client and the host"),
                   1, "pairing failed");
    }
    proved_ = true;
    if (!control_->send(wire::PairProof{*proof})) broken();
  }

  void broken() {
    over_ = true;
    leave(ending(kExitCheckFailed, "protocol", "the host does not keep to the pairing ceremony"), 1,
          "pairing failed");
  }

  void forget_pin() {
    crypto::wipe({reinterpret_cast<std::uint8_t*>(pin_.data()), pin_.size()});
    pin_.clear();
  }

  crypto::Fingerprint client_;
  std::string pin_;  // until the ceremony has it
  std::string name_;
  std::optional<pairing::ClientCeremony> ceremony_;
  std::optional<ControlChannel> control_;
  bool proved_ = false, over_ = false;
};

using MakeTalk = std::function<std::unique_ptr<Talk>(std::shared_ptr<Answer>)>;

DialOutcome failed(Ending why) {
  DialOutcome outcome;
  outcome.ending = std::move(why);
  return outcome;
}

DialOutcome talk(const DialOptions& options, std::chrono::milliseconds patience,
                 const MakeTalk& make) {
  quic::ClientOptions client;
  client.bind = options.host.is_v4() ? net::Endpoint::any_v4(0) : net::Endpoint();
  const auto attempt = std::min(kAttempt, options.budget);
  client.timing.handshake_timeout = attempt;
  auto endpoint = quic::Endpoint::client(std::move(client));
  if (!endpoint) return failed(ending(kExitFailed, "socket", endpoint.error().message()));
  const auto deadline = steady_now() + options.budget;
  for (;;) {
    auto answer = std::make_shared<Answer>();
    auto ref = (*endpoint)->connect({.address = options.host,
                                     .alpns = options.alpns,
                                     .identity = options.identity,
                                     .expected_host = options.expected_host,
                                     .handler = make(answer)});
    if (!ref) return failed(ending(kExitFailed, "dial", ref.error().message()));
    const auto outcome = answer->wait(attempt + patience);

    if (!outcome) return failed(ending(kExitNotReachable, "timeout", "the host does not answer"));
    const bool silent = !outcome->connected && outcome->ending.token == "unreachable";
    const bool again = silent && steady_now() < deadline;
    if (!again) return *outcome;
  }
}

}  // namespace

DialOutcome look(const DialOptions& options) {
  return talk(options, std::chrono::seconds(5), [&](std::shared_ptr<Answer> answer) {
    return std::make_unique<Look>(std::move(answer), options);
  });
}

DialOutcome pair(const DialOptions& options, std::string_view pin, const std::string& name) {
  return talk(options, 2 * pairing::kStepWait, [&](std::shared_ptr<Answer> answer) {
    return std::make_unique<Pairing>(std::move(answer), options, pin, name);
  });
}

}  // namespace pf::probe
