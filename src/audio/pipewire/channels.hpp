// Channel order and formats in PipeWire's terms.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <spa/param/audio/raw.h>
#include <spa/pod/pod.h>
#include <spa/utils/defs.h>

namespace pf::audio::pipewire {

// "FL,FR,FC,LFE,RL,RR,SL,SR" as far as `channels` (2, 6, 8) goes: the order of gamestream.md 8.3.
const char* positions(unsigned channels);

// Interleaved 48 kHz floats, for a stream's connect. The pod lives in `memory`.
const spa_pod* stream_format(std::span<std::uint8_t> memory, unsigned channels);

// One port per channel, in the graph's own format.
const spa_pod* port_config(std::span<std::uint8_t> memory, spa_direction direction,
                           unsigned channels);

}  // namespace pf::audio::pipewire
