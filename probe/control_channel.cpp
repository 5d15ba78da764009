#include "probe/control_channel.hpp"

namespace pf::probe {

namespace wire = native::wire;

wire::Generation generation_of(const native::quic::Connection& connection) {
  return connection.alpn() == wire::kAlpnV2 ? wire::Generation::V2 : wire::Generation::V1;
}

Result<ControlChannel> ControlChannel::open(native::quic::Connection& connection,
                                            OnMessage on_message) {
  auto stream = connection.open_bidi();
  if (!stream) return pass(stream);
  const auto generation = generation_of(connection);
  Bytes head;
  wire::encode_stream_type(generation, wire::stream_type::kControl, head);
  if (!head.empty())
    if (auto written = connection.write(*stream, head); !written) return pass(written);
  return ControlChannel(connection, generation, *stream, std::move(on_message));
}

bool ControlChannel::send(const wire::ControlMessage& message) {
  Bytes bytes;
  return wire::encode(generation_, message, bytes) &&
         connection_->write(stream_, bytes).has_value();
}

Result<> ControlChannel::on_data(ByteSpan bytes) {
  for (;;) {
    auto next = reader_.next(bytes);
    if (!next) return pass(next);
    if (!*next) return {};
    on_message_(std::move(**next));
  }
}

}  // namespace pf::probe
