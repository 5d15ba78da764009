// Files of what a session received: video as elementary stream, sound as Ogg Opus, copied text.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "base/result.hpp"
#include "probe/ogg_opus.hpp"
#include "probe/session_options.hpp"

namespace pf::probe {

// Annex B for H.264 and HEVC, a low-overhead OBU stream for AV1; frames that a decoder could not
// show are left out. On the session's thread; a full disk ends the dump, not the session.
class Dumps final : public SessionObserver {
 public:
  // Empty paths: no such file. Errc::BadDump. Existing files are replaced.
  static Result<std::unique_ptr<Dumps>> create(const std::filesystem::path& video,
                                               const std::filesystem::path& sound,
                                               const std::filesystem::path& clipboard = {});
  ~Dumps() override;

  void on_hello(const native::wire::ServerHello& hello) override;
  void on_frame(const native::media::ReceivedFrame& frame, bool clean) override;
  void on_sound(const SoundPacket& packet) override;
  void on_clipboard(const std::string& text) override;

  // After the session. Errc::BadDump when something could not be written.
  Result<> finish();
  bool sound_left_out() const { return pcm_; }

 private:
  Dumps() = default;
  std::filesystem::path video_path_, sound_path_, clipboard_path_;
  std::ofstream video_, sound_, clipboard_;
  std::string copied_;  // the last text
  std::optional<OggOpusWriter> ogg_;
  bool pcm_ = false;
};

}  // namespace pf::probe
