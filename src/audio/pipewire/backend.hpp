// PipeWire, for the registry.
#pragma once

#include "audio/microphone.hpp"
#include "audio/source.hpp"

namespace pf::audio::pipewire {

Result<> probe(const Options& options);
Result<std::unique_ptr<Source>> open(const Options& options, const Request& request);
Result<std::unique_ptr<Microphone>> open_microphone(const Options& options, const Request& request);
void prepare(const Options& options);
void release();
void restore(const Options& options);

}  // namespace pf::audio::pipewire
