// What a session does because time passes: clock rounds, punches, reports, asks, script,
// microphone.
#include <fmt/format.h>
#include <algorithm>

#include "probe/session_core.hpp"

namespace pf::probe {

namespace wire = native::wire;
namespace media = native::media;

namespace {

// A host owes these answers (punktfunk1.md 3.8, 6.11, 6.12).
constexpr std::chrono::milliseconds kModeAnswer{10'000};
constexpr std::chrono::milliseconds kBitrateAnswer{2'250};
constexpr std::chrono::milliseconds kTestAnswer{6'000};
// The test of clients whose bitrate is automatic.
constexpr std::chrono::milliseconds kAutomaticTest{2'000};
constexpr wire::ProbeRequest kAutomaticRequest{2'000'000, 800, 0, 0, 0};
constexpr std::chrono::milliseconds kIdle{1'000};  // at least this often, for the counters

}  // namespace

SteadyTime SessionCore::next_deadline() const {
  if (phase_ == Phase::Closed) return SteadyTime::max();
  if (phase_ < Phase::Clock) return deadline_;
  auto when = std::min(sync_.next(), punches_.next());
  if (phase_ != Phase::Streaming) return when;
  when = std::min(when, steady_now() + kIdle);
  if (feedback_ && options_.send_feedback)
    when = std::min({when, feedback_->next(), recovery_.next()});
  if (order_) when = std::min(when, order_->next());
  if (input_) when = std::min(when, input_->next());
  if (microphone_) when = std::min(when, microphone_->next());
  if (script_at_ < options_.script.size())
    when = std::min(when, started_ + options_.script[script_at_].at);
  if (owes_mode_) when = std::min(when, *owes_mode_);
  if (owes_bitrate_) when = std::min(when, *owes_bitrate_);
  if (test_) when = std::min(when, test_->until);
  if (options_.duration) when = std::min(when, started_ + *options_.duration);
  return std::min(when, auto_test_);
}

// Only for an earlier moment: a tick that comes too soon costs less than waking the alarm's thread
// for every frame.
void SessionCore::arm() {
  if (phase_ == Phase::Closed) return;
  const auto when = next_deadline();
  if (when >= armed_) return;
  armed_ = when;
  ticker_->arm(when);
}

void SessionCore::tick() {
  armed_ = SteadyTime::max();
  if (phase_ == Phase::Closed || planned_) return;
  const auto now = steady_now();
  if (phase_ < Phase::Clock) {
    if (now >= deadline_) {
      if (phase_ == Phase::Pending)
        return give_up(ending(kExitDenied, "approval-timeout",
                              "nobody approved this device in the host's console in time"),
                       0x51);
      return give_up(ending(kExitNotReachable, "timeout",
                            phase_ == Phase::Asking
                                ? "the host does not answer; it may wait for somebody to approve "
                                  "this device"
                                : "the host does not answer"),
                     0);
    }
    return arm();
  }
  run_clock(now);
  if (phase_ == Phase::Clock && sync_.started()) begin_streaming(now);
  if (phase_ == Phase::Streaming) run_streaming(now);
  arm();
}

void SessionCore::run_clock(SteadyTime now) {
  while (sync_.due(now)) {
    const auto t1 = client_ns();
    sync_.sent(t1, now);
    control_->send(wire::ClockProbe{t1});
  }
}

void SessionCore::begin_streaming(SteadyTime now) {
  started_ = now;
  if (!sync_.answered()) violation("clock.echo", "no probe was answered");
  enter(Phase::Streaming);
  if (socket_) {
    auto host = options_.host;
    host.set_port(hello_.udp_port);
    socket_->start(host, [core = weak_from_this(), endpoint = endpoint_](PacketBatch batch) {
      endpoint->post([core, held = std::make_shared<PacketBatch>(std::move(batch))] {
        if (const auto alive = core.lock()) alive->on_batch(std::move(*held));
      });
    });
    if (options_.punch) punches_.begin(now);
  }
  share_clipboard();
  const auto hz = std::max<std::uint32_t>(hello_.mode.refresh_hz, 1);
  feedback_.emplace(
      FeedbackSender::Wire{[this](const wire::ControlMessage& message) { control_->send(message); },
                           [this](const wire::Feedback& feedback) {
                             auto bytes = wire::encode_feedback(feedback);
                             connection_->send_datagram(bytes);
                           }},
      options_.feedback, (hello_.host_caps2 & wire::host_cap2::kDelivery) != 0,
      Nanoseconds(1'000'000'000 / hz));
  feedback_->begin(now);
  if (options_.ask_shards && options_.send_feedback && options_.feedback == FeedbackStyle::Datagram)
    order_.emplace();
  input_.emplace(InputSender::Wire{[this](ByteSpan event) {
                                     Bytes bytes;
                                     if (generation_ == wire::Generation::V2)
                                       bytes.push_back(wire::datagram_kind::kInput);
                                     bytes.insert(bytes.end(), event.begin(), event.end());
                                     connection_->send_datagram(bytes);
                                   },
                                   [this](const std::array<std::uint8_t, 18>& event) {
                                     control_->send(wire::InputEdge{event});
                                   }},
                 hello_);
  if (options_.microphone) {
    auto microphone = Microphone::create(options_.microphone);
    if (microphone)
      (microphone_ = std::move(*microphone))->begin(now);
    else
      note(microphone.error().message());
  }
  // A bitrate of 0 from the host switches both off (punktfunk1.md 6.12).
  if (options_.automatic_bitrate && hello_.bitrate_kbps != 0) {
    auto_test_ = now + kAutomaticTest;
    bitrate_.emplace(hello_.bitrate_kbps);
  }
}

void SessionCore::run_streaming(SteadyTime now) {
  run_punches(now);
  run_script(now);
  if (planned_) return;
  if (now >= auto_test_) {
    auto_test_ = SteadyTime::max();
    send(kAutomaticRequest);
  }
  run_reports(now);
  run_microphone(now);
  input_->tick(now);
  check_answers(now);
  if (options_.duration && now >= started_ + *options_.duration) close(0x51, "done");
}

void SessionCore::run_punches(SteadyTime now) {
  if (!socket_ || !punches_.due(now)) return;
  socket_->send(Punches::kPacket);
  punches_.sent(now);
}

void SessionCore::run_reports(SteadyTime now) {
  if (order_) {
    order_->set_round_trip(Nanoseconds(static_cast<std::int64_t>(sync_.rtt_ns())));
    run_order(now);
  }
  if (options_.send_feedback) {
    if (const auto ask = recovery_.due(now)) {
      count([&](Statistics& s) { ++(ask->keyframe ? s.keyframe_asks : s.range_asks); });
      feedback_->ask(*ask, now);
    }
    if (test_) feedback_->spoil();
    const auto packets = receiver_->stats().datagrams;
    const auto dropped = socket_ ? socket_->dropped() : 0;
    if (const auto ppm = feedback_->tick(receiver_->video().stats(), packets, dropped, now)) {
      count([&](Statistics& s) {
        constexpr std::size_t kMostWindows = 10'000;
        if (s.windows.size() < kMostWindows) s.windows.push_back({since_start_ms(), *ppm, packets});
      });
      // The speed test comes first: it says how far up there is to go.
      if (bitrate_ && auto_test_ == SteadyTime::max() && !test_)
        ask_bitrate(bitrate_->on_window(*ppm));
    }
  }
  publish_packets();
}

void SessionCore::run_microphone(SteadyTime now) {
  if (!microphone_) return;
  while (const auto packet = microphone_->due(now)) {
    std::array<std::uint8_t, 1500> bytes{};
    const auto size = wire::encode_audio(
        generation_, {wire::Tag::Microphone, microphone_seq_++, client_ns(), *packet, {}}, bytes);
    if (size == 0) continue;
    connection_->send_datagram(ByteSpan(bytes).first(size));
    count([](Statistics& s) { ++s.microphone_packets; });
  }
}

void SessionCore::run_script(SteadyTime now) {
  while (script_at_ < options_.script.size() && !planned_ &&
         now >= started_ + options_.script[script_at_].at)
    perform(options_.script[script_at_++], now);
}

void SessionCore::perform(const ScriptStep& step, SteadyTime now) {
  if (const auto* action = std::get_if<InputAction>(&step.what))
    input_->send(*action, now);
  else if (const auto* message = std::get_if<wire::ControlMessage>(&step.what))
    send(*message);
  else if (const auto* mark = std::get_if<MarkStep>(&step.what))
    note(mark->text);
  else if (const auto* loss = std::get_if<LossStep>(&step.what))
    loss_.set_percent(loss->percent);
  else if (std::holds_alternative<ResyncStep>(step.what))
    sync_.resync(now);
  else if (const auto* stop = std::get_if<StopStep>(&step.what))
    close(stop->code, "script");
}

void SessionCore::act(const InputAction& action) {
  if (phase_ != Phase::Streaming || planned_) return note("input before the stream was dropped");
  input_->send(action, steady_now());
  arm();
}

void SessionCore::send(const wire::ControlMessage& message) {
  if (!control_ || planned_ || phase_ == Phase::Closed)
    return note("a message could not be sent: the session is over");
  const auto now = steady_now();
  if (std::holds_alternative<wire::Reconfigure>(message)) owes_mode_ = now + kModeAnswer;
  if (std::holds_alternative<wire::SetBitrate>(message)) owes_bitrate_ = now + kBitrateAnswer;
  if (const auto* request = std::get_if<wire::ProbeRequest>(&message))
    begin_speed_test(*request, now);
  // Asks go out in the form that the session uses.
  if (feedback_ && std::holds_alternative<wire::RequestKeyframe>(message)) {
    feedback_->ask({.keyframe = true}, now);
  } else if (const auto* range = std::get_if<wire::RfiRequest>(&message);
             feedback_ && range != nullptr) {
    feedback_->ask({false, range->first, range->last}, now);
  } else if (!control_->send(message)) {
    note("a message could not be sent: this generation has none of its kind");
  }
  arm();
}

void SessionCore::ask_bitrate(std::optional<std::uint32_t> kbps) {
  if (!kbps || planned_) return;
  count([](Statistics& s) { ++s.bitrate_asks; });
  send(wire::SetBitrate{*kbps});
}

void SessionCore::begin_speed_test(const wire::ProbeRequest& request, SteadyTime now) {
  if (test_) end_speed_test(std::nullopt);
  RunningTest running;
  running.test.target_kbps = request.target_kbps;
  running.test.asked_ms = request.duration_ms;
  running.packets_before = receiver_ ? receiver_->stats().probe_packets : 0;
  running.frames_before = receiver_ ? receiver_->probe().stats().frames : 0;
  running.until = now + kTestAnswer + std::chrono::milliseconds(request.duration_ms);
  test_ = running;
}

void SessionCore::end_speed_test(std::optional<wire::ProbeResult> result) {
  auto test = test_->test;
  test.result = result;
  test.received_packets = receiver_->stats().probe_packets - test_->packets_before;
  test.received_frames = receiver_->probe().stats().frames - test_->frames_before;
  // Goodput counts bytes of filler units, which all have one size (punktfunk1.md 6.11).
  if (result && result->duration_ms > 0 && result->access_units > 0)
    test.received_mbps = static_cast<double>(test.received_frames) *
                         static_cast<double>(result->bytes) / result->access_units * 8e-3 /
                         result->duration_ms;
  test_.reset();
  if (feedback_) feedback_->spoil();
  count([&](Statistics& s) { s.speed_tests.push_back(test); });
  if (bitrate_)
    ask_bitrate(bitrate_->on_speed_test(
        static_cast<std::uint32_t>(std::min(test.received_mbps * 1e3, 4e9))));
}

void SessionCore::check_answers(SteadyTime now) {
  if (owes_mode_ && now >= *owes_mode_) {
    owes_mode_.reset();
    violation("answer.mode", "no Reconfigured came");
  }
  if (owes_bitrate_ && now >= *owes_bitrate_) {
    owes_bitrate_.reset();
    if (bitrate_) bitrate_->on_no_answer();
    violation("answer.bitrate", "no BitrateChanged came");
  }
  if (test_ && now >= test_->until) {
    end_speed_test(std::nullopt);
    violation("answer.probe", "no ProbeResult came");
  }
}

}  // namespace pf::probe
