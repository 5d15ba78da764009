// The back ends that libavcodec drives, for the registry.
#pragma once

#include "encode/encoder.hpp"

namespace pf::encode::libav {

Result<std::unique_ptr<Encoder>> open_nvenc(const Config& config, const Options& options);
Result<std::unique_ptr<Encoder>> open_vaapi(const Config& config, const Options& options);
Result<std::unique_ptr<Encoder>> open_x265(const Config& config, const Options& options);

// The render node that vaapi uses: the wanted one, or the first; empty when there is none.
std::string render_node(const Options& options);

}  // namespace pf::encode::libav
