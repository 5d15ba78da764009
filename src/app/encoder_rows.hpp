// What the encoders made of each format, in the words of the API.
#pragma once

#include "encode/encoder.hpp"
#include "webui/status_parts.hpp"

namespace pf::app {

// Without the synthetic encoder, which is for tests.
std::vector<webui::EncoderReport> encoder_rows(const std::vector<encode::EncoderReport>& reports);

}  // namespace pf::app
