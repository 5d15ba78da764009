// One end of the clipboard that a host and its client share (punktfunk1.md 8, punktfunk2.md 10.1):
// what our side copied is offered and handed out when it is fetched, what the peer offers is
// fetched at once. Text only. Both ends of a connection are alike, so host and reference client use
// the same code. pf-quic; no threads, no clocks. Contents are never logged.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "clipboard/clipboard.hpp"
#include "native/quic/connection.hpp"
#include "native/wire/codec.hpp"

namespace pf::native::clipboard {

struct Counts {
  std::uint64_t offered = 0, fetched = 0;  // by us, and from the peer
  std::uint64_t served = 0, refused = 0;   // fetches of the peer
};

class Exchange {
 public:
  struct Hooks {
    std::function<void(const wire::ControlMessage&)> send;
    // The peer's text: pf::clipboard::good_text().
    std::function<void(std::string)> received;
  };
  // `connection` outlives the exchange. `reads`: which end this is.
  Exchange(quic::Connection& connection, wire::Generation generation, wire::End reads, Hooks hooks);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Whether text may go to and fro. Not at first; once not any more, everything under way is
  // cancelled and our text forgotten.
  void allow(bool on);
  bool allowed() const { return allowed_; }
  // Our side copied this text; offered as soon as it may be. Texts that are not good_text() take
  // back what was offered.
  void offer(std::string text);
  void on_offer(const wire::ClipOffer& offer);

  // A transfer stream that the peer opened, behind its type; then what comes on it, and on those
  // that we opened.
  void on_opened(quic::StreamId stream);
  bool owns(quic::StreamId stream) const {
    return served_.contains(stream) || (fetch_ && fetch_->stream == stream);
  }
  void on_data(quic::StreamId stream, ByteSpan bytes, bool fin);
  void on_writable(quic::StreamId stream);
  void on_gone(quic::StreamId stream);  // reset or closed

  const Counts& counts() const { return counts_; }

 private:
  struct Served {
    explicit Served(wire::ControlReader r) : reader(std::move(r)) {}
    wire::ControlReader reader;
    bool answered = false;
    std::shared_ptr<const std::string> text;
    std::size_t written = 0;
  };
  struct Fetch {
    quic::StreamId stream;
    wire::ControlReader reader;
    std::optional<std::uint64_t> total;  // once the header is there
    std::string text;
  };

  void announce();
  void serve(quic::StreamId stream, Served& served, const wire::ClipFetch& ask);
  void push(quic::StreamId stream, Served& served);
  void cancel(quic::StreamId stream);
  void cancel_fetch();
  void read_fetch(ByteSpan bytes, bool fin);

  quic::Connection& connection_;
  const wire::Generation generation_;
  const wire::End reads_;
  const Hooks hooks_;
  bool allowed_ = false;
  std::shared_ptr<const std::string> text_;  // ours
  std::uint32_t seq_ = 0;                    // of our newest offer
  std::optional<std::uint32_t> peer_seq_;    // of the peer's newest offer
  std::map<quic::StreamId, Served> served_;
  std::optional<Fetch> fetch_;
  Counts counts_;
};

}  // namespace pf::native::clipboard
