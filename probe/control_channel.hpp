// The control stream of one connection, client's end: typed messages over bytes. pf-quic only.
#pragma once

#include <functional>

#include "native/quic/connection.hpp"
#include "native/wire/codec.hpp"

namespace pf::probe {

class ControlChannel {
 public:
  // Gets every complete message, in order, also those that could not be read.
  using OnMessage = std::function<void(native::wire::Incoming)>;

  // Opens the stream. Errors of native::quic.
  static Result<ControlChannel> open(native::quic::Connection& connection, OnMessage on_message);

  native::wire::Generation generation() const { return generation_; }
  native::quic::StreamId stream() const { return stream_; }
  void expect_extensions(bool on) { reader_.expect_extensions(on); }

  // False when this generation has no such message, or it cannot be queued.
  bool send(const native::wire::ControlMessage& message);
  // Errors of native::wire: the stream cannot be read any further.
  Result<> on_data(ByteSpan bytes);
  bool partial() const { return reader_.partial(); }

 private:
  ControlChannel(native::quic::Connection& connection, native::wire::Generation generation,
                 native::quic::StreamId stream, OnMessage on_message)
      : connection_(&connection),
        generation_(generation),
        stream_(stream),
        on_message_(std::move(on_message)),
        reader_(generation, native::wire::End::Client) {}

  native::quic::Connection* connection_;
  native::wire::Generation generation_;
  native::quic::StreamId stream_;
  OnMessage on_message_;
  native::wire::ControlReader reader_;
};

// By ALPN.
native::wire::Generation generation_of(const native::quic::Connection& connection);

}  // namespace pf::probe
