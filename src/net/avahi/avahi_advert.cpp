#include "net/avahi/avahi_advert.hpp"

#include <avahi-client/client.h>
#include <avahi-client/publish.h>
#include <avahi-common/alternative.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <avahi-common/strlst.h>
#include <avahi-common/thread-watch.h>
#include <avahi-common/timeval.h>

#include <mutex>
#include <set>

#include "base/log.hpp"

namespace pf::net::avahi {
namespace {

constexpr unsigned kRetryMs = 3'000;
constexpr int kMaxRenames = 32;

// Avahi's own thread runs every callback with the poll's lock held; public members take the same
// lock, so all state but the status is guarded by it.
class AvahiAdvert final : public Advert {
 public:
  AvahiAdvert() : poll_(avahi_threaded_poll_new()) {
    if (poll_ == nullptr) {
      set_status(AdvertStatus::State::Waiting, "out of memory");
      return;
    }
    set_status(AdvertStatus::State::Waiting, "looking for the Avahi daemon");
    connect();
    started_ = avahi_threaded_poll_start(poll_) == 0;
  }

  ~AvahiAdvert() override {
    if (poll_ == nullptr) return;
    if (started_) avahi_threaded_poll_stop(poll_);
    // The thread is gone: no callback can come any more.
    drop_client();
    if (retry_ != nullptr) api()->timeout_free(retry_);
    avahi_threaded_poll_free(poll_);
  }

  void publish(std::vector<Service> services) override {
    if (poll_ == nullptr) return;
    avahi_threaded_poll_lock(poll_);
    if (services != services_) {
      services_ = std::move(services);
      names_.clear();
      renames_ = 0;
      if (running_) announce();
    }
    avahi_threaded_poll_unlock(poll_);
  }

  AdvertStatus status() const override {
    const std::lock_guard lock(status_mutex_);
    return status_;
  }

 private:
  const AvahiPoll* api() const { return avahi_threaded_poll_get(poll_); }

  void set_status(AdvertStatus::State state, std::string note) {
    const std::lock_guard lock(status_mutex_);
    status_ = {state, std::move(note)};
  }

  void connect() {
    int error = 0;
    client_ = avahi_client_new(api(), AVAHI_CLIENT_NO_FAIL, &on_client, this, &error);
    if (client_ != nullptr) return;
    drop_client();
    daemon_missing(error);
  }

  void drop_client() {
    running_ = false;
    group_ = nullptr;  // freed with its client
    if (client_ != nullptr) avahi_client_free(std::exchange(client_, nullptr));
  }

  void daemon_missing(int error) {
    set_status(AdvertStatus::State::Waiting,
               std::string("no Avahi daemon answers (") + avahi_strerror(error) +
                   "): apt install avahi-daemon, or add this host by its address in the client");
    if (!std::exchange(said_missing_, true))
      log::info("net", "not announced on the network: no Avahi daemon; will announce when it runs",
                "reason", avahi_strerror(error));
    timeval when{};
    avahi_elapse_time(&when, kRetryMs, 0);
    if (retry_ == nullptr)
      retry_ = api()->timeout_new(api(), &when, &on_retry, this);
    else
      api()->timeout_update(retry_, &when);
  }

  static void on_retry(AvahiTimeout* timeout, void* self) noexcept {
    auto& advert = *static_cast<AvahiAdvert*>(self);
    advert.api()->timeout_update(timeout, nullptr);
    advert.drop_client();
    advert.connect();
  }

  static void on_client(AvahiClient* client, AvahiClientState state, void* self) noexcept {
    auto& advert = *static_cast<AvahiAdvert*>(self);
    // The first call comes from inside avahi_client_new.
    advert.client_ = client;
    switch (state) {
      case AVAHI_CLIENT_S_RUNNING:
        advert.running_ = true;
        advert.said_missing_ = false;
        advert.announce();
        break;
      case AVAHI_CLIENT_S_REGISTERING:
      case AVAHI_CLIENT_S_COLLISION:
        // The host's own name is being settled; our records point at it.
        advert.running_ = false;
        if (advert.group_ != nullptr) avahi_entry_group_reset(advert.group_);
        break;
      case AVAHI_CLIENT_CONNECTING:
        advert.running_ = false;
        advert.set_status(AdvertStatus::State::Waiting, "waiting for the Avahi daemon");
        break;
      case AVAHI_CLIENT_FAILURE:
        advert.running_ = false;
        // A client cannot be freed from its own callback: the retry does it.
        advert.daemon_missing(avahi_client_errno(client));
        break;
    }
  }

  static void on_group(AvahiEntryGroup* group, AvahiEntryGroupState state, void* self) noexcept {
    auto& advert = *static_cast<AvahiAdvert*>(self);
    advert.group_ = group;
    switch (state) {
      case AVAHI_ENTRY_GROUP_ESTABLISHED:
        advert.established();
        break;
      case AVAHI_ENTRY_GROUP_COLLISION:
        if (advert.rename()) advert.announce();
        break;
      case AVAHI_ENTRY_GROUP_FAILURE:
        advert.set_status(AdvertStatus::State::Waiting,
                          avahi_strerror(avahi_client_errno(advert.client_)));
        break;
      case AVAHI_ENTRY_GROUP_UNCOMMITED:
      case AVAHI_ENTRY_GROUP_REGISTERING:
        break;
    }
  }

  void established() {
    std::string names;
    const std::set<std::string> different(names_.begin(), names_.end());
    for (const auto& name : different) names += (names.empty() ? "" : ", ") + name;
    set_status(AdvertStatus::State::Published, names);
    log::info("net", "announced on the network", "name", names);
  }

  // Every service gets the next free-looking name; which of them collided is not told.
  bool rename() {
    if (++renames_ > kMaxRenames) return false;
    for (auto& name : names_) {
      char* next = avahi_alternative_service_name(name.c_str());
      name = next;
      avahi_free(next);
    }
    return true;
  }

  void announce() {
    if (client_ == nullptr || services_.empty()) {
      if (group_ != nullptr) avahi_entry_group_reset(group_);
      return;
    }
    if (group_ == nullptr) group_ = avahi_entry_group_new(client_, &on_group, this);
    if (group_ == nullptr) return not_added(avahi_client_errno(client_));
    if (names_.empty()) {
      for (const auto& service : services_)
        names_.push_back(service.instance.empty() ? avahi_client_get_host_name(client_)
                                                  : service.instance);
    }
    for (;;) {
      avahi_entry_group_reset(group_);
      const int error = add_all();
      if (error == 0) break;
      if (error != AVAHI_ERR_COLLISION || !rename()) return not_added(error);
    }
    set_status(AdvertStatus::State::Publishing, "the Avahi daemon is checking the name");
    if (const int error = avahi_entry_group_commit(group_); error != 0) not_added(error);
  }

  void not_added(int error) {
    set_status(AdvertStatus::State::Waiting, avahi_strerror(error));
    log::warn("net", "the Avahi daemon refused the announcement", "reason", avahi_strerror(error));
  }

  int add_all() {
    for (std::size_t i = 0; i < services_.size(); ++i) {
      const auto& service = services_[i];
      AvahiStringList* txt = nullptr;
      for (const auto& [key, value] : service.txt)
        txt = avahi_string_list_add_pair(txt, key.c_str(), value.c_str());
      txt = avahi_string_list_reverse(txt);
      const int error = avahi_entry_group_add_service_strlst(
          group_, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, AvahiPublishFlags{}, names_[i].c_str(),
          service.type.c_str(), nullptr, nullptr, service.port, txt);
      avahi_string_list_free(txt);
      if (error != 0) return error;
    }
    return 0;
  }

  AvahiThreadedPoll* poll_;
  bool started_ = false;
  AvahiClient* client_ = nullptr;
  AvahiEntryGroup* group_ = nullptr;
  AvahiTimeout* retry_ = nullptr;
  bool running_ = false;  // the daemon accepts records
  bool said_missing_ = false;
  int renames_ = 0;
  std::vector<Service> services_;
  std::vector<std::string> names_;  // in use, one per service

  mutable std::mutex status_mutex_;
  AdvertStatus status_;
};

}  // namespace

std::unique_ptr<Advert> make() {
  return std::make_unique<AvahiAdvert>();
}

}  // namespace pf::net::avahi
