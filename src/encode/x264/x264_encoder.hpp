// H.264 in software through x264's own interface, which can be told to forget pictures.
#pragma once

#include "encode/encoder.hpp"

namespace pf::encode::x264 {

// Worker thread. Errc::BadInput, UnsupportedCodec or OpenFailed with x264's own complaint.
Result<std::unique_ptr<Encoder>> open_x264(const Config& config, const Options& options);

}  // namespace pf::encode::x264
