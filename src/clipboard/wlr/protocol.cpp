#include "clipboard/wlr/protocol.hpp"

namespace pf::clipboard::wlr {
namespace {

// Opcodes: the position of each request in its interface.
enum ManagerRequest : std::uint32_t { kCreateSource = 0, kGetDevice = 1, kManagerDestroy = 2 };
enum DeviceRequest : std::uint32_t { kSetSelection = 0, kDeviceDestroy = 1 };
enum SourceRequest : std::uint32_t { kOfferKind = 0, kSourceDestroy = 1 };
enum OfferRequest : std::uint32_t { kReceive = 0, kOfferDestroy = 1 };

const wl_interface* const kPlain[] = {nullptr, nullptr};
const wl_interface* const kSourceTypes[] = {&kSourceInterface};
const wl_interface* const kDeviceTypes[] = {&kDeviceInterface, &wl_seat_interface};
const wl_interface* const kOfferTypes[] = {&kOfferInterface};

// libwayland's tables are not const-correct, but are only read.
const wl_interface** types(const wl_interface* const* list) {
  return const_cast<const wl_interface**>(list);
}

const wl_message kManagerRequests[] = {
    {"create_data_source", "n", types(kSourceTypes)},
    {"get_data_device", "no", types(kDeviceTypes)},
    {"destroy", "", types(kPlain)},
};
const wl_message kDeviceRequests[] = {
    {"set_selection", "?o", types(kSourceTypes)},
    {"destroy", "", types(kPlain)},
};
const wl_message kDeviceEvents[] = {
    {"data_offer", "n", types(kOfferTypes)},
    {"selection", "?o", types(kOfferTypes)},
    {"finished", "", types(kPlain)},
};
const wl_message kSourceRequests[] = {
    {"offer", "s", types(kPlain)},
    {"destroy", "", types(kPlain)},
};
const wl_message kSourceEvents[] = {
    {"send", "sh", types(kPlain)},
    {"cancelled", "", types(kPlain)},
};
const wl_message kOfferRequests[] = {
    {"receive", "sh", types(kPlain)},
    {"destroy", "", types(kPlain)},
};
const wl_message kOfferEvents[] = {
    {"offer", "s", types(kPlain)},
};

template <class Listener>
void add_listener(wl_proxy* proxy, const Listener& listener, void* data) {
  wl_proxy_add_listener(proxy, reinterpret_cast<void (**)()>(const_cast<Listener*>(&listener)),
                        data);
}

void destroy(wl_proxy* proxy, std::uint32_t request) {
  wl_proxy_marshal_flags(proxy, request, nullptr, wl_proxy_get_version(proxy),
                         WL_MARSHAL_FLAG_DESTROY);
}

}  // namespace

const wl_interface kManagerInterface = {kManagerName, 1, 3, kManagerRequests, 0, nullptr};
const wl_interface kDeviceInterface = {
    "zwlr_data_control_device_v1", 1, 2, kDeviceRequests, 3, kDeviceEvents};
const wl_interface kSourceInterface = {
    "zwlr_data_control_source_v1", 1, 2, kSourceRequests, 2, kSourceEvents};
const wl_interface kOfferInterface = {
    "zwlr_data_control_offer_v1", 1, 2, kOfferRequests, 1, kOfferEvents};

wl_proxy* get_device(wl_proxy* manager, wl_seat* seat, const DeviceListener& listener, void* data) {
  wl_proxy* device = wl_proxy_marshal_flags(manager, kGetDevice, &kDeviceInterface,
                                            wl_proxy_get_version(manager), 0, nullptr, seat);
  if (device != nullptr) add_listener(device, listener, data);
  return device;
}

void listen(wl_proxy* offer, const OfferListener& listener, void* data) {
  add_listener(offer, listener, data);
}

void receive(wl_proxy* offer, const char* kind, int fd) {
  wl_proxy_marshal_flags(offer, kReceive, nullptr, wl_proxy_get_version(offer), 0, kind, fd);
}

void destroy_offer(wl_proxy* offer) {
  destroy(offer, kOfferDestroy);
}

wl_proxy* create_source(wl_proxy* manager, const SourceListener& listener, void* data) {
  wl_proxy* source = wl_proxy_marshal_flags(manager, kCreateSource, &kSourceInterface,
                                            wl_proxy_get_version(manager), 0, nullptr);
  if (source != nullptr) add_listener(source, listener, data);
  return source;
}

void offer_kind(wl_proxy* source, const char* kind) {
  wl_proxy_marshal_flags(source, kOfferKind, nullptr, wl_proxy_get_version(source), 0, kind);
}

void set_selection(wl_proxy* device, wl_proxy* source) {
  wl_proxy_marshal_flags(device, kSetSelection, nullptr, wl_proxy_get_version(device), 0, source);
}

void destroy_source(wl_proxy* source) {
  destroy(source, kSourceDestroy);
}
void destroy_device(wl_proxy* device) {
  destroy(device, kDeviceDestroy);
}
void destroy_manager(wl_proxy* manager) {
  destroy(manager, kManagerDestroy);
}

}  // namespace pf::clipboard::wlr
