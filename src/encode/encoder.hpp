// Video encoders behind one interface, probed by encoding a real frame.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "media/access_unit.hpp"
#include "media/colour.hpp"
#include "media/mode.hpp"
#include "media/video_frame.hpp"

namespace pf::encode {

enum class Errc { Unavailable = 1, UnsupportedCodec, OpenFailed, EncodeFailed, BadInput };
const char* error_room(Errc);
const char* error_text(Errc);

struct Config {
  media::Codec codec = media::Codec::H264;
  media::Mode mode;  // coded size and rate
  media::Colour colour;
  std::uint32_t bitrate_kbps = 10'000;
  std::uint32_t slices = 1;          // at least this many slices a frame
  std::uint32_t max_references = 0;  // 0 = the encoder's choice, 1 = a single one
};

// Read from the session's mailbox before each frame.
struct Directives {
  bool force_idr = false;
  std::uint32_t bitrate_kbps = 0;  // 0 = unchanged
  std::uint32_t index = 0;         // the AccessUnit::index that this unit will get
  // Only for an encoder with invalidates(): refer to no unit from this index on (0 = no such wish).
  // The unit is then AfterInvalidation, or an IDR when nothing older is left to refer to.
  std::uint32_t invalid_from = 0;
};

enum class Outcome : std::uint8_t {
  Unit = 1,  // `out` holds the access unit
  Nothing,   // the encoder swallowed the frame (never in low-delay operation)
  Failed,    // the encoder is unusable; open another one
};

// Owned and called by one encode thread. No B-frames, no look-ahead, infinite GOP with IDR on
// demand, parameter sets in band on every IDR; the first unit is an IDR.
class Encoder {
 public:
  virtual ~Encoder() = default;
  virtual const char* name() const = 0;  // as its Backend
  // Understands Directives::invalid_from. The others answer a loss with an IDR.
  virtual bool invalidates() const { return false; }
  // A new picture. Converts colour (only the damaged part where that suffices), scales when the
  // frame's size differs from the mode (keeping aspect, black bars), and encodes. The frame may be
  // dropped as soon as the call returns. Sets bytes, type, codec and
  // timeline.submitted/encoded/captured.
  virtual Outcome encode(const media::VideoFrame& frame, const Directives& directives,
                         media::AccessUnit& out) noexcept = 0;
  // Codes the last picture again (nothing new was captured). `captured_ns` stamps the repeat.
  virtual Outcome repeat(std::int64_t captured_ns, const Directives& directives,
                         media::AccessUnit& out) noexcept = 0;
};

struct Backend {
  const char* name;  // "nvenc", "vaapi", "x264", "x265", "aom", "synthetic"
  bool hardware;
  Result<std::unique_ptr<Encoder>> (*open)(const Config&, const struct Options&);
};

struct Options {
  std::string backend = "auto";
  std::string x264_preset = "auto";  // or an x264 preset name
  std::string vaapi_device;          // empty = first render node
  unsigned threads = 0;              // 0 = chosen from mode and cores
  std::vector<std::string> without;  // back ends that have failed and are not tried again
};

// In order of preference: nvenc, vaapi, x264, x265, aom, synthetic (never chosen by "auto").
const std::vector<Backend>& backends();

// What one encoder makes of one format, found out by opening it and coding real pictures.
struct FormatReport {
  media::VideoFormat format;
  bool ok = false;
  std::string reason;          // when not: which library, device or driver is missing and the fix
  std::uint32_t probe_ms = 0;  // what finding out took
  // Processor or device time of one 1280x720 picture with much motion, in microseconds; only of
  // what works, else 0. The best of a few, so that other load on the machine hardly counts.
  std::uint32_t frame_us = 0;
};
struct EncoderReport {
  std::string name;    // as its Backend
  std::string device;  // the node that it would use ("/dev/dri/renderD128"); empty = none
  bool hardware = false;
  bool invalidates = false;  // answers a named loss by going back to an older picture, in H.264
  std::vector<FormatReport> formats;
};

// Every format that any client of this host can ask for: H.264 and 4:4:4 in 8 bit, HEVC and AV1 in
// 8 and 10 bit, 4:2:0 and 4:4:4.
const std::vector<media::VideoFormat>& known_formats();
std::string name(const media::VideoFormat& format);  // "HEVC 10 bit 4:4:4"

// What works on this machine: every back end × format, in order of preference. Slow (opens
// encoders, half a second and more): worker thread.
std::vector<EncoderReport> probe_report(const Options& options);

// As the rows of the report, for one back end and one format.
FormatReport try_out(const Backend& backend, const media::VideoFormat& format,
                     const Options& options);

// Worker thread. The wanted back end, or the first usable one for the codec; a failure moves on to
// the next and is reported in `notes`.
Result<std::unique_ptr<Encoder>> open(const Options& options, const Config& config,
                                      std::vector<std::string>* notes = nullptr);

}  // namespace pf::encode
