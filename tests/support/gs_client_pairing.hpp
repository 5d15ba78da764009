// The client's half of pairing (gamestream.md 3), phase by phase, each callable in any order and
// corruptible. Test support.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "support/gs_client_crypto.hpp"
#include "support/gs_client_http.hpp"
#include "support/gs_client_identity.hpp"

namespace pf::test::gs {

struct Endpoints {
  Address http;
  Address https;
};

enum class PairOutcome {
  Paired = 1,
  PinWrong,           // Hs did not match after phase 3
  Declined,           // a phase answered paired≠1 or a status other than 200
  AlreadyInProgress,  // phase 1 without a certificate
  HostNotGenuine,     // the signature over Ss is not the host's
  NetworkFailed,
};

// One attempt. Call the phases in order, or not.
class Pairing {
 public:
  Pairing(Endpoints host, ClientIdentity identity, std::string pin);

  // What the client sends may be replaced: called with the parameter's name and its right value.
  std::function<std::string(const std::string& name, std::string right)> tamper;
  std::string unique_id = "0123456789ABCDEF";
  bool upper_case_hex = false;  // as Android and iOS
  Abort* abort = nullptr;       // breaks off phase 1
  // For vectors; random otherwise.
  Block salt, client_challenge, client_secret;

  // Each sends its request and keeps what the next one needs. Phase 1 returns when the PIN was
  // typed at the host.
  Result<Xml> get_server_cert();
  Result<Xml> send_client_challenge();
  Result<Xml> send_server_challenge_response();
  Result<Xml> send_client_pairing_secret();
  Result<Xml> pair_challenge();  // HTTPS
  Result<Xml> unpair();
  // A /pair request with just these parameters.
  Result<Xml> request(std::vector<std::pair<std::string, std::string>> parameters);

  // The pure computations.
  std::string client_challenge_hex() const;
  void take_challenge_response(const std::string& hex);
  std::string server_challenge_response_hex() const;
  void take_pairing_secret(const std::string& hex);
  std::string client_pairing_secret_hex() const;
  void take_server_certificate(const std::string& pem);

  // Verdicts after phase 3.
  bool host_hash_right() const;
  bool host_signature_right() const;
  const Bytes& host_der() const { return host_der_; }  // empty before phase 1
  const Bytes& server_hash() const { return server_hash_; }
  const Bytes& server_challenge() const { return server_challenge_; }

 private:
  std::string hex(ByteSpan bytes) const;
  std::string shaped(const std::string& name, std::string right) const;

  Endpoints host_;
  ClientIdentity identity_;
  std::string pin_;
  Block key_{};
  std::shared_ptr<X509> host_certificate_;
  Bytes host_der_;
  Bytes server_hash_, server_challenge_, server_secret_, server_signature_;
};

struct PairStyle {
  bool checks_hash = true;  // false: goes on to phase 4 with a wrong PIN, as embedded does
  bool unpairs = true;      // calls /unpair after a failure
};
struct PairResult {
  PairOutcome outcome = PairOutcome::NetworkFailed;
  unsigned phase = 0;     // where it ended
  unsigned status = 200;  // of that phase
  std::string message;
  Bytes host_der;  // to pin, when paired
};
// The whole exchange. Phase 1 takes its salt from `pairing` and the PIN's key is derived as soon as
// it answers.
PairResult run(Pairing& pairing, const PairStyle& style = {});

}  // namespace pf::test::gs
