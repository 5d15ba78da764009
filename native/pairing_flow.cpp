#include "native/pairing_flow.hpp"

namespace pf::native {

PairingFlow::PairingFlow(Executor& executor, trust::NativeDesk& desk, pairing::HostPeer peer,
                         Hooks hooks)
    : executor_(executor), hooks_(std::move(hooks)), ceremony_(desk, std::move(peer)) {}

void PairingFlow::wait(std::chrono::milliseconds time) {
  deadline_ = executor_.after(time, [this] {
    if (!done_) ceremony_.abandon();
    hooks_.close(wire::CloseCode::Normal, done_ ? "pairing done" : "");
  });
}

void PairingFlow::on_message(const wire::ControlMessage& message) {
  if (done_) return;  // the client is about to leave
  if (const auto* request = std::get_if<wire::PairRequest>(&message)) return on_request(*request);
  if (const auto* proof = std::get_if<wire::PairProof>(&message)) return on_proof(*proof);
  ceremony_.abandon();
  hooks_.close(wire::CloseCode::SetupFailed, "");
}

void PairingFlow::refuse(const pairing::Refusal& refusal) {
  deadline_.reset();
  hooks_.close(static_cast<wire::CloseCode>(refusal.code), refusal.reason);
}

void PairingFlow::on_request(const wire::PairRequest& request) {
  const auto outcome = ceremony_.on_request(request.name, request.spake_a);
  if (const auto* refusal = std::get_if<pairing::Refusal>(&outcome)) return refuse(*refusal);
  const auto& challenge = std::get<pairing::Challenge>(outcome);
  hooks_.send(wire::PairChallenge{Bytes(challenge.spake_b.begin(), challenge.spake_b.end()),
                                  challenge.confirm_host});
  wait(pairing::kStepWait);
}

void PairingFlow::on_proof(const wire::PairProof& proof) {
  const auto outcome = ceremony_.on_proof(proof.confirm);
  if (const auto* refusal = std::get_if<pairing::Refusal>(&outcome)) return refuse(*refusal);
  done_ = true;
  hooks_.send(wire::PairResult{std::get<pairing::Verdict>(outcome).ok});
  wait(pairing::kCloseWait);
}

}  // namespace pf::native
