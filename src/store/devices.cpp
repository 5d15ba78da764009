#include "store/devices.hpp"

#include <map>

namespace pf::store {

Result<std::vector<DeviceRow>> load_devices(Database& database) {
  std::map<std::int64_t, DeviceRow> rows;
  auto devices = database.prepare(
      "SELECT id,name,disabled,grants,expires_unix,created_unix,last_seen_unix,last_address,"
      "until_disconnect,granted_unix,revision,client_kind,client_version FROM devices");
  for (;;) {
    const auto row = devices.step();
    if (!row) return Failure(row.error());
    if (!*row) break;
    DeviceRow device;
    device.id = devices.integer(0);
    device.name = devices.text(1);
    device.disabled = devices.integer(2) != 0;
    device.grants = devices.integer(3);
    device.expires_unix = devices.optional_integer(4);
    device.created_unix = devices.integer(5);
    device.last_seen_unix = devices.optional_integer(6);
    device.last_address = devices.text(7);
    device.until_disconnect = devices.integer(8) != 0;
    device.granted_unix = devices.optional_integer(9);
    device.revision = devices.integer(10);
    device.client_kind = devices.text(11);
    device.client_version = devices.text(12);
    rows.emplace(device.id, std::move(device));
  }
  auto credentials =
      database.prepare("SELECT device_id,fingerprint,plane,paired_unix FROM credentials");
  for (;;) {
    const auto row = credentials.step();
    if (!row) return Failure(row.error());
    if (!*row) break;
    if (const auto it = rows.find(credentials.integer(0)); it != rows.end())
      it->second.credentials.push_back(
          {credentials.text(1), credentials.integer(2), credentials.integer(3)});
  }
  std::vector<DeviceRow> all;
  for (auto& [id, row] : rows) all.push_back(std::move(row));
  return all;
}

Result<std::int64_t> save_device(Database& database, const DeviceRow& row) {
  auto id = row.id;
  auto statement = database.prepare(
      id == 0 ? "INSERT INTO devices(name,disabled,grants,expires_unix,created_unix,last_seen_unix,"
                "last_address,until_disconnect,granted_unix,revision,client_kind,client_version) "
                "VALUES(?,?,?,?,?,?,?,?,?,?,?,?)"
              : "UPDATE devices SET name=?,disabled=?,grants=?,expires_unix=?,created_unix=?,"
                "last_seen_unix=?,last_address=?,until_disconnect=?,granted_unix=?,revision=?,"
                "client_kind=?,client_version=? WHERE id=?");
  statement.bind(row.name).bind(std::int64_t{row.disabled}).bind(row.grants).bind(row.expires_unix);
  statement.bind(row.created_unix).bind(row.last_seen_unix).bind(row.last_address);
  statement.bind(std::int64_t{row.until_disconnect}).bind(row.granted_unix);
  statement.bind(row.revision).bind(row.client_kind).bind(row.client_version);
  if (id != 0) statement.bind(id);
  if (auto done = statement.run(); !done) return pass(done);
  if (id == 0) id = database.last_insert_id();
  if (auto done = database.prepare("DELETE FROM credentials WHERE device_id=?").bind(id).run();
      !done)
    return pass(done);
  for (const auto& credential : row.credentials) {
    auto insert = database.prepare(
        "INSERT INTO credentials(fingerprint,device_id,plane,paired_unix) VALUES(?,?,?,?)");
    insert.bind(credential.fingerprint)
        .bind(id)
        .bind(credential.plane)
        .bind(credential.paired_unix);
    if (auto done = insert.run(); !done) return pass(done);
  }
  return id;
}

Result<> delete_device(Database& database, std::int64_t id) {
  return database.prepare("DELETE FROM devices WHERE id=?").bind(id).run();
}

}  // namespace pf::store
