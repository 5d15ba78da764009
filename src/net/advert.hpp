// Announces services on the local network (mDNS / DNS-SD). gamestream.md 1.2.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pf::net {

struct Service {
  std::string instance;  // shown to people; at most 63 bytes; empty = the host's name
  std::string type;      // "_nvstream._tcp"
  std::uint16_t port = 0;
  std::vector<std::pair<std::string, std::string>> txt;
  bool operator==(const Service&) const = default;
};

struct AdvertStatus {
  enum class State : std::uint8_t {
    Unavailable = 1,  // built without Avahi
    Waiting,          // no daemon yet; retried quietly
    Publishing,       // the daemon is checking the names
    Published,
  };
  State state = State::Waiting;
  // For people: what is missing and what to do, or the names in use.
  std::string note;
};

// Owns its thread. All members: any thread; none blocks on the network. Destroying it withdraws
// every service.
class Advert {
 public:
  virtual ~Advert() = default;
  // Replaces everything that is announced. Names that are taken get a number appended.
  virtual void publish(std::vector<Service> services) = 0;
  virtual AdvertStatus status() const = 0;
};

// Never fails and never stops anything else: without a daemon it says so once in the log and
// announces as soon as one appears.
std::unique_ptr<Advert> make_advert();

}  // namespace pf::net
