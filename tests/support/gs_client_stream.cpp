#include "support/gs_client_stream.hpp"

#include "support/gs_client_engine.hpp"

namespace pf::test::gs {

GsStream::GsStream(const StreamPlan& plan) : engine_(std::make_shared<Engine>(plan)) {}
GsStream::~GsStream() {
  die();
}

void GsStream::connect(const StreamPlan& plan) {
  engine_->post([e = engine_.get(), plan] { e->connect(plan); });
}

bool GsStream::wait_for(const std::function<bool(const StreamState&)>& predicate,
                        milliseconds patience) const {
  return engine_->wait_for(predicate, patience);
}
StreamState GsStream::state() const {
  return engine_->state();
}
void GsStream::drain() {
  engine_->post_and_wait([e = engine_.get()] { e->read_media(); });
}

void GsStream::send_input(const InputPacket& packet) {
  engine_->post([e = engine_.get(), packet] {
    e->send_control(control_type::kInput, packet.bytes, packet.channel, packet.reliable);
  });
}
void GsStream::send_control(std::uint16_t type, Bytes payload, std::uint8_t channel) {
  engine_->post([e = engine_.get(), type, payload = std::move(payload), channel] {
    e->send_control(type, payload, channel, true);
  });
}
void GsStream::send_raw_control(Bytes bytes) {
  engine_->post([e = engine_.get(), bytes = std::move(bytes)] { e->send_packet(bytes, 0, true); });
}
void GsStream::send_raw_media(Bytes bytes, bool video) {
  engine_->post(
      [e = engine_.get(), bytes = std::move(bytes), video] { e->send_media(bytes, video); });
}
void GsStream::request_idr() {
  engine_->post([e = engine_.get()] { e->request_idr(); });
}
void GsStream::set_loss(double video, double audio) {
  engine_->post_and_wait([e = engine_.get(), video, audio] { e->set_loss(video, audio); });
}

void GsStream::leave() {
  engine_->post([e = engine_.get()] { e->say_goodbye(); });
  engine_->wait_for([](const StreamState& s) { return s.control_closed; }, milliseconds(2'000));
  engine_->stop();
}

void GsStream::die() {
  engine_->stop();
}

}  // namespace pf::test::gs
