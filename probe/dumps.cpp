#include "probe/dumps.hpp"

#include "audio/layout.hpp"
#include "probe/errc.hpp"

namespace pf::probe {

namespace wire = native::wire;

namespace {

constexpr std::uint32_t kSamples = 240;          // 5 ms at 48 kHz
constexpr std::uint64_t kMostConcealed = 2'000;  // packets: ten seconds

Result<> open_file(std::ofstream& file, const std::filesystem::path& path) {
  if (path.empty()) return {};
  file.open(path, std::ios::binary | std::ios::trunc);
  if (!file) return fail(Errc::BadDump, path.string());
  return {};
}

audio::OpusLayout layout_of(const wire::ServerHello& hello) {
  audio::Layout layout;
  layout.speakers = hello.audio_channels == 8   ? audio::Speakers::Surround71
                    : hello.audio_channels == 6 ? audio::Speakers::Surround51
                                                : audio::Speakers::Stereo;
  layout.coding = hello.audio_layout == 1   ? audio::Coding::Standard
                  : hello.audio_layout == 2 ? audio::Coding::Uncoupled
                                            : audio::Coding::Legacy;
  return audio::opus_layout(layout);
}

}  // namespace

Result<std::unique_ptr<Dumps>> Dumps::create(const std::filesystem::path& video,
                                             const std::filesystem::path& sound,
                                             const std::filesystem::path& clipboard) {
  std::unique_ptr<Dumps> dumps(new Dumps);
  dumps->video_path_ = video;
  dumps->sound_path_ = sound;
  dumps->clipboard_path_ = clipboard;
  if (auto opened = open_file(dumps->video_, video); !opened) return pass(opened);
  if (auto opened = open_file(dumps->sound_, sound); !opened) return pass(opened);
  if (auto opened = open_file(dumps->clipboard_, clipboard); !opened) return pass(opened);
  return dumps;
}

Dumps::~Dumps() = default;

void Dumps::on_hello(const wire::ServerHello& hello) {
  if (!sound_.is_open()) return;
  pcm_ = hello.audio_codec != wire::AudioCodec::Opus;
  if (!pcm_) ogg_.emplace(sound_, layout_of(hello), 1);
}

void Dumps::on_frame(const native::media::ReceivedFrame& frame, bool clean) {
  if (!video_.is_open() || !clean) return;
  video_.write(reinterpret_cast<const char*>(frame.bytes.data()),
               static_cast<std::streamsize>(frame.bytes.size()));
}

void Dumps::on_sound(const SoundPacket& packet) {
  if (!ogg_) return;
  for (std::uint64_t i = 0; i < std::min(packet.missing, kMostConcealed); ++i)
    ogg_->missing(kSamples);
  ogg_->packet(packet.payload, kSamples);
}

void Dumps::on_clipboard(const std::string& text) {
  copied_ = text;
}

Result<> Dumps::finish() {
  if (ogg_) ogg_->finish();
  ogg_.reset();
  if (video_.is_open()) {
    video_.close();
    if (video_.fail()) return fail(Errc::BadDump, video_path_.string());
  }
  if (sound_.is_open()) {
    sound_.close();
    if (sound_.fail()) return fail(Errc::BadDump, sound_path_.string());
  }
  if (clipboard_.is_open()) {
    clipboard_ << copied_;
    clipboard_.close();
    if (clipboard_.fail()) return fail(Errc::BadDump, clipboard_path_.string());
  }
  return {};
}

}  // namespace pf::probe
