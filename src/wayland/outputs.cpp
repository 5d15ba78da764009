#include "wayland/outputs.hpp"

#include <wayland-client.h>

#include <algorithm>
#include <cstring>

namespace pf::wayland {
namespace {

constexpr std::uint32_t kVersion = 4;  // the first that tells its name

constexpr wl_output_listener kListener = {
    [](void*, wl_output*, std::int32_t, std::int32_t, std::int32_t, std::int32_t, std::int32_t,
       const char*, const char*, std::int32_t) {},
    [](void* self, wl_output*, std::uint32_t flags, std::int32_t, std::int32_t,
       std::int32_t refresh) {
      if ((flags & WL_OUTPUT_MODE_CURRENT) != 0 && refresh > 0)
        static_cast<Output*>(self)->refresh_millihertz = static_cast<std::uint32_t>(refresh);
    },
    [](void*, wl_output*) {},
    [](void*, wl_output*, std::int32_t) {},
    [](void* self, wl_output*, const char* name) { static_cast<Output*>(self)->name = name; },
    [](void*, wl_output*, const char*) {}};

}  // namespace

Outputs::~Outputs() {
  for (std::size_t i = 0; i < count_; ++i) wl_output_destroy(all_[i].object);
}

void Outputs::on_global(wl_registry* registry, std::uint32_t id, const char* interface,
                        std::uint32_t version) {
  if (std::strcmp(interface, wl_output_interface.name) != 0 || count_ == all_.size()) return;
  auto* const bound = static_cast<wl_output*>(
      wl_registry_bind(registry, id, &wl_output_interface, std::min(version, kVersion)));
  if (bound == nullptr) return;
  auto& slot = all_[count_++];
  slot.global = id;
  slot.object = bound;
  wl_output_add_listener(bound, &kListener, &slot);
}

const Output* Outputs::find(const std::string& name) const {
  const Output* found = nullptr;
  for (std::size_t i = 0; i < count_; ++i)
    if (all_[i].name == name || (all_[i].name.empty() && count_ == 1)) found = &all_[i];
  return found;
}

}  // namespace pf::wayland
