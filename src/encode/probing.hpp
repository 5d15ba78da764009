// The probe of every encoder in parts, for whoever cannot wait for all of it.
#pragma once

#include <functional>
#include <stop_token>

#include "encode/encoder.hpp"

namespace pf::encode {

// probe_report(), one back end after the other: `known` has the rows of each as soon as they are
// there, on the caller's thread. On a busy machine all of it takes a minute, so this is no task for
// a worker. After a stop, which is noticed between two formats, no more is told.
void probe_each(const Options& options, const std::function<void(EncoderReport)>& known,
                const std::stop_token& stop = {});

}  // namespace pf::encode
