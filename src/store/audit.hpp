// The audit log: who changed what about whom, and from where. Bounded: the newest kAuditRows rows.
// trust is the only writer.
#pragma once

#include <vector>

#include "store/database.hpp"

namespace pf::store {

inline constexpr std::int64_t kAuditRows = 10'000;

struct AuditRow {
  std::int64_t id = 0;  // rises by one with each row; 0 = not stored yet
  std::int64_t unix_time = 0;
  std::string what;
  std::optional<std::int64_t> device_id;
  std::string device_name;
  std::string by, from;
  std::string detail;
};

// Inside the transaction of the change that it tells of, where there is one. Drops what is too old.
Result<> append_audit(Database& database, const AuditRow& row);
// Rows with an id above `after`, oldest first; with `after` 0 the newest ones, oldest first. At
// most `limit`.
Result<std::vector<AuditRow>> load_audit(Database& database, std::int64_t after,
                                         std::int64_t limit);
// Whether the device has a row with that `what` since then.
Result<bool> has_audit(Database& database, std::int64_t device_id, std::string_view what,
                       std::int64_t since_unix);

}  // namespace pf::store
