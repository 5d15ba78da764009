#include "probe/identity_store.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/atomic_file.hpp"
#include "base/clock.hpp"
#include "config/paths.hpp"

namespace pf::probe {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

constexpr const char* kCertificate = "client-cert.pem";
constexpr const char* kKey = "client-key.pem";
constexpr const char* kHosts = "known-hosts.json";
constexpr std::size_t kMaxPem = 64 * 1024;
constexpr std::size_t kMaxHostsFile = 4 * 1024 * 1024;

constexpr std::array<std::pair<Trust, const char*>, 4> kTrusts{{{Trust::Pin, "pin"},
                                                                {Trust::Approved, "approved"},
                                                                {Trust::FirstUse, "first-use"},
                                                                {Trust::Given, "given"}}};

json to_json(const KnownHost& host) {
  json out = {{"address", host.address},   {"port", host.port},   {"fingerprint", host.fingerprint},
              {"trust", name(host.trust)}, {"label", host.label}, {"since_unix", host.since_unix}};
  if (!host.lost_session.empty()) out["lost_session"] = host.lost_session;
  return out;
}

std::optional<KnownHost> from_json(const json& in) {
  if (!in.is_object()) return std::nullopt;
  KnownHost host;
  host.address = in.value("address", "");
  host.port = in.value<std::uint16_t>("port", 0);
  host.fingerprint = in.value("fingerprint", "");
  host.label = in.value("label", "");
  host.since_unix = in.value<std::int64_t>("since_unix", 0);
  host.lost_session = in.value("lost_session", "");
  const auto trust = in.value("trust", "");
  const auto it = std::find_if(kTrusts.begin(), kTrusts.end(),
                               [&](const auto& row) { return trust == row.second; });
  if (it == kTrusts.end() || host.address.empty() || host.port == 0 ||
      !crypto::is_fingerprint(host.fingerprint))
    return std::nullopt;
  host.trust = it->first;
  return host;
}

Result<std::vector<KnownHost>> load_hosts(const fs::path& path) {
  std::vector<KnownHost> hosts;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return hosts;
  auto text = read_file(path, kMaxHostsFile);
  if (!text) return fail(Errc::DamagedFile, text.error().message());
  const auto damaged = [&] {
    return fail(
        Errc::DamagedFile,
        path.string() + ": remove it to start anew; every host then has to be paired again");
  };
  const auto document = json::parse(*text, nullptr, false);
  if (!document.is_object() || document.value("v", 0) != 1 || !document.contains("hosts") ||
      !document["hosts"].is_array())
    return damaged();
  try {
    for (const auto& entry : document["hosts"]) {
      auto host = from_json(entry);
      if (!host) return damaged();
      hosts.push_back(std::move(*host));
    }
  } catch (const json::exception&) {
    return damaged();
  }
  return hosts;
}

Result<crypto::Identity> load_identity(const fs::path& folder) {
  const auto cert_path = folder / kCertificate;
  const auto key_path = folder / kKey;
  std::error_code ignored;
  const bool have_cert = fs::exists(cert_path, ignored);
  const bool have_key = fs::exists(key_path, ignored);
  if (!have_cert) {
    // A key without certificate is a half-made identity that no host has seen.
    if (have_key) fs::remove(key_path, ignored);
    auto made = make_client_identity();
    if (!made) return made;
    if (auto written = write_file_atomically(key_path, made->key_pem(), 0600); !written)
      return pass(written);
    if (auto written = write_file_atomically(cert_path, made->certificate_pem(), 0600); !written)
      return pass(written);
    return made;
  }
  auto certificate = read_file(cert_path, kMaxPem);
  auto key = read_file(key_path, kMaxPem);
  if (certificate && key) {
    auto identity = crypto::Identity::from_pem(*certificate, *key);
    if (identity) return identity;
  }
  return fail(Errc::DamagedFile,
              fmt::format("{} or {}: restore them, or remove both to be a new device everywhere",
                          cert_path.string(), key_path.string()));
}

}  // namespace

const char* name(Trust trust) {
  for (const auto& [value, text] : kTrusts)
    if (value == trust) return text;
  return "?";
}

IdentityStore::IdentityStore(fs::path folder, crypto::Identity identity)
    : folder_(std::move(folder)), identity_(std::move(identity)) {}

Result<fs::path> IdentityStore::default_folder(const config::EnvironmentReader& environment) {
  const auto set = [&](const char* variable) -> std::optional<fs::path> {
    const auto text = environment(variable);
    if (!text || text->empty() || text->front() != '/') return std::nullopt;
    return fs::path(*text);
  };
  if (const auto config = set("XDG_CONFIG_HOME")) return *config / "punktfunk-probe";
  if (const auto home = set("HOME")) return *home / ".config" / "punktfunk-probe";
  return fail(Errc::BadStateFolder, "set HOME or use --state");
}

Result<IdentityStore> IdentityStore::open(const fs::path& folder) {
  if (auto ready = config::prepare_private_folder(folder); !ready)
    return fail(Errc::BadStateFolder, ready.error().message());
  auto identity = load_identity(folder);
  if (!identity) return pass(identity);
  auto hosts = load_hosts(folder / kHosts);
  if (!hosts) return pass(hosts);
  IdentityStore store(folder, std::move(*identity));
  store.hosts_ = std::move(*hosts);
  return store;
}

std::optional<KnownHost> IdentityStore::find(const std::string& address, std::uint16_t port) const {
  for (const auto& host : hosts_)
    if (host.address == address && host.port == port) return host;
  return std::nullopt;
}

std::vector<KnownHost> IdentityStore::matching(const std::string& text) const {
  std::vector<KnownHost> found;
  for (const auto& host : hosts_)
    if (host.address == text || fmt::format("{}:{}", host.address, host.port) == text ||
        (!host.label.empty() && host.label == text) ||
        (text.size() >= 8 && host.fingerprint.starts_with(text)))
      found.push_back(host);
  return found;
}

Result<> IdentityStore::save(const std::vector<KnownHost>& hosts) {
  json list = json::array();
  for (const auto& host : hosts) list.push_back(to_json(host));
  const nlohmann::ordered_json document = {{"v", 1}, {"hosts", list}};
  return write_file_atomically(
      folder_ / kHosts, document.dump(2, ' ', false, json::error_handler_t::replace) + "\n", 0600);
}

Result<> IdentityStore::remember(KnownHost host) {
  auto hosts = hosts_;
  if (host.since_unix == 0) host.since_unix = unix_now();
  std::erase_if(
      hosts, [&](const KnownHost& h) { return h.address == host.address && h.port == host.port; });
  hosts.push_back(std::move(host));
  if (auto saved = save(hosts); !saved) return saved;
  hosts_ = std::move(hosts);
  return {};
}

Result<> IdentityStore::forget(const std::string& address, std::uint16_t port) {
  auto hosts = hosts_;
  std::erase_if(hosts, [&](const KnownHost& h) { return h.address == address && h.port == port; });
  if (auto saved = save(hosts); !saved) return saved;
  hosts_ = std::move(hosts);
  return {};
}

}  // namespace pf::probe
