#include "probe/avahi/avahi_browse.hpp"

#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <avahi-common/simple-watch.h>

#include <memory>

#include "base/clock.hpp"

namespace pf::probe::avahi {
namespace {

constexpr const char* kType = "_punktfunk._udp";

template <auto Free>
struct Delete {
  template <class T>
  void operator()(T* p) const noexcept {
    Free(p);
  }
};
using Poll = std::unique_ptr<AvahiSimplePoll, Delete<avahi_simple_poll_free>>;
using Client = std::unique_ptr<AvahiClient, Delete<avahi_client_free>>;
using Browser = std::unique_ptr<AvahiServiceBrowser, Delete<avahi_service_browser_free>>;

struct Search {
  AvahiClient* client = nullptr;
  std::vector<FoundHost> found;
  bool failed = false;
};

TxtRecords records(AvahiStringList* list) {
  TxtRecords out;
  for (; list != nullptr; list = avahi_string_list_get_next(list)) {
    char* key = nullptr;
    char* value = nullptr;
    if (avahi_string_list_get_pair(list, &key, &value, nullptr) != 0) continue;
    out.emplace_back(key, value != nullptr ? value : "");
    avahi_free(key);
    avahi_free(value);
  }
  return out;
}

void on_resolved(AvahiServiceResolver* resolver, AvahiIfIndex, AvahiProtocol,
                 AvahiResolverEvent event, const char* name, const char*, const char*, const char*,
                 const AvahiAddress* address, std::uint16_t port, AvahiStringList* txt,
                 AvahiLookupResultFlags, void* self) noexcept {
  auto& search = *static_cast<Search*>(self);
  if (event == AVAHI_RESOLVER_FOUND) {
    char text[AVAHI_ADDRESS_STR_MAX] = {};
    avahi_address_snprint(text, sizeof text, address);
    FoundHost host;
    host.name = name;
    host.address = text;
    host.port = port;
    if (read_txt(records(txt), host)) search.found.push_back(std::move(host));
  }
  avahi_service_resolver_free(resolver);
}

void on_browsed(AvahiServiceBrowser*, AvahiIfIndex interface, AvahiProtocol protocol,
                AvahiBrowserEvent event, const char* name, const char* type, const char* domain,
                AvahiLookupResultFlags, void* self) noexcept {
  auto& search = *static_cast<Search*>(self);
  if (event == AVAHI_BROWSER_FAILURE) search.failed = true;
  if (event != AVAHI_BROWSER_NEW) return;
  // Clients dial IPv4 only (punktfunk1.md 1). The resolver frees itself when it has answered, and
  // with its client otherwise.
  avahi_service_resolver_new(search.client, interface, protocol, name, type, domain,
                             AVAHI_PROTO_INET, AvahiLookupFlags{}, &on_resolved, self);
}

void on_client(AvahiClient* client, AvahiClientState state, void* self) noexcept {
  auto& search = *static_cast<Search*>(self);
  search.client = client;
  if (state == AVAHI_CLIENT_FAILURE) search.failed = true;
}

}  // namespace

Result<std::vector<FoundHost>> browse(std::chrono::milliseconds time) {
  const Poll poll(avahi_simple_poll_new());
  if (!poll) return fail(Errc::NoDiscovery, "out of memory");
  Search search;
  int error = 0;
  const Client client(avahi_client_new(avahi_simple_poll_get(poll.get()), AvahiClientFlags{},
                                       &on_client, &search, &error));
  if (!client)
    return fail(Errc::NoDiscovery, std::string("no Avahi daemon answers (") +
                                       avahi_strerror(error) +
                                       "); name the host by its address instead");
  search.client = client.get();
  const Browser browser(avahi_service_browser_new(client.get(), AVAHI_IF_UNSPEC, AVAHI_PROTO_INET,
                                                  kType, nullptr, AvahiLookupFlags{}, &on_browsed,
                                                  &search));
  if (!browser) return fail(Errc::NoDiscovery, avahi_strerror(avahi_client_errno(client.get())));
  const auto until = steady_now() + time;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - steady_now());
    if (left.count() <= 0) break;
    if (avahi_simple_poll_iterate(poll.get(), static_cast<int>(left.count())) != 0) break;
    if (search.failed) return fail(Errc::NoDiscovery, "the Avahi daemon went away");
  }
  return std::move(search.found);
}

}  // namespace pf::probe::avahi
