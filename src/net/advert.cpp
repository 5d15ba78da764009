#include "net/advert.hpp"

#include "base/log.hpp"

#ifdef PF_HAVE_NET_AVAHI
#include "net/avahi/avahi_advert.hpp"
#endif

namespace pf::net {

#ifdef PF_HAVE_NET_AVAHI

std::unique_ptr<Advert> make_advert() {
  return avahi::make();
}

#else

namespace {

class NoAdvert final : public Advert {
 public:
  void publish(std::vector<Service>) override {
    if (!std::exchange(said_, true))
      log::info("net", "not announced on the network: built without Avahi");
  }
  AdvertStatus status() const override {
    return {AdvertStatus::State::Unavailable,
            "built without Avahi; add this host by its address in the client"};
  }

 private:
  bool said_ = false;
};

}  // namespace

std::unique_ptr<Advert> make_advert() {
  return std::make_unique<NoAdvert>();
}

#endif

}  // namespace pf::net
