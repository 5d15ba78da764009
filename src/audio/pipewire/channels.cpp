#include "audio/pipewire/channels.hpp"

#include <spa/param/audio/format-utils.h>
#include <spa/param/param.h>
#include <spa/pod/builder.h>

#include <algorithm>

namespace pf::audio::pipewire {
namespace {

constexpr std::array kOrder{SPA_AUDIO_CHANNEL_FL,  SPA_AUDIO_CHANNEL_FR, SPA_AUDIO_CHANNEL_FC,
                            SPA_AUDIO_CHANNEL_LFE, SPA_AUDIO_CHANNEL_RL, SPA_AUDIO_CHANNEL_RR,
                            SPA_AUDIO_CHANNEL_SL,  SPA_AUDIO_CHANNEL_SR};

spa_pod* format(spa_pod_builder& builder, std::uint32_t id, spa_audio_format sample,
                unsigned channels) {
  spa_audio_info_raw info{};
  info.format = sample;
  info.rate = 48'000;
  // A program may claim any number for a sink of its own.
  info.channels = std::min(channels, static_cast<unsigned>(kOrder.size()));
  for (unsigned i = 0; i < info.channels; ++i) info.position[i] = kOrder[i];
  return spa_format_audio_raw_build(&builder, id, &info);
}

spa_pod_builder builder_over(std::span<std::uint8_t> memory) {
  spa_pod_builder builder{};
  spa_pod_builder_init(&builder, memory.data(), static_cast<std::uint32_t>(memory.size()));
  return builder;
}

}  // namespace

const char* positions(unsigned channels) {
  if (channels == 8) return "FL,FR,FC,LFE,RL,RR,SL,SR";
  return channels == 6 ? "FL,FR,FC,LFE,RL,RR" : "FL,FR";
}

const spa_pod* stream_format(std::span<std::uint8_t> memory, unsigned channels) {
  auto builder = builder_over(memory);
  return format(builder, SPA_PARAM_EnumFormat, SPA_AUDIO_FORMAT_F32, channels);
}

const spa_pod* port_config(std::span<std::uint8_t> memory, spa_direction direction,
                           unsigned channels) {
  auto builder = builder_over(memory);
  spa_pod_frame object{};
  spa_pod_builder_push_object(&builder, &object, SPA_TYPE_OBJECT_ParamPortConfig,
                              SPA_PARAM_PortConfig);
  spa_pod_builder_prop(&builder, SPA_PARAM_PORT_CONFIG_direction, 0);
  spa_pod_builder_id(&builder, direction);
  spa_pod_builder_prop(&builder, SPA_PARAM_PORT_CONFIG_mode, 0);
  spa_pod_builder_id(&builder, SPA_PARAM_PORT_CONFIG_MODE_dsp);
  spa_pod_builder_prop(&builder, SPA_PARAM_PORT_CONFIG_format, 0);
  format(builder, SPA_PARAM_Format, SPA_AUDIO_FORMAT_F32P, channels);
  return static_cast<const spa_pod*>(spa_pod_builder_pop(&builder, &object));
}

}  // namespace pf::audio::pipewire
