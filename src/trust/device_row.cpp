#include "trust/device_row.hpp"

namespace pf::trust {

store::DeviceRow to_row(const Device& device) {
  store::DeviceRow row;
  row.id = device.id;
  row.name = device.name;
  row.disabled = device.disabled;
  row.grants = device.access.grants;
  row.expires_unix = device.access.expires_unix;
  row.until_disconnect = device.access.until_disconnect;
  row.created_unix = device.created_unix;
  row.last_seen_unix = device.last_seen_unix;
  row.last_address = device.last_address;
  row.granted_unix = device.granted_unix;
  row.revision = device.revision;
  row.client_kind = device.client.kind;
  row.client_version = device.client.version;
  for (const auto& c : device.credentials)
    row.credentials.push_back({c.fingerprint, static_cast<std::int64_t>(c.plane), c.paired_unix});
  return row;
}

Device from_row(const store::DeviceRow& row) {
  Device device;
  device.id = row.id;
  device.name = row.name;
  device.disabled = row.disabled;
  device.access = {static_cast<std::uint32_t>(row.grants), row.expires_unix, row.until_disconnect};
  device.created_unix = row.created_unix;
  device.last_seen_unix = row.last_seen_unix;
  device.last_address = row.last_address;
  device.granted_unix = row.granted_unix;
  device.revision = row.revision;
  device.client = {row.client_kind, row.client_version};
  for (const auto& c : row.credentials)
    device.credentials.push_back({c.fingerprint, static_cast<Plane>(c.plane), c.paired_unix});
  return device;
}

AuditEntry from_row(store::AuditRow row) {
  return {row.id,
          row.unix_time,
          std::move(row.what),
          row.device_id,
          std::move(row.device_name),
          std::move(row.by),
          std::move(row.from),
          std::move(row.detail)};
}

}  // namespace pf::trust
