#include "app/bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <ostream>
#include <regex>
#include <thread>

#include "app/ctl_output.hpp"
#include "app/ctl_report.hpp"
#include "app/privileges.hpp"
#include "app/session_config.hpp"
#include "app/stored_settings.hpp"
#include "apps/launcher.hpp"
#include "base/clock.hpp"

namespace pf::app {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr std::size_t kPictures = 6;
constexpr auto kFirstPicture = 10s;
constexpr std::uint32_t kBitrateKbps = 20'000;

struct Options {
  ctl::Context context{process_io(), false};
  std::string mode = "1920x1080@60";
  unsigned seconds = 3;
  bool no_display = false;
};

// "WxH@Hz".
std::optional<media::Mode> mode_of(const std::string& text) {
  static const std::regex shape(R"((\d{2,5})x(\d{2,5})@(\d{1,3}))");
  std::smatch parts;
  if (!std::regex_match(text, parts, shape)) return std::nullopt;
  const auto number = [&](std::size_t i) {
    return static_cast<std::uint32_t>(std::stoul(parts[i].str()));
  };
  const media::Mode mode{number(1), number(2), {number(3), 1}};
  const bool fits = mode.width >= 64 && mode.height >= 64 && mode.width <= 7680 &&
                    mode.height <= 4320 && mode.width % 2 == 0 && mode.height % 2 == 0 &&
                    mode.rate.num >= 1 && mode.rate.num <= 360;
  return fits ? std::optional(mode) : std::nullopt;
}

// The value below which a share of `sorted` lies.
std::int64_t at_share(const std::vector<std::int64_t>& sorted, std::size_t percent) {
  return sorted[std::min(sorted.size() - 1, sorted.size() * percent / 100)];
}

// What a source gave: the moments of its pictures, and copies of the first ones where wanted.
class Watch final : public capture::FrameSink {
 public:
  struct Copy {
    std::vector<std::uint8_t> pixels;  // rows without gaps
  };
  Watch(std::size_t copies, const media::Mode& mode) : mode_(mode), copies_(copies) {
    for (auto& copy : copies_) copy.pixels.resize(std::size_t{4} * mode.width * mode.height);
    moments_.reserve(kMost);
  }
  void on_frame(media::VideoFrame&& frame) noexcept override {
    const std::scoped_lock lock(mutex_);
    if (moments_.size() < kMost) moments_.push_back(steady_now_ns());
    if (taken_ < copies_.size() && frame.width == mode_.width && frame.height == mode_.height) {
      auto* to = copies_[taken_++].pixels.data();
      const auto row = std::size_t{4} * frame.width;
      for (std::uint32_t y = 0; y < frame.height; ++y)
        to = std::copy_n(frame.pixels + std::size_t{y} * frame.stride_bytes, row, to);
    }
    frame = media::VideoFrame();
    changed_.notify_all();
  }
  void on_lost() noexcept override {
    const std::scoped_lock lock(mutex_);
    lost_ = true;
    changed_.notify_all();
  }
  // False when the source gave up, or nothing came in time.
  bool wait_for(std::size_t count, std::chrono::seconds limit) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [&] { return lost_ || moments_.size() >= count; });
    return moments_.size() >= count;
  }
  // Returns early when the source gives up.
  void run_for(std::chrono::seconds time) {
    std::unique_lock lock(mutex_);
    moments_.clear();
    changed_.wait_for(lock, time, [&] { return lost_; });
  }
  std::vector<std::int64_t> moments() {
    const std::scoped_lock lock(mutex_);
    return moments_;
  }

  // Once the source has stopped: those that came.
  std::vector<Copy> copies() && {
    copies_.resize(taken_);
    return std::move(copies_);
  }

 private:
  static constexpr std::size_t kMost = 1 << 16;
  const media::Mode mode_;
  std::vector<Copy> copies_;
  std::size_t taken_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::int64_t> moments_;
  bool lost_ = false;
};

// The moving test picture in that mode.
Result<std::vector<Watch::Copy>> test_pictures(const media::Mode& mode,
                                               const std::string& runtime_dir) {
  auto display = display::open({"synthetic", {}, runtime_dir}, {mode, "bench-pictures"});
  if (!display) return pass(display);
  auto source = capture::open((*display)->target(), {});
  if (!source) return pass(source);
  Watch watch(kPictures, mode);
  if (auto started = (*source)->start(watch); !started) return pass(started);
  watch.wait_for(kPictures, kFirstPicture);
  (*source)->stop();
  auto copies = std::move(watch).copies();
  if (copies.empty()) return fail(Errc::StartFailed, "no test picture came");
  return copies;
}

// As many pictures as it makes in that time, one after the other.
json measure(const encode::Backend& backend, media::Codec codec, const media::Mode& mode,
             const std::vector<Watch::Copy>& pictures, const encode::Options& options,
             std::chrono::seconds time) {
  json row = {
      {"encoder", backend.name}, {"codec", media::name(codec)}, {"hardware", backend.hardware}};
  encode::Config config;
  config.codec = codec;
  config.mode = mode;
  config.bitrate_kbps = kBitrateKbps;
  auto chosen = options;
  chosen.backend = backend.name;
  auto opened = encode::open(chosen, config);
  if (!opened) {
    row["reason"] =
        opened.error().context.empty() ? opened.error().message() : opened.error().context;
    return row;
  }
  std::vector<std::int64_t> times;
  std::uint64_t bytes = 0;
  const auto end = steady_now_ns() + std::chrono::nanoseconds(time).count();
  for (std::uint64_t sequence = 1; times.empty() || steady_now_ns() < end; ++sequence) {
    const auto& picture = pictures[sequence % pictures.size()];
    media::VideoFrame frame;
    frame.pixels = picture.pixels.data();
    frame.stride_bytes = 4 * mode.width;
    frame.width = mode.width;
    frame.height = mode.height;
    frame.damage = {0, 0, mode.width, mode.height};
    frame.sequence = sequence;
    frame.captured_ns = steady_now_ns();
    encode::Directives directives;
    directives.index = static_cast<std::uint32_t>(sequence);
    media::AccessUnit unit;
    const auto before = steady_now_ns();
    if ((*opened)->encode(frame, directives, unit) != encode::Outcome::Unit) {
      row["reason"] = "It opened, but failed while it encoded.";
      return row;
    }
    // The first one opens things and is a whole picture.
    if (sequence > 1) times.push_back(steady_now_ns() - before);
    bytes += unit.bytes().size();
  }
  std::sort(times.begin(), times.end());
  std::int64_t sum = 0;
  for (const auto one : times) sum += one;
  const auto fps = 1e9 * static_cast<double>(times.size()) / static_cast<double>(sum);
  row["pictures"] = times.size();
  row["fps"] = fps;
  row["p50_us"] = at_share(times, 50) / 1000;
  row["p99_us"] = at_share(times, 99) / 1000;
  row["bytes_per_picture"] = bytes / (times.size() + 1);
  row["keeps_up"] = fps >= mode.rate.value();
  return row;
}

json measure_encoders(const Options& options, const media::Mode& mode,
                      const encode::Options& encode, const std::vector<Watch::Copy>& pictures) {
  json rows = json::array();
  for (const auto& backend : encode::backends()) {
    if (std::string_view(backend.name) == "synthetic") continue;
    for (const auto codec : {media::Codec::H264, media::Codec::Hevc, media::Codec::Av1}) {
      // Whether it works at all; what it lacks is said there.
      const auto tried = encode::try_out(backend, {codec, false, false}, encode);
      if (!tried.ok) {
        rows.push_back({{"encoder", backend.name},
                        {"codec", media::name(codec)},
                        {"hardware", backend.hardware},
                        {"reason", tried.reason}});
        continue;
      }
      rows.push_back(
          measure(backend, codec, mode, pictures, encode, std::chrono::seconds(options.seconds)));
    }
  }
  return rows;
}

// A display as a client would get it, with the demonstration on it so that something moves.
json measure_capture(const Options& options, const media::Mode& mode,
                     const session::ManagerConfig& config) {
  const auto begin = steady_now_ns();
  const auto since = [&] { return (steady_now_ns() - begin) / 1'000'000; };
  auto display = display::open(config.display, {mode, "bench"});
  if (!display) return {{"reason", display.error().message()}};
  json out = {{"opened_ms", since()}};
  auto source = capture::open((*display)->target(), config.capture);
  if (!source) return {{"reason", source.error().message()}};
  out["source"] = (*source)->name();
  Watch watch(0, mode);
  if (auto started = (*source)->start(watch); !started)
    return {{"reason", started.error().message()}};
  if (!watch.wait_for(1, kFirstPicture)) {
    (*source)->stop();
    return {{"reason", "The display opened, but no picture came from it."}};
  }
  out["first_picture_ms"] = since();
  Process demo;
  apps::App moving;
  moving.title = "bench";
  moving.command = demo_command();
  const bool own_display = (*display)->target().kind == media::DisplayKind::Wlroots;
  if (own_display && !moving.command.empty())
    if (auto started = apps::launch(moving, (*display)->target().environment))
      demo = std::move(*started);
  // Whether it is known that something moves.
  out["moving"] = demo.alive() || (*display)->target().kind == media::DisplayKind::Synthetic;
  if (demo.alive()) watch.wait_for(30, kFirstPicture);
  watch.run_for(std::chrono::seconds(options.seconds));
  (*source)->stop();
  if (demo.pid() > 0) demo.terminate(500ms);
  const auto moments = watch.moments();
  out["pictures"] = moments.size();
  if (moments.size() < 3) return out;
  std::vector<std::int64_t> gaps;
  for (std::size_t i = 1; i < moments.size(); ++i) gaps.push_back(moments[i] - moments[i - 1]);
  const auto span = moments.back() - moments.front();
  out["fps"] = 1e9 * static_cast<double>(gaps.size()) / static_cast<double>(span);
  std::sort(gaps.begin(), gaps.end());
  out["gap_p50_us"] = at_share(gaps, 50) / 1000;
  out["gap_p99_us"] = at_share(gaps, 99) / 1000;
  return out;
}

std::string milliseconds(const json& row, const char* name) {
  return row.contains(name) ? fmt::format("{:.2f}", row[name].get<double>() / 1000) : "-";
}

std::string text_of(const json& found, bool colour) {
  std::vector<std::vector<std::string>> rows;
  std::string reasons;
  for (const auto& row : found["encoders"]) {
    const auto name = row["encoder"].get<std::string>(), codec = row["codec"].get<std::string>();
    if (row.contains("reason")) {
      reasons += fmt::format("{} {}: {}\n", name, codec, safe(row["reason"].get<std::string>()));
      continue;
    }
    rows.push_back({name, codec, fmt::format("{:.0f}", row["fps"].get<double>()),
                    milliseconds(row, "p50_us"), milliseconds(row, "p99_us"),
                    row["keeps_up"].get<bool>() ? "yes" : "no"});
  }
  auto text =
      table({"ENCODER", "CODEC", "PICTURES/S", "P50 MS", "P99 MS", "KEEPS UP"}, rows, colour);
  if (!reasons.empty()) text += "\nNot measured:\n" + reasons;
  if (!found.contains("capture")) return text;
  const auto& capture = found["capture"];
  text += "\n";
  if (capture.contains("reason"))
    return text + fmt::format("Capture: {}\n", safe(capture["reason"].get<std::string>()));
  text +=
      fmt::format("Capture: {}, display after {} ms, first picture after {} ms\n",
                  capture["source"].get<std::string>(), capture["opened_ms"].get<std::int64_t>(),
                  capture["first_picture_ms"].get<std::int64_t>());
  if (capture.contains("fps"))
    text += fmt::format("         {:.1f} pictures/s, {} ms apart at p50, {} ms at p99\n",
                        capture["fps"].get<double>(), milliseconds(capture, "gap_p50_us"),
                        milliseconds(capture, "gap_p99_us"));
  if (!capture["moving"].get<bool>())
    text += "         Only what moved on the screen was captured; nothing was made to move.\n";
  return text;
}

int run(const Options& options) {
  const auto& context = options.context;
  const auto mode = mode_of(options.mode);
  if (!mode)
    return ctl::report_error(
        context, {kExitUsage, "bad_mode",
                  fmt::format("{} is no mode such as 1920x1080@60.", safe(options.mode))});
  const auto environment = environment_of_host(config::process_environment());
  const auto paths = config::paths(environment);
  if (!paths)
    return ctl::report_error(context, {kExitFailed, "no_folder", paths.error().message()});
  const auto at_rest = settings_at_rest(*paths, environment, true);
  if (!at_rest)
    return ctl::report_error(context, {kExitFailed, "no_settings", at_rest.error().message()});
  const auto config = manager_config(*paths, *at_rest->settings);
  auto pictures = test_pictures(*mode, config.display.runtime_dir);
  if (!pictures)
    return ctl::report_error(context, {kExitFailed, "no_pictures", pictures.error().message()});
  auto encode = config.encode;
  encode.backend = "auto";
  context.io.err << fmt::format("Each encoder runs for {} s in {}.\n", options.seconds,
                                media::to_string(*mode))
                 << std::flush;
  json found = {{"mode", media::to_string(*mode)},
                {"seconds", options.seconds},
                {"bitrate_kbps", kBitrateKbps},
                {"processors", std::thread::hardware_concurrency()},
                {"encoders", measure_encoders(options, *mode, encode, *pictures)}};
  if (!options.no_display) found["capture"] = measure_capture(options, *mode, config);
  const bool usable = std::any_of(found["encoders"].begin(), found["encoders"].end(),
                                  [](const json& row) { return row.contains("fps"); });
  const auto shown = ctl::report(
      context, found, text_of(found, context.io.colour),
      usable ? "A test picture that moves everywhere; other load on the machine counts as well."
             : "No encoder works here.");
  return shown != kExitOk ? shown : usable ? kExitOk : kExitCheckFailed;
}

}  // namespace

void add_bench_command(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "bench",
      "Measure what encoders and capture of this machine give\n\n"
      "Examples:\n"
      "  punktfunk-host bench                        a few seconds for each encoder\n"
      "  punktfunk-host bench --mode 2560x1440@120   whether it is enough for that\n"
      "  punktfunk-host bench --json                 for programs");
  command->footer("Best while nothing streams. Exit code 5 when no encoder works.");
  command->add_option("--mode", options->mode, "Size and rate of the pictures [1920x1080@60]");
  command->add_option("--seconds", options->seconds, "For each encoder, 1 to 60 [3]")
      ->check(CLI::Range(1, 60));
  command->add_flag("--no-display", options->no_display, "Encoders only");
  command->add_flag("--json", options->context.json, "One JSON object on standard output");
  command->final_callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace pf::app
