#include "encode/libav/backend.hpp"

#include "encode/libav/flavour.hpp"

namespace pf::encode::libav {

Result<std::unique_ptr<Encoder>> open_nvenc(const Config& config, const Options& options) {
  return open_encoder(kNvenc, config, options);
}
Result<std::unique_ptr<Encoder>> open_vaapi(const Config& config, const Options& options) {
  return open_encoder(kVaapi, config, options);
}
Result<std::unique_ptr<Encoder>> open_x265(const Config& config, const Options& options) {
  return open_encoder(kX265, config, options);
}

}  // namespace pf::encode::libav
