#include "input/uhid/dualsense.hpp"

#include <fmt/format.h>
#include <linux/input.h>
#include <linux/uhid.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "base/clock.hpp"

namespace pf::input::uhid {
namespace {

constexpr std::uint8_t kRight = 0x04, kLeft = 0x08;
// Bounds one turn: a kernel that keeps asking must not keep the other pads waiting.
constexpr int kMostEvents = 64;

void put(std::uint8_t* field, std::size_t size, std::string_view text) {
  std::copy_n(text.begin(), std::min(text.size(), size - 1), field);
}

// Short events are extended with zeros by the kernel, so only the used part is written.
bool write_event(int fd, const uhid_event& event, std::size_t bytes) {
  return ::write(fd, &event, bytes) == static_cast<ssize_t>(bytes);
}

}  // namespace

DualSense::DualSense(std::uint8_t pad, UniqueFd device, const Mac& mac)
    : pad_(pad), device_(std::move(device)), mac_(mac) {
  rumble_.pad = light_.pad = triggers_.pad = pad;
}

DualSense::~DualSense() {
  uhid_event event{};
  event.type = UHID_DESTROY;
  write_event(fd(), event, sizeof event.type);
}

Result<std::unique_ptr<DualSense>> DualSense::create(std::uint8_t pad, UniqueFd device,
                                                     const Mac& mac) {
  auto made = std::unique_ptr<DualSense>(new DualSense(pad, std::move(device), mac));
  if (!made->announce())
    return fail(Errc::DeviceFailed, fmt::format("creating a gamepad: {}", std::strerror(errno)));
  return made;
}

bool DualSense::announce() {
  auto event = std::make_unique<uhid_event>();
  event->type = UHID_CREATE2;
  auto& create = event->u.create2;
  put(create.name, sizeof create.name, kName);
  put(create.phys, sizeof create.phys, fmt::format("punktfunk/pad{}", pad_));
  put(create.uniq, sizeof create.uniq,
      fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", mac_[0], mac_[1], mac_[2], mac_[3],
                  mac_[4], mac_[5]));
  const auto descriptor = report_descriptor();
  create.rd_size = static_cast<std::uint16_t>(descriptor.size());
  create.bus = BUS_USB;
  create.vendor = kVendor;
  create.product = kProduct;
  create.version = kVersion;
  std::copy(descriptor.begin(), descriptor.end(), create.rd_data);
  return write_event(fd(), *event, offsetof(uhid_event, u.create2.rd_data) + descriptor.size());
}

bool DualSense::send() {
  uhid_event event{};
  event.type = UHID_INPUT2;
  const auto report = state_.report(static_cast<std::uint64_t>(steady_now_ns()) / 1000);
  event.u.input2.size = static_cast<std::uint16_t>(report.size());
  std::copy(report.begin(), report.end(), event.u.input2.data);
  return write_event(fd(), event, offsetof(uhid_event, u.input2.data) + report.size());
}

void DualSense::serve(FeedbackSink& feedback) {
  uhid_event event{};
  for (int i = 0; i < kMostEvents; ++i) {
    std::memset(&event, 0, sizeof event);
    if (::read(fd(), &event, sizeof event) <= 0) return;
    switch (event.type) {
      case UHID_OUTPUT: {
        const auto& output_event = event.u.output;
        const auto size = std::min<std::size_t>(output_event.size, UHID_DATA_MAX);
        output({output_event.data, size}, feedback);
        break;
      }
      case UHID_GET_REPORT: {
        const auto asked = event.u.get_report;
        uhid_event answer{};
        answer.type = UHID_GET_REPORT_REPLY;
        auto& reply = answer.u.get_report_reply;
        reply.id = asked.id;
        const auto report =
            asked.rtype == UHID_FEATURE_REPORT ? feature_report(asked.rnum, mac_) : Bytes{};
        reply.err = report.empty() ? EIO : 0;
        reply.size = static_cast<std::uint16_t>(report.size());
        std::copy(report.begin(), report.end(), reply.data);
        write_event(fd(), answer, offsetof(uhid_event, u.get_report_reply.data) + report.size());
        break;
      }
      case UHID_SET_REPORT: {
        // Some programs set features of pads; there is nothing here that they could change.
        const auto id = event.u.set_report.id;
        uhid_event answer{};
        answer.type = UHID_SET_REPORT_REPLY;
        answer.u.set_report_reply.id = id;
        write_event(fd(), answer, offsetof(uhid_event, u) + sizeof answer.u.set_report_reply);
        break;
      }
      default:
        break;  // start, stop, open, close
    }
  }
}

void DualSense::output(ByteSpan report, FeedbackSink& feedback) {
  const auto asked = parse_output(pad_, report);
  if (asked.rumble && *asked.rumble != rumble_) feedback.on_feedback(rumble_ = *asked.rumble);
  if (asked.light && (!lit_ || *asked.light != light_)) {
    feedback.on_feedback(light_ = *asked.light);
    lit_ = true;
  }
  if (!asked.triggers) return;
  // What is valid in this report joins what was before; told is what changed.
  auto next = *asked.triggers;
  std::uint8_t flags = 0;
  if ((next.flags & kRight) == 0) {
    next.right_type = triggers_.right_type;
    next.right = triggers_.right;
  } else if (next.right_type != triggers_.right_type || next.right != triggers_.right) {
    flags |= kRight;
  }
  if ((next.flags & kLeft) == 0) {
    next.left_type = triggers_.left_type;
    next.left = triggers_.left;
  } else if (next.left_type != triggers_.left_type || next.left != triggers_.left) {
    flags |= kLeft;
  }
  next.flags = flags;
  triggers_ = next;
  if (flags != 0) feedback.on_feedback(next);
}

}  // namespace pf::input::uhid
