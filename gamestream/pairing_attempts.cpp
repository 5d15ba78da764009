#include "gamestream/pairing_attempts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/hex.hpp"
#include "gamestream/pairing.hpp"
#include "gamestream/xml.hpp"

namespace pf::gamestream {
namespace {

using pairing::Block;

constexpr unsigned kMinRsaBits = 2048;
constexpr std::size_t kMaxUniqueId = 64;
// It is shown to people, so nothing but plain characters; clients send hexadecimal digits.
bool plain_unique_id(const std::string& text) {
  return text.size() <= kMaxUniqueId &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

constexpr const char* kStockDeviceName = "roth";  // what every stock client calls itself

using Exchange = std::shared_ptr<http::Exchange>;

void answer(const Exchange& exchange, const XmlReply& reply) {
  exchange->respond({200, "application/xml; charset=utf-8", reply.str(), {}});
}
void paired(const Exchange& exchange, const char* element, ByteSpan bytes) {
  answer(exchange, XmlReply().element("paired", 1).element(element, to_hex(bytes)));
}
void not_paired(const Exchange& exchange, unsigned status, std::string_view why = {}) {
  answer(exchange, XmlReply(status, why).element("paired", 0));
}

std::optional<Bytes> hex_value(const http::Request& request, std::string_view name) {
  const auto* const text = request.query_value(name);
  return text == nullptr ? std::nullopt : from_hex(*text);
}

std::optional<Block> block_value(const http::Request& request, std::string_view name) {
  const auto bytes = hex_value(request, name);
  Block block;
  if (!bytes || bytes->size() != block.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), block.begin());
  return block;
}

enum class Stage : std::uint8_t { WaitingForPin = 1, Challenge, Commitment, Secret };

struct Attempt {
  explicit Attempt(crypto::Certificate certificate) : client(std::move(certificate)) {}
  ~Attempt() {
    crypto::wipe(key);
    crypto::wipe(server_secret);
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  std::uint64_t serial = 0;
  std::uint64_t desk_id = 0;
  net::Endpoint remote;
  Stage stage = Stage::WaitingForPin;
  crypto::Certificate client;
  Block salt{};
  std::string name;            // empty: none was given
  trust::AccessChoice access;  // the operator's, with the PIN
  Block key{};
  Block server_secret{};
  Block server_challenge{};
  crypto::Sha256 commitment{};
  std::unique_ptr<Executor::Timer> timer;
};

// What probably happened when an attempt stops between two phases, for the operator.
const char* why_unfinished(Stage stage) {
  switch (stage) {
    case Stage::WaitingForPin:
      return "the device gave up before its PIN was typed";
    case Stage::Challenge:
      return "the device did not go on after its PIN was typed";
    case Stage::Commitment:
    case Stage::Secret:
      return "the device stopped half-way; most likely the PIN that was typed is not the one it "
             "showed";
  }
  return "";
}

}  // namespace

struct PairingAttempts::Impl {
  Executor& executor;
  trust::PairingDesk& desk;
  trust::AllowList& allow_list;
  const crypto::Identity& host;
  std::function<void(MutableByteSpan)> random;
  std::map<std::string, std::unique_ptr<Attempt>> attempts;
  std::uint64_t next_serial = 1;
  // Callbacks kept elsewhere (desk, exchange, timer) look here whether this object still exists.
  std::shared_ptr<int> alive = std::make_shared<int>(0);

  static std::string key_of(const http::Request& request) {
    const auto* const unique_id = request.query_value("uniqueid");
    return request.remote.address() + "|" + (unique_id == nullptr ? "" : *unique_id);
  }
  Attempt* find(const std::string& key, std::uint64_t serial) {
    const auto it = attempts.find(key);
    return it == attempts.end() || it->second->serial != serial ? nullptr : it->second.get();
  }
  std::unique_ptr<Attempt> take(const std::string& key) {
    const auto it = attempts.find(key);
    if (it == attempts.end()) return nullptr;
    auto attempt = std::move(it->second);
    attempts.erase(it);
    return attempt;
  }
  // Ends an attempt without success. An empty reason: nothing worth telling.
  void drop(const std::string& key, const std::string& why) {
    const auto attempt = take(key);
    if (!attempt) return;
    if (!why.empty()) desk.report(attempt->desk_id, false, why);
    if (attempt->stage == Stage::WaitingForPin) desk.cancel(attempt->desk_id);
  }

  void begin(const Exchange& exchange, const std::string& key);
  void typed(Attempt& attempt, const Exchange& exchange, const trust::PinAnswer& typed);
  void challenge(const Exchange& exchange, const std::string& key, Attempt& attempt);
  void commitment(const Exchange& exchange, const std::string& key, Attempt& attempt);
  void secret(const Exchange& exchange, std::unique_ptr<Attempt> attempt);
  void malformed(const Exchange& exchange, const std::string& key, const char* why);
};

PairingAttempts::PairingAttempts(Executor& executor, trust::PairingDesk& desk,
                                 trust::AllowList& allow_list, const crypto::Identity& host,
                                 std::function<void(MutableByteSpan)> random)
    : impl_(new Impl{executor, desk, allow_list, host, std::move(random), {}, 1}) {}

PairingAttempts::~PairingAttempts() {
  while (!impl_->attempts.empty()) impl_->drop(std::string(impl_->attempts.begin()->first), "");
}

std::size_t PairingAttempts::size() const {
  return impl_->attempts.size();
}

void PairingAttempts::cancel_from(const net::Endpoint& remote) {
  std::vector<std::pair<std::string, Stage>> ended;
  for (const auto& [key, attempt] : impl_->attempts)
    if (attempt->remote.same_address(remote)) ended.emplace_back(key, attempt->stage);
  for (const auto& [key, stage] : ended) impl_->drop(key, why_unfinished(stage));
}

void PairingAttempts::handle(const Exchange& exchange) {
  const auto& request = exchange->request();
  const auto* const phrase = request.query_value("phrase");
  const auto* const unique_id = request.query_value("uniqueid");
  if (unique_id != nullptr && !plain_unique_id(*unique_id))
    return not_paired(exchange, 400, "The request is malformed.");
  const auto key = Impl::key_of(request);
  if (phrase != nullptr && *phrase == "getservercert") return impl_->begin(exchange, key);

  const auto it = impl_->attempts.find(key);
  if (it == impl_->attempts.end())
    return not_paired(exchange, 400, "No pairing is under way with this device.");
  auto& attempt = *it->second;
  if (request.query_value("clientchallenge") != nullptr && attempt.stage == Stage::Challenge)
    return impl_->challenge(exchange, key, attempt);
  if (request.query_value("serverchallengeresp") != nullptr && attempt.stage == Stage::Commitment)
    return impl_->commitment(exchange, key, attempt);
  if (request.query_value("clientpairingsecret") != nullptr && attempt.stage == Stage::Secret)
    return impl_->secret(exchange, impl_->take(key));
  impl_->malformed(exchange, key, "the device's requests came out of order");
}

void PairingAttempts::Impl::malformed(const Exchange& exchange, const std::string& key,
                                      const char* why) {
  drop(key, why);
  not_paired(exchange, 400, "The pairing request is malformed or out of order.");
}

void PairingAttempts::Impl::begin(const Exchange& exchange, const std::string& key) {
  const auto& request = exchange->request();
  const auto salt = block_value(request, "salt");
  const auto pem = hex_value(request, "clientcert");
  auto certificate = pem ? crypto::Certificate::from_pem(as_text(*pem))
                         : Result<crypto::Certificate>(fail(crypto::Errc::BadPem));
  if (!salt || !certificate || certificate->rsa_bits() < kMinRsaBits)
    return malformed(exchange, key, "the device began anew with a malformed request");
  // Most clients send the same uniqueid, so another certificate from this address is another
  // client: while the first one waits for its PIN, the second is told so (3.2, "already in
  // progress").
  if (const auto it = attempts.find(key);
      it != attempts.end() && it->second->stage == Stage::WaitingForPin &&
      it->second->client.fingerprint() != certificate->fingerprint())
    return answer(exchange, XmlReply().element("paired", 1));
  // A stale attempt must not stand in the way of the next one.
  drop(key, attempts.contains(key) ? "the device began anew" : "");

  const auto serial = next_serial++;
  trust::PinRequest waiting;
  waiting.plane = trust::Plane::GameStream;
  if (const auto* const id = request.query_value("uniqueid")) waiting.unique_id = *id;
  waiting.fingerprint = certificate->fingerprint();
  waiting.from = request.remote;
  {
    auto attempt = std::make_unique<Attempt>(std::move(*certificate));
    attempt->serial = serial;
    attempt->remote = request.remote;
    attempt->salt = *salt;
    const auto* const name = request.query_value("devicename");
    if (name != nullptr && *name != kStockDeviceName) attempt->name = *name;
    attempt->timer =
        executor.after(kPairingTimeLimit, [this, watch = std::weak_ptr(alive), key, serial] {
          if (watch.expired()) return;
          if (const auto* const late = find(key, serial)) drop(key, why_unfinished(late->stage));
        });
    attempts[key] = std::move(attempt);
  }
  const auto id = desk.wait_for_pin(
      std::move(waiting),
      [this, watch = std::weak_ptr(alive), key, serial, exchange](const trust::PinAnswer& given) {
        using Kind = trust::PinAnswer::Kind;
        auto* const attempt = watch.expired() ? nullptr : find(key, serial);
        if (attempt != nullptr && given.kind == Kind::Typed)
          return typed(*attempt, exchange, given);
        if (attempt != nullptr) take(key);
        not_paired(exchange, 400,
                   given.kind == Kind::TimedOut   ? "Nobody typed the PIN at the host in time."
                   : given.kind == Kind::Replaced ? "A newer pairing attempt took over."
                                                  : "The pairing was cancelled.");
      });
  auto* const attempt = find(key, serial);
  if (!id) {
    if (attempt != nullptr) take(key);
    // "Another pairing attempt is already in progress": success without a certificate
    // (gamestream.md 3.2).
    return answer(exchange, XmlReply().element("paired", 1));
  }
  if (attempt == nullptr) return;
  attempt->desk_id = *id;
  exchange->on_abandoned([this, watch = std::weak_ptr(alive), key, serial] {
    if (watch.expired()) return;
    if (const auto* const gone = find(key, serial)) drop(key, why_unfinished(gone->stage));
  });
}

void PairingAttempts::Impl::typed(Attempt& attempt, const Exchange& exchange,
                                  const trust::PinAnswer& given) {
  attempt.key = pairing::derive_key(attempt.salt, given.pin);
  if (!given.label.empty()) attempt.name = given.label;
  attempt.access = given.access;
  attempt.stage = Stage::Challenge;
  paired(exchange, "plaincert", as_bytes(host.certificate_pem()));
}

void PairingAttempts::Impl::challenge(const Exchange& exchange, const std::string& key,
                                      Attempt& attempt) {
  const auto encrypted = hex_value(exchange->request(), "clientchallenge");
  random(attempt.server_secret);
  random(attempt.server_challenge);
  const auto reply =
      encrypted ? pairing::answer_challenge(attempt.key, *encrypted, host.certificate().signature(),
                                            attempt.server_secret, attempt.server_challenge)
                : Result<Bytes>(fail(crypto::Errc::BadKey));
  if (!reply) return malformed(exchange, key, "the device sent a malformed challenge");
  attempt.stage = Stage::Commitment;
  paired(exchange, "challengeresponse", *reply);
}

void PairingAttempts::Impl::commitment(const Exchange& exchange, const std::string& key,
                                       Attempt& attempt) {
  const auto encrypted = hex_value(exchange->request(), "serverchallengeresp");
  const auto opened = encrypted ? pairing::open_commitment(attempt.key, *encrypted)
                                : Result<crypto::Sha256>(fail(crypto::Errc::BadKey));
  if (!opened) return malformed(exchange, key, "the device sent a malformed commitment");
  // The stage moves on before the signature is made: one signature per attempt.
  attempt.stage = Stage::Secret;
  attempt.commitment = *opened;
  const auto secret = pairing::pairing_secret(host, attempt.server_secret);
  if (!secret) return malformed(exchange, key, "the host could not sign");
  paired(exchange, "pairingsecret", *secret);
}

void PairingAttempts::Impl::secret(const Exchange& exchange, std::unique_ptr<Attempt> attempt) {
  using pairing::Verdict;
  const auto sent = hex_value(exchange->request(), "clientpairingsecret").value_or(Bytes{});
  switch (pairing::judge_client(attempt->client, attempt->server_challenge, attempt->commitment,
                                sent)) {
    case Verdict::Malformed:
      desk.report(attempt->desk_id, false, "the device sent a malformed secret");
      return not_paired(exchange, 400, "The pairing request is malformed or out of order.");
    case Verdict::WrongHash:
      desk.report(
          attempt->desk_id, false,
          "the PIN that was typed is not the one the device showed. If the device says that "
          "it paired, remove this host there: somebody may have sat in between");
      return not_paired(exchange, 200);
    case Verdict::WrongSignature:
      desk.report(attempt->desk_id, false,
                  "the device does not hold the key of the certificate that it presented");
      return not_paired(exchange, 200);
    case Verdict::Good:
      break;
  }
  const auto& fingerprint = attempt->client.fingerprint();
  // A device that pairs again keeps its name unless somebody gave a new one.
  if (attempt->name.empty() && !allow_list.find(fingerprint))
    attempt->name = fmt::format("Moonlight ({})", attempt->remote.address());
  // Stored before the answer: the client comes back over TLS at once (gamestream.md 3.1).
  const auto acting = allow_list.acting(attempt->access.by);
  const auto device = allow_list.approve(
      {fingerprint, trust::Plane::GameStream, attempt->name, attempt->remote.address()},
      attempt->access.from(allow_list.wall_now()));
  if (!device) {
    const auto why = "the host could not store the pairing: " + device.error().message();
    desk.report(attempt->desk_id, false, why);
    return not_paired(exchange, 500, why);
  }
  desk.report(attempt->desk_id, true, fmt::format("\"{}\" is paired", (*device)->name));
  answer(exchange, XmlReply().element("paired", 1));
}

}  // namespace pf::gamestream
