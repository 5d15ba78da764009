// The settings in force: flag > environment > stored > default, and which of them won. One object,
// built at start; afterwards it lives on the control thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.hpp"
#include "config/table.hpp"

namespace pf::config {

// Setting id → text.
using Values = std::map<std::string, std::string>;

// New text for a setting, or nothing: back to its default.
using Changes = std::map<std::string, std::optional<std::string>>;

// Where stored settings live (the database, in the host).
class SettingsStore {
 public:
  virtual ~SettingsStore() = default;
  virtual Result<Values> load() = 0;
  // All of them or none, durably; what is not named stays.
  virtual Result<> store(const Changes& changes) = 0;
};

enum class Origin : std::uint8_t { Default = 1, Stored, Environment, Flag };
const char* name(Origin origin);  // "default", "stored", "environment", "flag"

struct Current {
  std::string value;  // canonical
  Origin origin = Origin::Default;
  std::string pinned_by;              // the flag or variable that overrides the stored value, or ""
  std::optional<std::string> stored;  // whether it is in force or not
};

// Keys carry the type, so reading a setting as the wrong type does not compile.
struct BoolKey {
  const char* id;
};
struct IntKey {
  const char* id;
};
struct TextKey {  // text and enum settings
  const char* id;
};

inline constexpr TextKey kHostName{"host_name"};
inline constexpr TextKey kBindAddress{"bind_address"};
inline constexpr BoolKey kGamestream{"gamestream"};
inline constexpr IntKey kBasePort{"base_port"};
inline constexpr BoolKey kNative{"native"};
inline constexpr IntKey kNativePort{"native_port"};
inline constexpr IntKey kNativeMediaPort{"native_media_port"};
inline constexpr BoolKey kOpen{"open"};
inline constexpr IntKey kIdleTimeoutMs{"idle_timeout_ms"};
inline constexpr IntKey kNativeFecPercent{"native_fec_percent"};
inline constexpr BoolKey kAdaptiveFec{"adaptive_fec"};
inline constexpr IntKey kMaxStreams{"max_streams"};
inline constexpr TextKey kSecondClient{"second_client"};
inline constexpr IntKey kMgmtPort{"mgmt_port"};
inline constexpr BoolKey kPublicPeers{"public_peers"};
inline constexpr BoolKey kMdns{"mdns"};
inline constexpr TextKey kDisplay{"display"};
inline constexpr TextKey kX11Display{"x11_display"};
inline constexpr BoolKey kCaptureCursor{"capture_cursor"};
inline constexpr TextKey kEncoder{"encoder"};
inline constexpr TextKey kX264Preset{"x264_preset"};
inline constexpr BoolKey kCostlyFormats{"costly_formats"};
inline constexpr TextKey kAudio{"audio"};
inline constexpr BoolKey kUinputPads{"uinput_pads"};
inline constexpr IntKey kFecPercent{"fec_percent"};
inline constexpr BoolKey kAdaptiveBitrate{"adaptive_bitrate"};
inline constexpr TextKey kEncryptionLan{"encryption_lan"};
inline constexpr TextKey kEncryptionWan{"encryption_wan"};
inline constexpr IntKey kSessionGraceS{"session_grace_s"};
inline constexpr TextKey kLogLevel{"log_level"};
inline constexpr BoolKey kDemo{"demo"};

class Settings {
 public:
  // `flags`: id → text for each flag that was given. `store` may be null (nothing stored, nothing
  // can be changed) and must outlive the object. A bad flag or variable is Errc::BadValue; a bad
  // stored value is not in force and appears in problems(), because it must not keep the host from
  // starting.
  static Result<Settings> resolve(const Values& flags, const EnvironmentReader& environment,
                                  SettingsStore* store);

  bool get(BoolKey key) const;
  std::int64_t get(IntKey key) const;
  // host_name is never empty: it falls back to the machine's sanitised name.
  const std::string& get(TextKey key) const;

  const Current& current(std::string_view id) const;  // id: of the table
  // One sentence for each stored value that was not used.
  const std::vector<std::string>& problems() const { return problems_; }
  // True when the stored value differs from the one that the running host started with and takes
  // effect at the next start.
  bool restart_pending(std::string_view id) const;

  // Sets (text) or resets (nothing) stored values. Everything is checked before anything is
  // written. A value that a flag or variable overrides is stored but not in force. Waits for the
  // store.
  Result<> change(const Changes& changes);

 private:
  Settings() = default;
  Current& slot(std::string_view id);

  SettingsStore* store_ = nullptr;
  std::map<std::string, Current, std::less<>> current_;
  std::map<std::string, std::string, std::less<>> at_start_;
  std::vector<std::string> problems_;
};

}  // namespace pf::config
