// AV1 in software by libaom through its own interface, which takes one picture and gives its unit.
#pragma once

#include "encode/encoder.hpp"

namespace pf::encode::aom {

Result<std::unique_ptr<Encoder>> open_aom(const Config& config, const Options& options);

}  // namespace pf::encode::aom
