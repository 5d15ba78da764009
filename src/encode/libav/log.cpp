#include "encode/libav/log.hpp"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <mutex>

#include "base/log.hpp"

extern "C" {
#include <libavutil/error.h>
#include <libavutil/log.h>
}

namespace pf::encode::libav {
namespace {

thread_local Complaints* current = nullptr;

void on_message(void*, int level, const char* format, va_list arguments) noexcept {
  const bool complaint = level <= AV_LOG_ERROR;
  if (level > AV_LOG_VERBOSE || (!complaint && !log::enabled(log::Level::Debug))) return;
  std::array<char, 512> line{};
  std::vsnprintf(line.data(), line.size(), format, arguments);
  try {
    std::string text(line.data());
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    if (text.empty()) return;
    if (complaint) note_complaint(text.c_str());
    log::debug("encode", text);
  } catch (...) {  // out of memory: the line is lost, the caller is C
  }
}

}  // namespace

void note_complaint(const char* line) {
  if (current != nullptr && current->first_.empty()) current->first_ = line;
}

void redirect_log() {
  static std::once_flag once;
  std::call_once(once, [] { av_log_set_callback(on_message); });
}

Complaints::Complaints() : outer_(current) {
  current = this;
}
Complaints::~Complaints() {
  current = outer_;
}

std::string describe(int averror, const Complaints& complaints) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(averror, text.data(), text.size());
  if (complaints.first().empty()) return text.data();
  return complaints.first() + " (" + text.data() + ")";
}

}  // namespace pf::encode::libav
