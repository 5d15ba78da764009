#include "session/video_pipeline.hpp"

#include "base/thread.hpp"

namespace pf::session {
namespace {

using namespace std::chrono_literals;

// After the last change the picture is coded a few times more, so that what a constant bitrate left
// coarse becomes sharp; then only often enough to heal a loss nobody reported.
constexpr unsigned kRefinements = 6;
constexpr auto kKeepAlive = 1s;
// Units between encoder and socket: one is being sent, one waits (product: never more than one
// queued).
constexpr std::size_t kQueued = 1;
// What is shorter looks like an unsteady network, not like a pipeline that stood still.
constexpr auto kGapWorthTelling = 100ms;

std::uint64_t us_between(std::int64_t from, std::int64_t to) {
  return to > from && from > 0 ? static_cast<std::uint64_t>(to - from) / 1000 : 0;
}

}  // namespace

VideoPipeline::VideoPipeline(const encode::Config& config, std::unique_ptr<capture::Source> source,
                             std::unique_ptr<encode::Encoder> encoder, VideoSink& sink,
                             const Gate& gate, Stats& stats, Sequence& sequence,
                             std::uint32_t epoch, std::function<void(Lost)> lost)
    : config_(config),
      source_(std::move(source)),
      encoder_(std::move(encoder)),
      sink_(sink),
      gate_(gate),
      stats_(stats),
      sequence_(sequence),
      epoch_(epoch),
      lost_(std::move(lost)) {}

VideoPipeline::~VideoPipeline() {
  stop();
}

Result<> VideoPipeline::start() {
  encode_thread_ = std::thread([this] { encode_loop(); });
  send_thread_ = std::thread([this] { send_loop(); });
  auto started = source_->start(*this);
  if (!started) stop();
  return started;
}

void VideoPipeline::stop() {
  source_->stop();
  stopping_.store(true, std::memory_order_release);
  encode_wake_.signal();
  if (encode_thread_.joinable()) encode_thread_.join();
  encode_ended_.store(true, std::memory_order_release);
  send_wake_.signal();
  if (send_thread_.joinable()) send_thread_.join();
  slot_.clear();
  while (ring_.pop()) {
  }
}

void VideoPipeline::release() noexcept {
  released_.store(true, std::memory_order_release);
  request_idr();
}
void VideoPipeline::request_idr() noexcept {
  desk_.request_idr();
  encode_wake_.signal();
}
void VideoPipeline::invalidate(std::uint32_t first, std::uint32_t last) noexcept {
  desk_.invalidate(first, last);
  encode_wake_.signal();
}
void VideoPipeline::set_bitrate(std::uint32_t kbps) noexcept {
  bitrate_wanted_.store(kbps, std::memory_order_release);
}

void VideoPipeline::on_frame(media::VideoFrame&& frame) noexcept {
  const NoAllocScope no_alloc;
  if (slot_.publish(std::move(frame))) stats_.frames_skipped.add();
  encode_wake_.signal();
}
void VideoPipeline::on_lost() noexcept {
  report_lost(Lost::Capture);
}
void VideoPipeline::report_lost(Lost what) noexcept {
  if (!lost_reported_.exchange(true)) lost_(what);
}

void VideoPipeline::encode_loop() noexcept {
  name_this_thread("pf-encode");
  raise_this_thread();
  const auto interval = config_.mode.frames(1);
  const bool invalidates = encoder_->invalidates();
  SteadyTime last_submit{};
  unsigned repeats = 0;
  bool begun = false, have_picture = false, failed = false;
  while (!stopping_.load(std::memory_order_acquire)) {
    if (!released_.load(std::memory_order_acquire)) {
      encode_wake_.wait();
      continue;
    }
    if (!std::exchange(begun, true)) {
      desk_.begin(sequence_.index, invalidates);
      desk_.set_rate(config_.bitrate_kbps);
    }
    // Never encode ahead of the network: a frame that waits here is replaced by a newer one.
    if (ring_.size() > kQueued) {
      encode_wake_.wait_until(steady_now() + interval);
      continue;
    }
    const NoAllocScope no_alloc;
    const auto now = steady_now();
    auto frame = slot_.take();
    if (!frame) {
      if (!have_picture) {
        encode_wake_.wait();
        continue;
      }
      const auto rest = last_submit + (repeats < kRefinements ? 2 * interval : kKeepAlive);
      const auto due = std::min<SteadyTime>(rest, desk_.due());
      if (now < due) {
        encode_wake_.wait_until(due);
        continue;
      }
    }
    const auto orders = desk_.take(now, invalidates);
    encode::Directives directives;
    directives.force_idr = orders.force_idr;
    directives.invalid_from = orders.invalid_from;
    directives.index = sequence_.index + 1;
    directives.bitrate_kbps = bitrate_wanted_.exchange(0, std::memory_order_acq_rel);
    if (directives.bitrate_kbps != 0) desk_.set_rate(directives.bitrate_kbps);
    media::AccessUnit unit;
    encode::Outcome outcome;
    if (frame) {
      stats_.capture_wait_us.record(us_between(frame->captured_ns, to_ns(now)));
      sequence_.display.set(frame->width, frame->height);
      sequence_.picture.set(config_.mode.width, config_.mode.height);
      outcome = encoder_->encode(*frame, directives, unit);
      frame.reset();
      repeats = 0;
      have_picture = true;
    } else {
      outcome = encoder_->repeat(to_ns(now), directives, unit);
      unit.repeat = true;
      ++repeats;
      stats_.repeats.add();
    }
    last_submit = now;
    failed = outcome == encode::Outcome::Failed;
    if (failed) break;
    if (outcome == encode::Outcome::Nothing)
      desk_.not_coded(orders);
    else
      hand_over(std::move(unit), now, orders);
  }
  // Telling allocates, which nothing above may.
  if (failed) report_lost(Lost::Encoder);
}

void VideoPipeline::hand_over(media::AccessUnit&& unit, SteadyTime now,
                              const RecoveryDesk::Orders& orders) noexcept {
  stats_.encode_us.record(us_between(unit.timeline.submitted_ns, unit.timeline.encoded_ns));
  const auto type = unit.type;
  const bool whole = type == media::FrameType::Idr || type == media::FrameType::AfterInvalidation;
  unit.index = sequence_.index + 1;
  unit.epoch = epoch_;
  unit.recovery_anchor = orders.repair && whole;
  desk_.coded(now, unit.index, type, orders, unit.bytes().size());
  if (ring_.push(std::move(unit))) {
    ++sequence_.index;
    if (type == media::FrameType::Idr) stats_.idr_frames.add();
    if (orders.repair && whole) stats_.repairs.add();
  } else {
    // The decoder will miss this picture, so what follows must not refer to it.
    stats_.frames_failed.add();
    desk_.request_idr();
  }
  send_wake_.signal();
}

// Another pipeline sent before this one, and some while ago.
void VideoPipeline::tell_gap() noexcept {
  if (sequence_.last_sent == SteadyTime{}) return;
  const auto gap =
      std::chrono::floor<std::chrono::milliseconds>(steady_now() - sequence_.last_sent);
  if (gap >= kGapWorthTelling) sink_.on_gap(gap);
}

void VideoPipeline::send_loop() noexcept {
  name_this_thread("pf-send");
  raise_this_thread();
  bool first = true;
  for (;;) {
    const bool last = encode_ended_.load(std::memory_order_acquire);
    auto unit = ring_.pop();
    if (!unit) {
      if (last) return;
      send_wake_.wait();
      const NoAllocScope no_alloc;
      if (gate_.open()) sink_.on_call();
      continue;
    }
    encode_wake_.signal();  // there is room in the ring again
    if (!gate_.open()) continue;
    if (unit->epoch != sequence_.sink_epoch) {
      sequence_.sink_epoch = unit->epoch;
      sink_.on_mode(config_.mode);
    }
    if (std::exchange(first, false)) tell_gap();
    const NoAllocScope no_alloc;
    const auto bytes = unit->bytes().size();
    if (!sink_.send(*unit)) {
      stats_.frames_failed.add();
      request_idr();
      continue;
    }
    sequence_.last_sent = steady_now();
    const auto& t = unit->timeline;
    stats_.frames_sent.add();
    stats_.sent_bytes.add(bytes);
    stats_.last_frame_ns.set(t.last_packet_ns);
    stats_.send_us.record(us_between(t.encoded_ns, t.last_packet_ns));
    if (!unit->repeat) stats_.host_us.record(us_between(t.captured_ns, t.last_packet_ns));
    stats_.timelines.record(t);
  }
}

}  // namespace pf::session
