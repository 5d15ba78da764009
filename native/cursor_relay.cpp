#include "native/cursor_relay.hpp"

#include <array>

namespace pf::native {
namespace {

std::uint64_t packed(const pf::media::Mode& mode) {
  return std::uint64_t{mode.width} << 32 | mode.height;
}

}  // namespace

CursorRelay::CursorRelay(Config config) : config_(std::move(config)), mode_(packed(config_.mode)) {}

void CursorRelay::set_mode(const pf::media::Mode& mode) noexcept {
  mode_.store(packed(mode));
}

void CursorRelay::on_pointer_image(const capture::PointerImage& image) noexcept {
  const std::scoped_lock lock(mutex_);
  pixels_.assign(image.pixels.begin(), image.pixels.end());
  image_ = image;
  image_.pixels = pixels_;
  unsent_ = true;
}

void CursorRelay::send_shape() {
  auto shape = cursor_shape(image_, scale_);
  unsent_ = false;
  if (shape.width == 0) return;
  shape.serial = ++serial_;
  config_.send(std::move(shape));
}

void CursorRelay::on_pointer(const capture::PointerPlace& place) noexcept {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock || quiet_.load() || !config_.link->open()) return;
  const auto mode = mode_.load();
  const PointerScale scale(place.picture_width, place.picture_height,
                           {static_cast<std::uint32_t>(mode >> 32),
                            static_cast<std::uint32_t>(mode), config_.mode.rate});
  if (scale != scale_) {
    scale_ = scale;
    unsent_ = !pixels_.empty();
  }
  if (unsent_ && place.visible) send_shape();
  if (place.visible) {
    seen_ = true;
    last_x_ = scale.x(place.x);
    last_y_ = scale.y(place.y);
  }
  wire::CursorState state;
  state.serial = serial_;
  state.visible = place.visible && serial_ != 0;
  // A program that hides the pointer most often wants motion, not places. Only what was there can
  // have been hidden; where it was last is where it will come back.
  state.relative = seen_ && !place.visible;
  state.x = last_x_;
  state.y = last_y_;
  std::array<std::uint8_t, 32> datagram{};
  const auto bytes = wire::encode_cursor(config_.generation, state, datagram);
  if (bytes != 0) config_.port->push(ByteSpan(datagram.data(), bytes));
}

}  // namespace pf::native
