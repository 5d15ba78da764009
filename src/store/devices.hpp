// Rows of the allow-list. Called inside Database::transaction by trust, the only writer.
#pragma once

#include <vector>

#include "store/database.hpp"

namespace pf::store {

struct CredentialRow {
  std::string fingerprint;
  std::int64_t plane = 0;
  std::int64_t paired_unix = 0;
};
struct DeviceRow {
  std::int64_t id = 0;  // 0 = not stored yet
  std::string name;
  bool disabled = false;
  std::int64_t grants = 0;
  std::optional<std::int64_t> expires_unix;
  std::int64_t created_unix = 0;
  std::optional<std::int64_t> last_seen_unix;
  std::string last_address;
  std::vector<CredentialRow> credentials;
  bool until_disconnect = false;
  std::optional<std::int64_t> granted_unix;
  std::int64_t revision = 1;
  std::string client_kind, client_version;
};

Result<std::vector<DeviceRow>> load_devices(Database& database);
// Inserts (id 0) or replaces the row and its credentials; returns the id.
Result<std::int64_t> save_device(Database& database, const DeviceRow& row);
Result<> delete_device(Database& database, std::int64_t id);

}  // namespace pf::store
