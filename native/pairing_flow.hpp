// One PIN ceremony on one connection: the ceremony's messages and refusals, turned into answers,
// closes and time-outs (punktfunk1.md 5.1, 5.2). Control thread.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/event_loop.hpp"
#include "native/pairing/ceremony.hpp"
#include "native/wire/messages.hpp"

namespace pf::native {

class PairingFlow {
 public:
  struct Hooks {
    std::function<void(const wire::ControlMessage&)> send;
    std::function<void(wire::CloseCode, std::string_view reason)> close;
  };
  PairingFlow(Executor& executor, trust::NativeDesk& desk, pairing::HostPeer peer, Hooks hooks);

  // PairRequest first, then PairProof; anything else fails the ceremony.
  void on_message(const wire::ControlMessage& message);
  // The connection is gone.
  void abandon() { ceremony_.abandon(); }

 private:
  void wait(std::chrono::milliseconds time);
  void refuse(const pairing::Refusal& refusal);
  void on_request(const wire::PairRequest& request);
  void on_proof(const wire::PairProof& proof);

  Executor& executor_;
  Hooks hooks_;
  pairing::HostCeremony ceremony_;
  std::unique_ptr<Executor::Timer> deadline_;
  bool done_ = false;
};

}  // namespace pf::native
