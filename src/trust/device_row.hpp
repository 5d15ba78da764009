// Devices as rows of the database.
#pragma once

#include "store/audit.hpp"
#include "store/devices.hpp"
#include "trust/audit.hpp"
#include "trust/device.hpp"

namespace pf::trust {

store::DeviceRow to_row(const Device& device);
Device from_row(const store::DeviceRow& row);
AuditEntry from_row(store::AuditRow row);

}  // namespace pf::trust
