// The requests and events of wlr-data-control-unstable-v1 (version 1) that a clipboard needs, as
// constants: the protocol's description is not packaged.
#pragma once

#include <wayland-client.h>

#include <cstdint>

namespace pf::clipboard::wlr {

inline constexpr const char* kManagerName = "zwlr_data_control_manager_v1";
inline constexpr std::uint32_t kManagerVersion = 1;

extern const wl_interface kManagerInterface;
extern const wl_interface kDeviceInterface;
extern const wl_interface kSourceInterface;
extern const wl_interface kOfferInterface;

// Event handlers in the protocol's order; called with the pointer given to the add call.
struct DeviceListener {
  void (*data_offer)(void*, wl_proxy*, wl_proxy* offer);
  void (*selection)(void*, wl_proxy*, wl_proxy* offer);  // null: nothing is copied
  void (*finished)(void*, wl_proxy*);
};
struct OfferListener {
  void (*offer)(void*, wl_proxy*, const char* kind);
};
struct SourceListener {
  void (*send)(void*, wl_proxy*, const char* kind, std::int32_t fd);  // fd: the receiver's to close
  void (*cancelled)(void*, wl_proxy*);
};

wl_proxy* get_device(wl_proxy* manager, wl_seat* seat, const DeviceListener& listener, void* data);
void listen(wl_proxy* offer, const OfferListener& listener, void* data);
// Asks for the text of an offer; `fd` stays the caller's.
void receive(wl_proxy* offer, const char* kind, int fd);
void destroy_offer(wl_proxy* offer);
wl_proxy* create_source(wl_proxy* manager, const SourceListener& listener, void* data);
void offer_kind(wl_proxy* source, const char* kind);
void set_selection(wl_proxy* device, wl_proxy* source);
void destroy_source(wl_proxy* source);
void destroy_device(wl_proxy* device);
void destroy_manager(wl_proxy* manager);

}  // namespace pf::clipboard::wlr
