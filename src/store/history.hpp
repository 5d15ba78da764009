// The streams that were, kept across restarts. Bounded: the newest kHistoryRows rows.
#pragma once

#include <vector>

#include "store/database.hpp"

namespace pf::store {

inline constexpr std::int64_t kHistoryRows = 2'000;

struct HistoryRow {
  std::int64_t id = 0;  // 0 = not stored yet
  std::int64_t plane = 0;
  std::optional<std::int64_t> device_id;  // absent: a guest of open mode
  std::string device_name, app_title, mode;
  std::string codec, encoder;  // empty: it never streamed
  std::int64_t started_unix = 0, duration_s = 0;
  std::string end_reason, end_text;
  std::int64_t frames_sent = 0, frames_dropped = 0, bytes = 0;
  std::optional<std::int64_t> host_p50_us, host_p99_us;
};

// One transaction of its own. Drops what is too old.
Result<> append_history(Database& database, const HistoryRow& row);
// Newest first, at most `limit`.
Result<std::vector<HistoryRow>> load_history(Database& database, std::int64_t limit);

}  // namespace pf::store
