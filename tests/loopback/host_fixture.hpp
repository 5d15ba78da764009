// The whole host in this process, without a display: synthetic picture, encoder and tone, recorded
// input, every port chosen by the kernel on loopback. Can be stopped and started again on the same
// store.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "apps/catalogue.hpp"
#include "base/event_loop.hpp"
#include "clipboard/memory/memory.hpp"
#include "crypto/identity.hpp"
#include "gamestream/frontend.hpp"
#include "loopback/recording_input.hpp"
#include "native/frontend.hpp"
#include "session/factory.hpp"
#include "store/database.hpp"
#include "support/gs_client.hpp"
#include "support/temp_folder.hpp"
#include "trust/allow_list.hpp"
#include "trust/native_desk.hpp"
#include "trust/pairing_desk.hpp"

namespace pf::test {

class TestHost {
 public:
  struct Options {
    unsigned fec_percent = 20;
    std::chrono::seconds grace{600};
    std::string bind_address = "::";
    std::uint16_t base_port = 0;  // 0 = any free ones
    // Of the native front end.
    bool open = false;
    apps::SecondClient second_client = apps::SecondClient::Separate;
    std::size_t max_streams = 4;
    bool gf8 = false;  // its parity is over the small field
    // Real encoders, in software, of these formats; none = the synthetic one.
    std::vector<media::VideoFormat> formats{};
  };
  TestHost() : TestHost(Options{}) {}
  explicit TestHost(Options options);
  ~TestHost();  // stop()

  void start();
  void stop();
  gs::Endpoints v4() const;
  gs::Endpoints v6() const;
  Bytes certificate_der() const;
  crypto::Fingerprint fingerprint() const;
  net::Endpoint native_v4() const;
  net::Endpoint native_v6() const;

  // Runs on the control thread and waits for it.
  void on_control(const std::function<void()>& task) { loop_->run_sync(task); }
  // Waits until `condition`, looked at on the control thread, holds.
  bool eventually(const std::function<bool()>& condition,
                  std::chrono::milliseconds patience = gs::kPatience);

  // For streams that are launched from here on.
  void set_policy(const gamestream::StreamPolicy& policy);

  // Types the PIN for the client that waits (from now on within the patience).
  void type_pin(const std::string& pin, const std::string& label = "");
  bool wait_for_waiting(std::size_t clients);

  // Straight into the allow-list, for tests that are not about pairing.
  trust::DeviceId admit(const gs::ClientIdentity& identity, const std::string& name,
                        trust::Access access = {});
  trust::DeviceId admit_native(const crypto::Fingerprint& fingerprint, const std::string& name,
                               trust::Access access = {});
  std::optional<trust::DeviceId> device_of(const crypto::Fingerprint& fingerprint);
  std::optional<trust::DeviceId> device_of(const gs::ClientIdentity& identity) {
    return device_of(identity.fingerprint());
  }
  struct Stamps {
    std::int64_t called_ns = 0, returned_ns = 0;  // CLOCK_MONOTONIC
  };
  Stamps revoke(const crypto::Fingerprint& fingerprint);
  Stamps revoke(const gs::ClientIdentity& identity) { return revoke(identity.fingerprint()); }
  std::vector<session::SessionInfo> sessions();
  bool wait_for_sessions(std::size_t count);
  std::uint32_t add_app(const std::string& title, std::vector<std::string> command,
                        std::optional<apps::SecondClient> policy = {});

  // The parts, for use within on_control().
  trust::AllowList& allow_list() { return *allow_list_; }
  trust::PairingDesk& desk() { return *desk_; }
  trust::NativeDesk& native_desk() { return *native_desk_; }
  session::Manager& manager() { return *manager_; }
  // The clipboard of every session's desktop; any thread.
  clipboard::MemoryBoard& clipboard() { return *clipboard_; }

 private:
  Options options_;
  TempFolder folder_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<trust::AllowList> allow_list_;
  std::unique_ptr<trust::PairingDesk> desk_;
  std::unique_ptr<trust::NativeDesk> native_desk_;
  std::unique_ptr<apps::Catalogue> catalogue_;
  std::unique_ptr<session::Manager> manager_;
  const std::shared_ptr<clipboard::MemoryBoard> clipboard_ =
      std::make_shared<clipboard::MemoryBoard>();
  void start_native();

  std::unique_ptr<gamestream::Frontend> frontend_;
  std::unique_ptr<native::Frontend> native_;
};

// Number `n`, always the same within a build folder.
const gs::ClientIdentity& client_identity(std::size_t n);

class HostTest : public testing::Test {
 protected:
  HostTest() { forget_inputs(); }
  // A device that is paired already and knows the host.
  std::unique_ptr<GsClient> paired_client(std::size_t n = 0, trust::Access access = {});
  // launch and start; fails the test when either does.
  void stream(GsClient& client, const GsStreamOptions& options = {}, const GsLaunch& launch = {});

  TestHost host;
};

// The picture is there: at least `frames` shown, sound for at least as many packets.
bool wait_for_media(GsClient& client, std::uint64_t frames = 20, std::uint64_t packets = 40);
// All that a well-behaved host's stream leaves behind.
void expect_clean(GsClient& client);
// Frames in order without gaps or damage, each the picture that it says it is.
void expect_true_pictures(const gs::StreamState& state);

}  // namespace pf::test
