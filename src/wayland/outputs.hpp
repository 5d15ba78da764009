// The outputs that a compositor announces.
#pragma once

#include <array>
#include <cstdint>
#include <string>

struct wl_output;
struct wl_registry;

namespace pf::wayland {

struct Output {
  wl_output* object = nullptr;
  std::uint32_t global = 0;              // its number in the registry
  std::uint32_t refresh_millihertz = 0;  // of its current mode; 0 while it has not told
  std::string name;                      // empty from compositors that tell none
};

// A member of a Client, whose thread it belongs to.
class Outputs {
 public:
  Outputs() = default;
  ~Outputs();
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;

  // From Client::on_global: binds what is an output; the first 16 are kept.
  void on_global(wl_registry* registry, std::uint32_t id, const char* interface,
                 std::uint32_t version);
  // By name; the only one when the compositor tells no names. Null when there is none; else valid
  // for as long as this object.
  const Output* find(const std::string& name) const;

 private:
  std::array<Output, 16> all_;
  std::size_t count_ = 0;
};

}  // namespace pf::wayland
