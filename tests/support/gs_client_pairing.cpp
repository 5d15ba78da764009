#include "support/gs_client_pairing.hpp"

#include <algorithm>

#include "base/hex.hpp"

namespace pf::test::gs {
namespace {

Bytes unhex(const std::string& text) {
  return from_hex(text).value_or(Bytes{});
}

}  // namespace

Pairing::Pairing(Endpoints host, ClientIdentity identity, std::string pin)
    : salt(random_block()),
      client_challenge(random_block()),
      client_secret(random_block()),
      host_(std::move(host)),
      identity_(std::move(identity)),
      pin_(std::move(pin)) {}

std::string Pairing::hex(ByteSpan bytes) const {
  auto text = to_hex(bytes);
  if (upper_case_hex)
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string Pairing::shaped(const std::string& name, std::string right) const {
  return tamper ? tamper(name, std::move(right)) : right;
}

Result<Xml> Pairing::request(std::vector<std::pair<std::string, std::string>> parameters) {
  parameters.insert(parameters.begin(),
                    {{"uniqueid", unique_id}, {"devicename", "roth"}, {"updateState", "1"}});
  HttpOptions options;
  options.abort = abort;
  options.patience = milliseconds(200'000);
  const auto reply = http_get(host_.http, target("/pair", parameters), options);
  if (!reply) return Failure(reply.error());
  return parse_xml(*reply);
}

Result<Xml> Pairing::get_server_cert() {
  auto xml = request({{"phrase", "getservercert"},
                      {"salt", shaped("salt", hex(salt))},
                      {"clientcert", shaped("clientcert", hex(as_bytes(identity_.pem())))}});
  if (xml) take_server_certificate(std::string(as_text(unhex(xml->value("plaincert")))));
  return xml;
}

void Pairing::take_server_certificate(const std::string& pem) {
  key_ = pin_key(salt, pin_);
  host_certificate_ = parse_pem(pem);
  host_der_ = host_certificate_ ? certificate_der(host_certificate_.get()) : Bytes{};
}

std::string Pairing::client_challenge_hex() const {
  return hex(ecb(key_, client_challenge, true));
}

void Pairing::take_challenge_response(const std::string& text) {
  const auto cipher = unhex(text);
  if (cipher.size() != 48) return;
  const auto plain = ecb(key_, cipher, false);
  server_hash_.assign(plain.begin(), plain.begin() + 32);
  server_challenge_.assign(plain.begin() + 32, plain.end());
}

std::string Pairing::server_challenge_response_hex() const {
  const auto hash =
      sha256(joined({server_challenge_, identity_.signature(), ByteSpan(client_secret)}));
  return hex(ecb(key_, hash, true));
}

void Pairing::take_pairing_secret(const std::string& text) {
  const auto secret = unhex(text);
  if (secret.size() <= 16) return;
  server_secret_.assign(secret.begin(), secret.begin() + 16);
  server_signature_.assign(secret.begin() + 16, secret.end());
}

std::string Pairing::client_pairing_secret_hex() const {
  return hex(joined({client_secret, identity_.sign(client_secret)}));
}

bool Pairing::host_hash_right() const {
  if (host_certificate_ == nullptr) return false;
  const auto hash = sha256(
      joined({client_challenge, certificate_signature(host_certificate_.get()), server_secret_}));
  return std::equal(hash.begin(), hash.end(), server_hash_.begin(), server_hash_.end());
}

bool Pairing::host_signature_right() const {
  return host_certificate_ != nullptr &&
         verify(host_certificate_.get(), server_secret_, server_signature_);
}

Result<Xml> Pairing::send_client_challenge() {
  auto xml = request({{"clientchallenge", shaped("clientchallenge", client_challenge_hex())}});
  if (xml) take_challenge_response(xml->value("challengeresponse"));
  return xml;
}

Result<Xml> Pairing::send_server_challenge_response() {
  auto xml = request(
      {{"serverchallengeresp", shaped("serverchallengeresp", server_challenge_response_hex())}});
  if (xml) take_pairing_secret(xml->value("pairingsecret"));
  return xml;
}

Result<Xml> Pairing::send_client_pairing_secret() {
  return request(
      {{"clientpairingsecret", shaped("clientpairingsecret", client_pairing_secret_hex())}});
}

Result<Xml> Pairing::pair_challenge() {
  HttpOptions options;
  options.identity = &identity_;
  options.pinned = host_der_;
  const auto reply = https_get(host_.https,
                               target("/pair", {{"uniqueid", unique_id},
                                                {"devicename", "roth"},
                                                {"updateState", "1"},
                                                {"phrase", "pairchallenge"}}),
                               options);
  if (!reply) return Failure(reply.error());
  return parse_xml(*reply);
}

Result<Xml> Pairing::unpair() {
  const auto reply = http_get(host_.http, target("/unpair", {{"uniqueid", unique_id}}));
  if (!reply) return Failure(reply.error());
  return parse_xml(*reply);
}

namespace {

// True when the attempt ends here; fills in why.
bool ended(const Result<Xml>& xml, unsigned phase, PairResult& result) {
  result.phase = phase;
  if (!xml) {
    result.outcome = PairOutcome::NetworkFailed;
    result.message = xml.error().message();
    return true;
  }
  result.status = xml->status_code;
  result.message = xml->status_message;
  if (!xml->ok() || xml->value("paired") != "1") {
    result.outcome = PairOutcome::Declined;
    return true;
  }
  return false;
}

PairResult phases(Pairing& p, const PairStyle& style) {
  PairResult result;
  if (ended(p.get_server_cert(), 1, result)) return result;
  if (p.host_der().empty()) {
    result.outcome = PairOutcome::AlreadyInProgress;
    return result;
  }
  if (ended(p.send_client_challenge(), 2, result)) return result;
  if (ended(p.send_server_challenge_response(), 3, result)) return result;
  if (!p.host_signature_right()) {
    result.outcome = PairOutcome::HostNotGenuine;
    return result;
  }
  if (style.checks_hash && !p.host_hash_right()) {
    result.outcome = PairOutcome::PinWrong;
    return result;
  }
  if (ended(p.send_client_pairing_secret(), 4, result)) return result;
  if (ended(p.pair_challenge(), 5, result)) return result;
  result.outcome = PairOutcome::Paired;
  result.host_der = p.host_der();
  return result;
}

}  // namespace

PairResult run(Pairing& pairing, const PairStyle& style) {
  auto result = phases(pairing, style);
  // What the host thinks of /unpair is of no interest to a client.
  if (result.outcome != PairOutcome::Paired && style.unpairs) static_cast<void>(pairing.unpair());
  return result;
}

}  // namespace pf::test::gs
