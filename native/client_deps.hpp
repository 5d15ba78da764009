// What every native client works with. Owned by the front end; outlives its clients. Control
// thread.
#pragma once

#include <memory>

#include "apps/catalogue.hpp"
#include "base/event_loop.hpp"
#include "crypto/identity.hpp"
#include "native/frontend.hpp"
#include "native/hub.hpp"
#include "native/speed_test.hpp"
#include "net/udp_socket.hpp"
#include "session/manager.hpp"
#include "trust/allow_list.hpp"
#include "trust/native_desk.hpp"

namespace pf::native {

struct ClientDeps {
  Executor& loop;
  trust::AllowList& allow_list;
  trust::NativeDesk& desk;
  session::Manager& sessions;
  const apps::Catalogue& catalogue;
  const crypto::Identity& identity;
  const FrontendConfig& config;
  std::shared_ptr<Hub> hub;
  std::shared_ptr<net::UdpSocket> socket;  // the QUIC port's own: media of generation 2
  LastTests last_tests{};                  // of devices that dial for nothing else

  // How many clients stream or are about to.
  std::size_t slots_in_use() const;
  // A slot is free: whoever waits may try again.
  void slot_freed();
};

}  // namespace pf::native
