// What differs between the encoders that libavcodec drives: names, options, hardware.
#pragma once

#include <memory>
#include <string>

#include "encode/encoder.hpp"
#include "encode/feed.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/dict.h>
}

namespace pf::encode::libav {

struct Flavour {
  const char* name;
  bool bitrate_at_run_time;  // otherwise a change of bitrate opens the codec anew (with an IDR)
  // libavcodec's encoder, nullptr = not offered.
  const char* (*codec_name)(const media::VideoFormat&);
  // What is missing on this machine, in words with the fix; before anything is opened.
  Result<> (*check)(const Options&);
  // Options of this encoder; size, rate, bitrate and colour are already set.
  void (*tune)(AVCodecContext& context, AVDictionary*& options, const Config&, const Options&);
  // The device that pictures are uploaded to; nullptr when the encoder takes system memory.
  Result<AVBufferRef*> (*open_device)(const Options&);
  // How it wants 4:2:0, and where in 16 bits the 10 stand.
  Planes planes = Planes::Two;
  Bits bits = Bits::High;
};

extern const Flavour kX265;
extern const Flavour kNvenc;
extern const Flavour kVaapi;

// Worker thread.
Result<std::unique_ptr<Encoder>> open_encoder(const Flavour& flavour, const Config& config,
                                              const Options& options);

}  // namespace pf::encode::libav
