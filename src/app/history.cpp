#include "app/history.hpp"

namespace pf::app {

store::HistoryRow history_row(const session::EndedSession& session) {
  const auto& info = session.info;
  store::HistoryRow row;
  row.plane = static_cast<std::int64_t>(info.plane);
  if (info.device > 0) row.device_id = info.device;  // a guest of open mode has no row
  row.device_name = info.device_name;
  row.app_title = info.app_title;
  row.mode = media::to_string(info.mode);
  if (info.codec) row.codec = media::name(*info.codec);
  row.encoder = info.encoder;
  row.started_unix = info.started_unix;
  row.duration_s = session.duration_s;
  row.end_reason = session::name(session.reason);
  row.end_text = session::sentence(session.reason);
  row.frames_sent = static_cast<std::int64_t>(info.frames_sent);
  row.frames_dropped = static_cast<std::int64_t>(info.frames_dropped);
  row.bytes = static_cast<std::int64_t>(info.sent_bytes);
  if (info.host_p50_us > 0) row.host_p50_us = static_cast<std::int64_t>(info.host_p50_us);
  if (info.host_p99_us > 0) row.host_p99_us = static_cast<std::int64_t>(info.host_p99_us);
  return row;
}

}  // namespace pf::app
