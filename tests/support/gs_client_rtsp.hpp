// The client's RTSP dialogue (gamestream.md 4), plain or encrypted. Test support.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/gs_client_crypto.hpp"
#include "support/gs_client_socket.hpp"

namespace pf::test::gs {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct RtspReply {
  unsigned status = 0;
  std::map<std::string, std::string> headers;
  std::string body;
};
// Reads as strictly as the client's parser does: exact protocol token, a reason, ": ", at least one
// header, no empty value, a blank line.
Result<RtspReply> parse_rtsp(const std::string& text);

// gamestream.md 4.6. Client→host messages carry "CR", host→client "HR".
Bytes seal_rtsp(const Block& key, std::uint32_t sequence, std::string_view text);
Result<std::string> open_rtsp(const Block& key, std::uint32_t sequence, ByteSpan wire);

// What the SETUP answers and DESCRIBE said.
struct RtspOffer {
  std::uint16_t audio_port = 0, video_port = 0, control_port = 0;
  std::string audio_ping, video_ping;  // 16 characters, or empty = "PING"
  std::uint32_t connect_data = 0;
  std::string session;
  std::string description;
  std::uint32_t encryption_supported = 0, encryption_requested = 0, feature_flags = 0;
  bool hevc = false, av1 = false, reference_invalidation = false;
  // `surround-params` of this channel count in order of appearance.
  std::vector<std::string> surround(unsigned channels) const;
};

// One dialogue; one connection a request.
class RtspClient {
 public:
  struct Config {
    Address host;
    std::string url;            // sessionUrl0
    bool encrypted = false;     // rtspenc
    Block key{};                // rikey
    bool high_quality = false;  // stereo quality by the Host header (4.7)
    milliseconds patience = kPatience;
  };
  explicit RtspClient(Config config);

  // The connection that the core opens and closes before it speaks (1.1).
  Result<> probe() const;
  Result<> options();
  Result<> describe();
  Result<> setup_audio();
  Result<> setup_video();
  Result<> setup_control();
  Result<> announce(const std::string& body);
  Result<> play();
  const RtspOffer& offer() const { return offer_; }

  // Any request; the sequence number is added. The reply's own status is the caller's to judge.
  Result<RtspReply> request(const std::string& verb, const std::string& target, HeaderList headers,
                            const std::string& body = {});
  // These bytes as they are, and what came back. `last`: nothing more can follow them.
  Result<Bytes> raw_exchange(ByteSpan wire, bool last = false) const;
  std::uint32_t sequence() const { return sequence_; }

 private:
  Result<RtspReply> setup(const std::string& stream, std::uint16_t& port);
  std::string target() const;
  std::string host_header() const;
  HeaderList with_session(HeaderList headers) const;

  Config config_;
  RtspOffer offer_;
  std::uint32_t sequence_ = 0;  // of requests
  std::uint32_t answers_ = 0;   // sequence of the last encrypted answer
};

// ANNOUNCE attributes with the values of a stock client (gamestream.md 12.8).
class Announce {
 public:
  Announce();
  void set(const std::string& name, const std::string& value);
  void set(const std::string& name, std::int64_t value) { set(name, std::to_string(value)); }
  void remove(const std::string& name);
  bool has(const std::string& name) const;
  const std::string& get(const std::string& name) const;
  std::string body(const std::string& address) const;

 private:
  HeaderList attributes_;
};

}  // namespace pf::test::gs
