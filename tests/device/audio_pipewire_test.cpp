// PipeWire for real: a private daemon, programs that play into a session's sink, what arrives.
#include <gtest/gtest.h>

#ifndef PF_HAVE_AUDIO_PIPEWIRE
TEST(AudioPipeWire, NotBuilt) {
  GTEST_SKIP() << "SKIPPED: this build has no PipeWire back end (libpipewire-0.3-dev)";
}
#else

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <numbers>
#include <thread>

#include "audio/default_claims.hpp"
#include "audio/microphone.hpp"
#include "audio/pipewire/default_metadata.hpp"
#include "audio/pipewire/default_sink.hpp"
#include "audio/source.hpp"
#include "base/atomic_file.hpp"
#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/process.hpp"

namespace pf::audio {
namespace {

using namespace std::chrono_literals;
constexpr auto kLimit = 10s;

// Keeps what arrives; a test waits for the sound it wants.
class Recorder final : public SampleSink {
 public:
  explicit Recorder(unsigned channels) : channels_(channels) { samples_.reserve(8'000'000); }

  void on_samples(std::span<const float> interleaved) noexcept override {
    const std::lock_guard lock(mutex_);
    if (samples_.empty()) first_ = steady_now();
    if (samples_.size() + interleaved.size() > samples_.capacity()) return;
    samples_.insert(samples_.end(), interleaved.begin(), interleaved.end());
    for (const auto s : interleaved)
      if (loud_from_ == 0 && std::abs(s) > 0.05F)
        loud_from_ = samples_.size() - interleaved.size() + 1;
    changed_.notify_all();
  }
  bool wait_for_any() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLimit, [&] { return !samples_.empty(); });
  }
  bool wait_for_frames(std::size_t more) {
    std::unique_lock lock(mutex_);
    const auto target = samples_.size() + more * channels_;
    return changed_.wait_for(lock, kLimit, [&] { return samples_.size() >= target; });
  }
  // Waits for `seconds` of sound after it became loud.
  bool wait_for_sound(double seconds) {
    std::unique_lock lock(mutex_);
    const auto needed = static_cast<std::size_t>(seconds * 48'000) * channels_;
    return changed_.wait_for(
        lock, kLimit, [&] { return loud_from_ > 0 && samples_.size() >= loud_from_ + needed; });
  }
  bool heard_anything() {
    const std::lock_guard lock(mutex_);
    return loud_from_ > 0;
  }
  SteadyTime first() {
    const std::lock_guard lock(mutex_);
    return first_;
  }
  // Pitch by the usual distance of rising zero crossings over `seconds`, a fifth of a second after
  // the sound began. (The median: on a busy machine a player may miss a tick.)
  double pitch(unsigned channel, double seconds) {
    const std::lock_guard lock(mutex_);
    const auto start = loud_from_ / channels_ + 9'600;
    const auto end =
        std::min(samples_.size() / channels_, start + static_cast<std::size_t>(seconds * 48'000));
    std::vector<double> crossings;
    for (std::size_t i = start + 1; i < end; ++i) {
      const double before = samples_[(i - 1) * channels_ + channel];
      const double now = samples_[i * channels_ + channel];
      if (before < 0 && now >= 0)
        crossings.push_back(static_cast<double>(i) - now / (now - before));
    }
    if (crossings.size() < 12) return 0;
    // Ten periods at a time, which evens out the interpolation.
    std::vector<double> spans;
    for (std::size_t i = 10; i < crossings.size(); ++i)
      spans.push_back((crossings[i] - crossings[i - 10]) / 10);
    std::nth_element(spans.begin(), spans.begin() + static_cast<std::ptrdiff_t>(spans.size() / 2),
                     spans.end());
    return 48'000.0 / spans[spans.size() / 2];
  }

 private:
  const unsigned channels_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<float> samples_;
  std::size_t loud_from_ = 0;
  SteadyTime first_{};
};

double cpu_ms_of(pid_t pid) {
  clockid_t clock{};
  timespec now{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &now) != 0) return 0;
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

class AudioPipeWire : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("pipewire") || !find_program("pw-cat"))
      GTEST_SKIP() << "SKIPPED: pipewire or pw-cat is not installed (apt install pipewire "
                      "pipewire-bin pipewire-pulse)";
    // No desktop's daemon may be mistaken for ours, and a folder that other accounts can enter.
    ::unsetenv("XDG_RUNTIME_DIR");
    ::unsetenv("PIPEWIRE_RUNTIME_DIR");
    ::unsetenv("PIPEWIRE_REMOTE");
    ::unsetenv("PULSE_SERVER");
    char pattern[] = "/tmp/pf-audio-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern), nullptr);
    folder_ = pattern;
    ::chmod(pattern, 0755);
    options_.backend = "pipewire";
    options_.runtime_dir = folder_ + "/run";
  }
  void TearDown() override {
    release();
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  std::unique_ptr<Source> open_source(const char* tag, Speakers speakers = Speakers::Stereo) {
    auto source = open(options_, {speakers, tag});
    EXPECT_TRUE(source.has_value());
    EXPECT_STREQ((*source)->name(), "pipewire");
    return std::move(*source);
  }

  // A WAV file in which each channel has its own pitch.
  std::string make_wav(const std::string& name, const std::vector<double>& pitches) {
    constexpr std::uint32_t kRate = 48'000, kSeconds = 20;
    const auto channels = static_cast<std::uint16_t>(pitches.size());
    const auto data_bytes = kRate * kSeconds * channels * 2U;
    Bytes file;
    ByteWriter w(file);
    w.bytes(as_bytes("RIFF")).le<std::uint32_t>(36 + data_bytes).bytes(as_bytes("WAVEfmt "));
    w.le<std::uint32_t>(16).le<std::uint16_t>(1).le(channels).le(kRate);
    w.le<std::uint32_t>(kRate * channels * 2).le(static_cast<std::uint16_t>(channels * 2));
    w.le<std::uint16_t>(16).bytes(as_bytes("data")).le(data_bytes);
    for (std::uint32_t i = 0; i < kRate * kSeconds; ++i)
      for (const auto hz : pitches)
        w.le(static_cast<std::uint16_t>(
            static_cast<std::int16_t>(16'000 * std::sin(2 * std::numbers::pi * hz * i / kRate))));
    const auto path = folder_ + '/' + name;
    std::ofstream out(path, std::ios::binary);
    out.write(static_cast<const char*>(static_cast<const void*>(file.data())),
              static_cast<std::streamsize>(file.size()));
    out.close();
    ::chmod(path.c_str(), 0644);
    return path;
  }

  // As the host launches programs: the source's environment, root's under another account.
  static Process play(const std::vector<std::string>& argv, const Source& source) {
    ProcessOptions options;
    options.argv = argv;
    options.environment = source.environment();
    options.stderr_fd = 2;
    options.cwd = "/";
    options.run_as = unprivileged_account();
    auto process = Process::spawn(options);
    EXPECT_TRUE(process.has_value());
    return process ? std::move(*process) : Process();
  }

  std::string folder_;
  Options options_;
};

TEST_F(AudioPipeWire, SamplesFlowFromTheStartAndAnIdleSinkCostsLittle) {
  Recorder other(2);
  const auto began = steady_now();
  Recorder recorder(2);
  auto source = open_source("first");
  const auto opened = steady_now();
  ASSERT_TRUE(source->start(recorder).has_value());
  ASSERT_TRUE(recorder.wait_for_any());
  const auto ms = [](auto d) {
    return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(d).count());
  };
  std::printf("cold: open %d ms, first samples %d ms\n", ms(opened - began),
              ms(recorder.first() - began));
  const auto before = cpu_ms_of(::getpid());
  const auto from = steady_now();
  ASSERT_TRUE(recorder.wait_for_frames(96'000));
  std::printf("idle: our part %.2f %% of a core\n",
              (cpu_ms_of(::getpid()) - before) / ms(steady_now() - from) * 100);
  EXPECT_FALSE(recorder.heard_anything());
  source->stop();

  const auto warm = steady_now();
  auto second = open_source("second");
  ASSERT_TRUE(second->start(other).has_value());
  ASSERT_TRUE(other.wait_for_any());
  std::printf("warm: first samples %d ms\n", ms(other.first() - warm));
}

TEST_F(AudioPipeWire, APipeWireProgramIsHeard) {
  Recorder recorder(2);
  auto source = open_source("native");
  ASSERT_TRUE(source->start(recorder).has_value());
  const auto wav = make_wav("tone.wav", {997, 1297});
  auto player = play({"pw-cat", "-p", wav}, *source);
  ASSERT_TRUE(recorder.wait_for_sound(1.5));
  EXPECT_NEAR(recorder.pitch(0, 1), 997, 1);
  EXPECT_NEAR(recorder.pitch(1, 1), 1297, 1);
}

TEST_F(AudioPipeWire, APulseAudioProgramIsHeard) {
  if (!find_program("pacat") || !find_program("pipewire-pulse"))
    GTEST_SKIP() << "SKIPPED: pacat or pipewire-pulse is not installed";
  Recorder recorder(2);
  auto source = open_source("pulse");
  ASSERT_TRUE(source->start(recorder).has_value());
  const auto wav = make_wav("tone.wav", {997, 1297});
  auto player = play({"pacat", "--file-format=wav", wav}, *source);
  ASSERT_TRUE(recorder.wait_for_sound(1.5));
  EXPECT_NEAR(recorder.pitch(0, 1), 997, 1);
  EXPECT_NEAR(recorder.pitch(1, 1), 1297, 1);
}

TEST_F(AudioPipeWire, SurroundChannelsKeepTheirOrder) {
  for (const auto speakers : {Speakers::Surround51, Speakers::Surround71}) {
    const auto channels = static_cast<unsigned>(speakers);
    SCOPED_TRACE(channels);
    Recorder recorder(channels);
    auto source = open_source(channels == 6 ? "six" : "eight", speakers);
    ASSERT_TRUE(source->start(recorder).has_value());
    std::vector<double> pitches;
    for (unsigned c = 0; c < channels; ++c) pitches.push_back(500 + 110.0 * c);
    const auto wav = make_wav("surround.wav", pitches);
    auto player = play({"pw-cat", "-p", "--channel-map",
                        channels == 6 ? "FL,FR,FC,LFE,RL,RR" : "FL,FR,FC,LFE,RL,RR,SL,SR", wav},
                       *source);
    ASSERT_TRUE(recorder.wait_for_sound(1.5));
    for (unsigned c = 0; c < channels; ++c) EXPECT_NEAR(recorder.pitch(c, 1), pitches[c], 1) << c;
  }
}

TEST_F(AudioPipeWire, SessionsDoNotHearEachOther) {
  prepare(options_);
  Recorder first(2), second(2), third(2);
  auto one = open_source("one"), two = open_source("two"), quiet = open_source("quiet");
  ASSERT_TRUE(one->start(first).has_value());
  ASSERT_TRUE(two->start(second).has_value());
  ASSERT_TRUE(quiet->start(third).has_value());
  auto player_one = play({"pw-cat", "-p", make_wav("one.wav", {600, 600})}, *one);
  auto player_two = play({"pw-cat", "-p", make_wav("two.wav", {900, 900})}, *two);
  ASSERT_TRUE(first.wait_for_sound(1.5));
  ASSERT_TRUE(second.wait_for_sound(1.5));
  EXPECT_NEAR(first.pitch(0, 1), 600, 1);
  EXPECT_NEAR(second.pitch(0, 1), 900, 1);
  EXPECT_FALSE(third.heard_anything());
  one.reset();  // and the others go on
  EXPECT_TRUE(second.wait_for_frames(48'000));
}

TEST_F(AudioPipeWire, NothingArrivesAfterStop) {
  Recorder recorder(2);
  Recorder again(2);
  auto source = open_source("stop");
  ASSERT_TRUE(source->start(recorder).has_value());
  ASSERT_TRUE(recorder.wait_for_any());
  source->stop();
  source->stop();
  ASSERT_TRUE(source->start(again).has_value());
  EXPECT_TRUE(again.wait_for_frames(4'800));
}

// A microphone that plays a tone: what the session's decoder would.
class Tone final : public SampleFeed {
 public:
  explicit Tone(double hz) : hz_(hz) {}
  void fill(std::span<float> stereo) noexcept override {
    for (std::size_t i = 0; i < stereo.size(); i += 2) {
      const auto t = static_cast<double>(position_++ % 48'000) / 48'000;
      stereo[i] = stereo[i + 1] =
          static_cast<float>(0.4 * std::sin(2 * std::numbers::pi * hz_ * t));
    }
    fetched_.fetch_add(stereo.size() / 2);
  }
  std::uint64_t fetched() const { return fetched_; }

 private:
  const double hz_;
  std::uint64_t position_ = 0;
  std::atomic<std::uint64_t> fetched_{0};
};

// Reads what a recording program writes to its output (raw 16-bit mono at 48 kHz) until the tone
// has been heard for `seconds`, and tells its pitch; 0 when it never comes.
double recorded_pitch(int fd, double seconds) {
  const auto deadline = steady_now() + kLimit;
  std::vector<double> crossings;
  std::int16_t last = 0;
  std::uint64_t position = 0, loud_from = 0;
  std::array<std::int16_t, 4'800> block;
  while (steady_now() < deadline) {
    pollfd item{fd, POLLIN, 0};
    if (::poll(&item, 1, 200) <= 0) continue;
    const auto got = ::read(fd, block.data(), sizeof block);
    if (got <= 0) return 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(got) / 2; ++i, ++position) {
      if (loud_from == 0 && std::abs(block[i]) > 2'000) loud_from = position;
      if (loud_from != 0 && last < 0 && block[i] >= 0)
        crossings.push_back(static_cast<double>(position) -
                            static_cast<double>(block[i]) / (block[i] - last));
      last = block[i];
    }
    if (loud_from == 0 || position < loud_from + static_cast<std::uint64_t>(seconds * 48'000))
      continue;
    std::vector<double> spans;
    for (std::size_t i = 10; i < crossings.size(); ++i)
      spans.push_back((crossings[i] - crossings[i - 10]) / 10);
    if (spans.empty()) return 0;
    std::nth_element(spans.begin(), spans.begin() + static_cast<std::ptrdiff_t>(spans.size() / 2),
                     spans.end());
    return 48'000.0 / spans[spans.size() / 2];
  }
  return 0;
}

struct Recording {
  Process process;
  UniqueFd output;
};
Recording record(const std::vector<std::string>& argv, const Source& source) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Recording recording;
  recording.output.reset(ends[0]);
  const UniqueFd write_end(ends[1]);
  ProcessOptions options;
  options.argv = argv;
  options.environment = source.environment();
  options.stdout_fd = write_end.get();
  options.cwd = "/";
  options.run_as = unprivileged_account();
  auto process = Process::spawn(options);
  EXPECT_TRUE(process.has_value());
  if (process) recording.process = std::move(*process);
  return recording;
}

const std::vector<std::string> kPipeWireRecorder{
    "pw-cat", "-r", "--format", "s16", "--rate", "48000", "--channels", "1", "-"};
const std::vector<std::string> kPulseRecorder{"parec", "--raw", "--format=s16le", "--rate=48000",
                                              "--channels=1"};

TEST_F(AudioPipeWire, APipeWireProgramRecordsFromTheMicrophone) {
  Tone tone(440);
  auto source = open_source("talk");
  auto microphone = open_microphone(options_, {Speakers::Stereo, "talk"});
  ASSERT_TRUE(microphone.has_value());
  (*microphone)->start(tone);
  EXPECT_EQ(tone.fetched(), 0U);  // nobody records
  const auto recording = record(kPipeWireRecorder, *source);
  EXPECT_NEAR(recorded_pitch(recording.output.get(), 1.5), 440, 1);
  (*microphone)->stop();
}

TEST_F(AudioPipeWire, APulseAudioProgramRecordsFromAMicrophoneThatComesLater) {
  if (!find_program("parec") || !find_program("pipewire-pulse"))
    GTEST_SKIP() << "SKIPPED: parec or pipewire-pulse is not installed";
  Recorder settle(2);
  Tone tone(523);
  auto source = open_source("later");
  const auto recording = record(kPulseRecorder, *source);
  ASSERT_TRUE(source->start(settle).has_value());
  ASSERT_TRUE(settle.wait_for_frames(24'000));  // it has long asked for its source
  auto microphone = open_microphone(options_, {Speakers::Stereo, "later"});
  ASSERT_TRUE(microphone.has_value());
  (*microphone)->start(tone);
  EXPECT_NEAR(recorded_pitch(recording.output.get(), 1.5), 523, 1);
}

TEST_F(AudioPipeWire, SessionsDoNotHearEachOthersMicrophones) {
  Tone low(300), high(700);
  prepare(options_);
  auto one = open_source("one"), two = open_source("two");
  auto first = open_microphone(options_, {Speakers::Stereo, "one"});
  auto second = open_microphone(options_, {Speakers::Stereo, "two"});
  ASSERT_TRUE(first.has_value() && second.has_value());
  (*first)->start(low);
  (*second)->start(high);
  const auto at_one = record(kPipeWireRecorder, *one);
  const auto at_two = record(kPipeWireRecorder, *two);
  EXPECT_NEAR(recorded_pitch(at_one.output.get(), 1), 300, 1);
  EXPECT_NEAR(recorded_pitch(at_two.output.get(), 1), 700, 1);
}

TEST_F(AudioPipeWire, AProgramPlaysWhileAnotherRecords) {
  Tone tone(440);
  Recorder recorder(2);
  auto source = open_source("both");
  ASSERT_TRUE(source->start(recorder).has_value());
  auto microphone = open_microphone(options_, {Speakers::Stereo, "both"});
  ASSERT_TRUE(microphone.has_value());
  (*microphone)->start(tone);
  auto player = play({"pw-cat", "-p", make_wav("tone.wav", {997, 1297})}, *source);
  const auto recording = record(kPipeWireRecorder, *source);
  EXPECT_NEAR(recorded_pitch(recording.output.get(), 1), 440, 1);
  ASSERT_TRUE(recorder.wait_for_sound(1.5));
  EXPECT_NEAR(recorder.pitch(0, 1), 997, 1);
  EXPECT_NEAR(recorder.pitch(1, 1), 1297, 1);
}

// The process whose command line names `path`.
pid_t process_with(const std::string& path) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    std::ifstream file(entry.path() / "cmdline");
    const std::string line((std::istreambuf_iterator<char>(file)), {});
    if (line.find(path) != std::string::npos) return std::stoi(entry.path().filename().string());
  }
  return -1;
}

TEST_F(AudioPipeWire, AKilledDaemonCostsItsSessionOnly) {
  Recorder lost(2), found(2);
  prepare(options_);
  auto before = open_source("before");
  ASSERT_TRUE(before->start(lost).has_value());
  ASSERT_TRUE(lost.wait_for_any());
  const auto folder =
      std::filesystem::path(before->environment().at("PIPEWIRE_REMOTE")).parent_path().string();
  const auto pid = process_with(folder + "/pipewire.conf");
  ASSERT_GT(pid, 0);
  ASSERT_EQ(::kill(pid, SIGKILL), 0);
  auto after = open_source("after");
  ASSERT_TRUE(after->start(found).has_value());
  EXPECT_TRUE(found.wait_for_any());
  before.reset();
  EXPECT_TRUE(found.wait_for_frames(48'000));
  EXPECT_TRUE(std::filesystem::exists(after->environment().at("PIPEWIRE_REMOTE")));
}

// The real-time thread may be in a node's callback at any moment of its end.
TEST_F(AudioPipeWire, NodesEndWhileTheyRun) {
  prepare(options_);
  const auto streams = [this](const std::string& tag) {
    for (int round = 0; round < 40; ++round) {
      Recorder recorder(2);
      auto source = open_source((tag + std::to_string(round)).c_str());
      ASSERT_TRUE(source->start(recorder).has_value());
      ASSERT_TRUE(recorder.wait_for_any());
    }
  };
  const std::jthread beside([&] { streams("beside"); });
  streams("gone");
}

TEST_F(AudioPipeWire, ThePrivateDaemonLeavesNothingBehind) {
  prepare(options_);
  auto source = open_source("gone");
  const auto socket = source->environment().at("PIPEWIRE_REMOTE");
  EXPECT_TRUE(std::filesystem::exists(socket));
  release();
  EXPECT_TRUE(std::filesystem::exists(socket)) << "a session still lives";
  source.reset();
  EXPECT_FALSE(std::filesystem::exists(socket));
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(socket).parent_path()));
}

// A PipeWire that stands for the desktop's, with what its session manager keeps.
class DesktopSound : public AudioPipeWire {
 protected:
  void SetUp() override {
    AudioPipeWire::SetUp();
    if (IsSkipped()) return;
    account_ = unprivileged_account();
    if (account_) {
      ASSERT_EQ(::chown(folder_.c_str(), account_->uid, account_->gid), 0);
    }
    socket_ = folder_ + "/pipewire-0";
    journal_ = folder_ + "/default-sink.journal";
    options_.state_dir = folder_;
  }

  void start_daemon(const char* objects =
                        "{ factory = metadata args = { metadata.name = default "
                        "} }") {
    const auto config = folder_ + "/desktop.conf";
    std::ofstream(config) << R"(context.properties = { core.daemon = true core.name = pipewire-0 }
context.spa-libs = {
  audio.convert.* = audioconvert/libspa-audioconvert
  support.* = support/libspa-support
}
context.modules = [
  { name = libpipewire-module-protocol-native }
  { name = libpipewire-module-metadata }
  { name = libpipewire-module-spa-node-factory }
  { name = libpipewire-module-client-node }
  { name = libpipewire-module-client-device }
  { name = libpipewire-module-access }
  { name = libpipewire-module-adapter }
  { name = libpipewire-module-link-factory }
  { name = libpipewire-module-session-manager }
]
context.objects = [
  { factory = spa-node-factory
    args = { factory.name = support.node.driver node.name = Dummy-Driver priority.driver = 20000 }
  }
)" << objects << "\n]\n";
    daemon_ = start({"pipewire", "-c", config});
    const auto deadline = steady_now() + kLimit;
    while (!connects() && steady_now() < deadline && !daemon_.wait(5ms)) continue;
    ASSERT_TRUE(connects());
  }
  // With or without a session manager.
  bool connects() const {
    const auto metadata = pipewire::DefaultMetadata::open(socket_);
    return metadata || metadata.error().is(Errc::Unavailable);
  }

  // As a program of the desktop, which knows nothing of sessions.
  ProcessOptions of_the_desktop(const std::vector<std::string>& argv) const {
    ProcessOptions options;
    options.argv = argv;
    options.environment = {{"PIPEWIRE_RUNTIME_DIR", folder_},
                           {"XDG_RUNTIME_DIR", folder_},
                           {"XDG_STATE_HOME", folder_},
                           {"XDG_CONFIG_HOME", folder_},
                           {"HOME", folder_}};
    options.unset = {"DISPLAY", "DBUS_SESSION_BUS_ADDRESS"};
    options.stderr_fd = 2;
    options.cwd = "/";
    options.run_as = account_;
    return options;
  }
  Process start(const std::vector<std::string>& argv) const {
    auto process = Process::spawn(of_the_desktop(argv));
    EXPECT_TRUE(process.has_value());
    return process ? std::move(*process) : Process();
  }

  static constexpr const char* kKey = "default.configured.audio.sink";
  // What a person chooses in a mixer; nothing = the choice is deleted.
  void choose(const Configured& choice) const {
    std::vector<std::string> argv{"pw-metadata", "-n", "default"};
    if (choice)
      argv.insert(argv.end(), {"0", kKey, *choice, "Spa:String:JSON"});
    else
      argv.insert(argv.end(), {"-d", "0", kKey});
    auto process = start(argv);
    EXPECT_TRUE(process.wait(kLimit));
    EXPECT_EQ(configured(), choice);
  }
  // What everybody else sees.
  Configured configured() const {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd output(ends[0]);
    UniqueFd write_end(ends[1]);
    auto options = of_the_desktop({"pw-metadata", "-n", "default", "0", kKey});
    options.stdout_fd = write_end.get();
    const auto process = Process::spawn(options);
    EXPECT_TRUE(process.has_value());
    write_end.reset();
    std::string text;
    char part[256];
    for (ssize_t got = 0; (got = ::read(output.get(), part, sizeof part)) > 0;)
      text.append(part, static_cast<std::size_t>(got));
    const std::string before = "value:'", after = "' type:'";
    const auto from = text.find(before);
    if (from == std::string::npos) return {};
    const auto to = text.find(after, from);
    return text.substr(from + before.size(), to - from - before.size());
  }

  std::unique_ptr<pipewire::DefaultSink> take(const char* sink) const {
    auto taken = pipewire::DefaultSink::take(socket_, sink, journal_);
    EXPECT_TRUE(taken.has_value()) << (taken ? "" : taken.error().message());
    return taken ? std::move(*taken) : nullptr;
  }
  Configured journalled() const {
    auto text = read_file(journal_, 4096);
    EXPECT_TRUE(text.has_value());
    auto before = read_journal_text(text.value_or(""));
    EXPECT_TRUE(before.has_value());
    return before.value_or(std::nullopt);
  }
  bool journal_exists() const { return std::filesystem::exists(journal_); }

  const Configured kSpeakers = "{ \"name\": \"speakers\" }";
  const Configured kHeadphones = "{ \"name\": \"headphones\" }";
  std::optional<Account> account_;
  std::string socket_, journal_;
  Process daemon_;
};

TEST_F(DesktopSound, ASessionsSinkIsTheDefaultWhileItLives) {
  start_daemon();
  for (const auto& before : {kSpeakers, Configured()}) {
    choose(before);
    auto sink = take("punktfunk-session-1");
    EXPECT_EQ(configured(), choice_of("punktfunk-session-1"));
    EXPECT_EQ(journalled(), before);
    struct stat status {};
    ASSERT_EQ(::stat(journal_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    sink.reset();
    EXPECT_EQ(configured(), before);
    EXPECT_FALSE(journal_exists());
  }
}

TEST_F(DesktopSound, APersonsOwnChoiceIsLeft) {
  start_daemon();
  choose(kSpeakers);
  auto sink = take("punktfunk-session-1");
  choose(kHeadphones);
  sink.reset();
  EXPECT_EQ(configured(), kHeadphones);
  EXPECT_FALSE(journal_exists());
}

TEST_F(DesktopSound, TheLastOfTwoSessionsRestores) {
  start_daemon();
  choose(kSpeakers);
  for (const bool first_goes_first : {true, false}) {
    auto first = take("punktfunk-session-1");
    auto second = take("punktfunk-session-2");
    EXPECT_EQ(configured(), choice_of("punktfunk-session-2"));
    EXPECT_EQ(journalled(), kSpeakers);
    (first_goes_first ? first : second).reset();
    EXPECT_EQ(configured(),
              choice_of(first_goes_first ? "punktfunk-session-2" : "punktfunk-session-1"));
    EXPECT_TRUE(journal_exists());
    (first_goes_first ? second : first).reset();
    EXPECT_EQ(configured(), kSpeakers);
    EXPECT_FALSE(journal_exists());
  }
}

TEST_F(DesktopSound, TheNextStartRestoresWhatAKilledHostLeft) {
  start_daemon();
  const auto killed = [&](const Configured& before, const Configured& now) {
    ASSERT_TRUE(write_file_atomically(journal_, journal_text(before), 0600).has_value());
    choose(now);
    EXPECT_TRUE(pipewire::restore_default_sink(socket_, journal_).has_value());
    EXPECT_FALSE(journal_exists());
  };
  killed(kSpeakers, choice_of("punktfunk-session-7"));
  EXPECT_EQ(configured(), kSpeakers);
  killed(std::nullopt, choice_of("punktfunk-session-7"));
  EXPECT_EQ(configured(), std::nullopt);
  killed(kSpeakers, kHeadphones);
  EXPECT_EQ(configured(), kHeadphones);
  // No sound server yet: another time.
  ASSERT_TRUE(write_file_atomically(journal_, journal_text(kSpeakers), 0600).has_value());
  EXPECT_FALSE(pipewire::restore_default_sink(folder_ + "/nobody", journal_).has_value());
  EXPECT_TRUE(journal_exists());
  ASSERT_TRUE(write_file_atomically(journal_, "nonsense", 0600).has_value());
  EXPECT_TRUE(pipewire::restore_default_sink(socket_, journal_).has_value());
  EXPECT_FALSE(journal_exists());
  EXPECT_EQ(configured(), kHeadphones);
}

TEST_F(DesktopSound, WhereTheSoundServerEndsTheJournalStays) {
  start_daemon();
  choose(kSpeakers);
  auto sink = take("punktfunk-session-1");
  daemon_.terminate(1s);
  sink.reset();
  EXPECT_EQ(journalled(), kSpeakers);
}

TEST_F(DesktopSound, WithoutAJournalNothingIsChanged) {
  start_daemon();
  choose(kSpeakers);
  const auto taken =
      pipewire::DefaultSink::take(socket_, "punktfunk-session-1", folder_ + "/none/journal");
  EXPECT_FALSE(taken.has_value());
  EXPECT_EQ(configured(), kSpeakers);
}

TEST_F(DesktopSound, WithoutASessionManagerNothingIsChanged) {
  start_daemon("");
  const auto taken = pipewire::DefaultSink::take(socket_, "punktfunk-session-1", journal_);
  ASSERT_FALSE(taken.has_value());
  EXPECT_TRUE(taken.error().is(Errc::Unavailable));
  EXPECT_FALSE(journal_exists());
}

// Root's hosts have no desktop: sound is opened as the account that owns it.
class AsDesktopUser {
 public:
  AsDesktopUser(const std::optional<Account>& account, const std::string& folder) {
    if (account) {
      EXPECT_EQ(::seteuid(account->uid), 0);
    }
    ::setenv("XDG_RUNTIME_DIR", folder.c_str(), 1);
  }
  ~AsDesktopUser() {
    ::unsetenv("XDG_RUNTIME_DIR");
    EXPECT_EQ(::seteuid(::getuid()), 0);
  }
  AsDesktopUser(const AsDesktopUser&) = delete;
  AsDesktopUser& operator=(const AsDesktopUser&) = delete;
};

// What a desktop's speakers would be; sounds of programs go there.
constexpr const char* kSpeakersNode = R"(
  { factory = adapter
    args = { factory.name = support.null-audio-sink node.name = speakers media.class = Audio/Sink
             audio.position = "FL,FR" priority.session = 1500 }
  })";

TEST_F(DesktopSound, AProgramThatAlreadyPlaysIsHeardThroughTheSession) {
  if (!find_program("wireplumber") || !find_program("dbus-run-session"))
    GTEST_SKIP() << "SKIPPED: wireplumber or dbus-run-session is not installed (apt install "
                    "wireplumber dbus-daemon)";
  start_daemon(kSpeakersNode);
  auto manager = start({"dbus-run-session", "--", "wireplumber"});
  const auto deadline = steady_now() + kLimit;
  while (!pipewire::DefaultMetadata::open(socket_) && steady_now() < deadline &&
         !manager.wait(20ms))
    continue;
  ASSERT_TRUE(manager.alive());
  choose(kSpeakers);
  auto player = start({"pw-cat", "-p", make_wav("tone.wav", {997, 1297})});
  Recorder recorder(2);
  auto source = [&] {
    const AsDesktopUser user(account_, folder_);
    return open_source("desk");
  }();
  ASSERT_TRUE(source->start(recorder).has_value());
  ASSERT_TRUE(recorder.wait_for_frames(24'000));
  EXPECT_FALSE(recorder.heard_anything());
  const auto followed = source->follow_desktop();
  ASSERT_TRUE(followed.has_value()) << followed.error().message();
  EXPECT_TRUE(source->follow_desktop().has_value());
  EXPECT_EQ(configured(), choice_of("punktfunk-desk"));
  EXPECT_TRUE(journal_exists());
  ASSERT_TRUE(recorder.wait_for_sound(1.5));
  EXPECT_NEAR(recorder.pitch(0, 1), 997, 1);
  EXPECT_NEAR(recorder.pitch(1, 1), 1297, 1);
  source->stop();
  source.reset();
  EXPECT_EQ(configured(), kSpeakers);
  EXPECT_FALSE(journal_exists());
}

}  // namespace
}  // namespace pf::audio
#endif
