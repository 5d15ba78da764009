// What the client keeps: its own key and certificate, and the hosts it trusts. One folder, 0700,
// every file 0600 and written whole or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/environment.hpp"
#include "crypto/identity.hpp"
#include "probe/errc.hpp"

namespace pf::probe {

// How the fingerprint of a host came to be believed.
enum class Trust : std::uint8_t {
  Pin = 1,   // PIN ceremony
  Approved,  // a person approved this device in the host's console
  FirstUse,  // the first connection to a host that advertises pair=optional
  Given,     // typed by the user
};
const char* name(Trust trust);

struct KnownHost {
  std::string address;  // as it was dialled
  std::uint16_t port = 9777;
  crypto::Fingerprint fingerprint;
  Trust trust = Trust::Pin;
  std::string label;            // what the host calls itself, when known
  std::int64_t since_unix = 0;  // when it was added
  std::string lost_session;     // 32 hex digits: named once by the next hello (punktfunk2.md 4.6)
};

// Start-up thread (waits for the disk).
class IdentityStore {
 public:
  // $XDG_CONFIG_HOME/punktfunk-probe, else ~/.config/punktfunk-probe. Errc::BadStateFolder.
  static Result<std::filesystem::path> default_folder(const config::EnvironmentReader& environment);
  // Makes the folder, and an identity (ECDSA P-256, punktfunk1.md 2.1) when there is none.
  // Errc::BadStateFolder, DamagedFile: never replaced in silence, every host would see a stranger.
  static Result<IdentityStore> open(const std::filesystem::path& folder);

  const crypto::Identity& identity() const { return identity_; }
  const std::filesystem::path& folder() const { return folder_; }

  const std::vector<KnownHost>& hosts() const { return hosts_; }
  std::optional<KnownHost> find(const std::string& address, std::uint16_t port) const;
  // By address[:port], label or the beginning of the fingerprint.
  std::vector<KnownHost> matching(const std::string& text) const;
  // Adds it, or replaces what was known of that address and port. Stored when this returns.
  Result<> remember(KnownHost host);
  Result<> forget(const std::string& address, std::uint16_t port);

 private:
  IdentityStore(std::filesystem::path folder, crypto::Identity identity);
  Result<> save(const std::vector<KnownHost>& hosts);

  std::filesystem::path folder_;
  crypto::Identity identity_;
  std::vector<KnownHost> hosts_;
};

// A fresh self-signed P-256 identity. Errc::LibraryFailed.
Result<crypto::Identity> make_client_identity();

}  // namespace pf::probe
