// One attached stream of a session: its media pipelines and input, from attach to detach or end.
// The manager opens and closes it on a worker thread; the front end steers it from any thread.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "audio/microphone.hpp"
#include "audio/source.hpp"
#include "audio/voice_buffer.hpp"
#include "clipboard/clipboard.hpp"
#include "input/injector.hpp"
#include "input/router.hpp"
#include "session/audio_pipeline.hpp"
#include "session/front_end.hpp"
#include "session/video_pipeline.hpp"
#include "trust/grants.hpp"
#include "trust/lease.hpp"

namespace pf::session {

class StreamImpl final : public Stream, private input::FeedbackSink, private clipboard::Listener {
 public:
  StreamImpl(StreamConfig config, std::unique_ptr<VideoSink> video,
             std::unique_ptr<AudioSink> audio, std::shared_ptr<PeerControl> peer,
             trust::LeasePtr lease, std::shared_ptr<Stats> stats,
             std::function<void()> want_microphone, std::function<void()> want_clipboard,
             std::function<void()> video_starts);
  ~StreamImpl() override;

  // Worker thread, one start at a time; close() may come in between from another worker, and the
  // start then fails with Errc::NotAllowed. A pipeline that runs already goes on until the new one
  // captures, then the new one takes its place; it goes on when this fails.
  Result<> start_pipeline(const encode::Config& config, std::unique_ptr<capture::Source> source,
                          std::unique_ptr<encode::Encoder> encoder,
                          std::function<void(VideoPipeline::Lost)> lost);
  Result<> start_sound(std::shared_ptr<audio::Source> source);
  // The microphone that `want_microphone` asked for (once, from the thread that brings the voice).
  Result<> start_microphone(std::unique_ptr<audio::Microphone> microphone);
  // The clipboard that `want_clipboard` asked for (once, from any thread), or why there is none.
  void start_clipboard(Result<std::unique_ptr<clipboard::Clipboard>> clipboard);
  Result<> start_input(const media::DisplayTarget& target, const input::Options& options);
  // Everything, in the order capture → encode → send → audio → input; held input is released. After
  // it the stream does nothing any more.
  void close();

  // Control thread: no media and no input from now on (at most what is in progress right now).
  void shut() noexcept;
  // Control thread: lets go of what the lease's grants no longer cover.
  void grants_changed() noexcept;
  // Control thread: silence instead of the session's sound.
  void set_muted(bool muted) noexcept;
  const std::shared_ptr<PeerControl>& peer() const { return peer_; }
  const StreamConfig& config() const { return config_; }  // as at attach
  encode::Config video_config() const;                    // as it is now
  bool media_lost() const;                                // the pipeline has reported its end
  // Pictures are on their way: the pipeline stands and the peer may get them. `video_starts` was
  // called (once, from any thread) when the latter became true.
  bool flows() const;
  struct Names {
    std::string capture, encoder, input;
  };
  Names names() const;
  input::RouterCounts input_counts() const;
  std::int64_t last_input_ns() const;

  void start_video() noexcept override;
  void start_audio() noexcept override;
  void request_idr() noexcept override;
  void set_bitrate(std::uint32_t kbps) noexcept override;
  void invalidate(std::uint32_t first, std::uint32_t last) noexcept override;
  void microphone(std::uint32_t seq, ByteSpan opus) noexcept override;
  void input(const input::Event& event) noexcept override;
  void share_clipboard(bool on) noexcept override;
  void set_clipboard(std::string text) noexcept override;
  void draw_pointer(bool in_picture) noexcept override;
  void report(const PeerFigures& figures) noexcept override;
  void call_sink() noexcept override;
  const Gate& gate() const noexcept override { return gate_; }

 private:
  void on_feedback(const input::FeedbackEvent& event) noexcept override;
  void on_text(std::string text) noexcept override;
  void desktop_is_open();
  void close_clipboard();
  void clipboard_grant_changed() noexcept;
  bool open_clipboard() noexcept;
  bool may_share_clipboard() const noexcept;
  void tell_clipboard(ClipboardState state) noexcept;

  const StreamConfig config_;
  const std::unique_ptr<VideoSink> video_sink_;
  const std::unique_ptr<AudioSink> audio_sink_;
  const std::shared_ptr<PeerControl> peer_;
  const trust::LeasePtr lease_;
  const std::shared_ptr<Stats> stats_;
  const std::function<void()> want_microphone_, want_clipboard_, video_starts_;
  Gate gate_;
  Sequence sequence_;
  std::uint32_t epoch_ = 1;  // whoever starts a pipeline

  mutable std::mutex mutex_;  // the pointers below; never held while a thread is joined
  encode::Config video_config_;
  std::shared_ptr<VideoPipeline> video_;
  std::shared_ptr<AudioPipeline> audio_;
  std::shared_ptr<audio::Source> audio_source_;
  // Made by the first packet; only the thread that brings the voice looks at `voice_` unlocked.
  std::unique_ptr<audio::VoiceBuffer> voice_;
  bool voice_failed_ = false;  // that thread's
  std::unique_ptr<audio::Microphone> microphone_;
  bool video_released_ = false, audio_released_ = false, muted_ = false, closed_ = false;
  bool pointer_drawn_ = false;  // the client has left it to the pictures

  std::mutex clipboard_life_;  // held while the clipboard is started or stopped
  // The clipboard has a lock of its own, which is not held while the clipboard is called.
  mutable std::mutex clipboard_mutex_;
  std::shared_ptr<clipboard::Clipboard> clipboard_;
  enum class Opening : std::uint8_t { No = 1, Asked, Done } clipboard_opening_ = Opening::No;
  bool desktop_open_ = false, clipboard_wanted_ = false, clipboard_closed_ = false;
  std::optional<ClipboardState> clipboard_told_;
  std::string desktop_text_;  // what the desktop holds

  mutable std::mutex input_mutex_;  // held for one event, which never blocks
  std::unique_ptr<input::Injector> injector_;
  std::unique_ptr<input::Router> router_;
  bool input_closed_ = false;
  // What the client sent before its devices were open (pads announce themselves first of all).
  std::vector<input::Event> early_input_;
};

}  // namespace pf::session
