#include "app/encoder_rows.hpp"

#include "webui/host_json.hpp"

namespace pf::app {

std::vector<webui::EncoderReport> encoder_rows(const std::vector<encode::EncoderReport>& reports) {
  std::vector<webui::EncoderReport> rows;
  for (const auto& report : reports) {
    if (report.name == "synthetic") continue;
    auto& row = rows.emplace_back();
    row.name = report.name;
    row.device = report.device;
    row.hardware = report.hardware;
    for (const auto& format : report.formats)
      row.formats.push_back({webui::codec_id(format.format.codec), format.format.ten_bit,
                             format.format.yuv444, format.ok, format.reason, format.probe_ms,
                             format.frame_us});
  }
  return rows;
}

}  // namespace pf::app
