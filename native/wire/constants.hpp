// Numbers that both generations of the native protocol share: capability bits, enumerations, close
// codes. Bits travel as sent; enumerations map what this host does not know to their first value.
// Sources: punktfunk1.md 2.4, 3.6, 3.7, 3.8; punktfunk2.md 2.5, 4.5, 5, 7.2, 11.
#pragma once

#include <cstdint>
#include <string_view>

namespace pf::native::wire {

// Which byte format a connection speaks: chosen by ALPN, never changed afterwards.
enum class Generation : std::uint8_t { V1 = 1, V2 = 2 };
inline constexpr std::string_view kAlpnV1 = "pkf1", kAlpnV2 = "pkf2";
inline constexpr std::uint32_t kWireVersion = 2;  // integer of Hello and Welcome, generation 1

// Client, in ClientHello::video_caps.
namespace video_cap {
inline constexpr std::uint8_t k10Bit = 0x01, kHdr = 0x02, k444 = 0x04, kHostTiming = 0x08,
                              kProbeSeq = 0x10, kStreamedAu = 0x20, kChaCha20 = 0x40,
                              kMultiSlice = 0x80;
}
// Client, in ClientHello::client_caps.
namespace client_cap {
inline constexpr std::uint8_t kCursor = 0x01, kPhaseLock = 0x02, kAudioRed = 0x04, kPadAudio = 0x08,
                              kAudioHires = 0x10, kKeepHostAudio = 0x20, kExt = 0x40;
}
// Host, in ServerHello::host_caps.
namespace host_cap {
inline constexpr std::uint8_t kGamepadState = 0x01, kClipboard = 0x02, kTextInput = 0x04,
                              kCursor = 0x08, kPen = 0x10, kAudioRed = 0x20, kPadAudio = 0x40,
                              kAudioHires = 0x80;
}
// Host, in ServerHello::host_caps2.
namespace host_cap2 {
inline constexpr std::uint8_t kRepeatMark = 0x01, kTouch = 0x02, kExt = 0x04, kScroll = 0x08,
                              kRamp = 0x10, kDelivery = 0x20, kInputEdges = 0x40;
}
// Both ends, generation 2 only, in `features`; bit numbers are those of the wire (32 and up).
namespace feature {
inline constexpr std::uint64_t kStreamConfig = 1ULL << 32, kPadWrites = 1ULL << 33,
                               kProfiles = 1ULL << 34;
inline constexpr std::uint64_t kMask = 0xFFFF'FFFF'0000'0000ULL;
}  // namespace feature
// Video codec bits: a set in ClientHello::codecs, one of them in ServerHello::codec.
namespace codec_bit {
inline constexpr std::uint8_t kH264 = 0x01, kHevc = 0x02, kAv1 = 0x04, kPyroWave = 0x08;
}
// What a device may do, in ServerHello::grants and AccessUpdate.
namespace grant_bit {
inline constexpr std::uint32_t kGamepad = 0x01, kPointer = 0x02, kKeyboard = 0x04,
                               kClipboard = 0x08, kMicrophone = 0x10, kLaunch = 0x20, kPower = 0x40,
                               kManageGames = 0x80, kAll = 0xFF;
}
namespace abr_feature {
inline constexpr std::uint8_t kReadsReason = 0x01;  // BitrateChanged::reason may be sent
}
namespace clip_flag {
inline constexpr std::uint8_t kFiles = 0x01;  // ClipControl::flags
}
namespace clip_policy {
inline constexpr std::uint8_t kText = 0x01, kFiles = 0x02;  // ClipState::policy
}

enum class Compositor : std::uint8_t {
  Automatic = 0,
  KWin,
  Wlroots,
  Mutter,
  Gamescope,
  Hyprland,
  Windows
};

enum class GamepadKind : std::uint8_t {
  Automatic = 0,
  Xbox360,
  DualSense,
  XboxOne,
  DualShock4,
  SteamController,
  SteamDeck,
  DualSenseEdge,
  SwitchPro,
  SteamController2,
  SteamController2Puck,
  XboxElite,
  EightBitDoUltimate2,
  EightBitDoPro2,
  EightBitDoPro3,
  HoripadSteam,
  JoyConPair,
  Switch2Pro,
  Switch2GameCube
};

enum class FecScheme : std::uint8_t { Gf8 = 0, Gf16 = 1 };
// Welcome's cipher byte (punktfunk1.md 3.3), media suite id (punktfunk2.md 7.2).
enum class Suite : std::uint8_t { Aes128Gcm = 0, ChaCha20Poly1305 = 1 };
enum class AudioCodec : std::uint8_t { Opus = 0, Flac = 1, Pcm = 2 };
enum class LinkKind : std::uint8_t { Unknown = 0, Ethernet, WiFi, Other };
enum class BitrateReason : std::uint8_t { Granted = 0, EncoderLimit, Cadence, Governor, Pinned };
enum class LaunchKind : std::uint8_t {
  Started = 0,
  Adopted,
  AdoptedUnseen,  // adopted, but the host cannot see its window
  Refused,
  Failed,
  SignInNeeded
};
enum class ClipReason : std::uint8_t {
  Ok = 0,
  NoBackend,
  TakenOver,
  PolicyOff,
  NoFiles,
  NotPermitted
};
enum class ClipStatus : std::uint8_t { Ok = 0, Stale, Unavailable, Denied };
inline constexpr std::uint32_t kNoFile = 0xFFFFFFFF;  // ClipFetch::file_index

// QUIC application error codes of CONNECTION_CLOSE.
enum class CloseCode : std::uint32_t {
  Normal = 0x00,
  PairingFailed = 0x01,
  Busy = 0x42,
  ManagementRefused = 0x4D,
  Quit = 0x51,  // from a client: tear down at once; also after Redirect and access requests
  GameEnded = 0x52,
  NotArmed = 0x60,
  BoundOther = 0x61,
  RateLimited = 0x62,
  IdentityRequired = 0x63,
  Denied = 0x64,
  ApprovalTimeout = 0x65,
  Superseded = 0x66,
  WireVersion = 0x67,
  SetupFailed = 0x68,
  AccessExpired = 0x69,
  LaunchNotPermitted = 0x6A,
  HostPower = 0x6B,
  ProfileUnknown = 0x6C,
  NoSeat = 0x6D,
  SeatOccupied = 0x6E,
  SeatUnavailable = 0x6F,
};
inline constexpr std::size_t kMaxCloseReason = 256;  // bytes of UTF-8
// The short word of a code for logs, JSON and tests ("not-armed"); empty for codes without one.
std::string_view close_token(std::uint64_t code) noexcept;

// RESET_STREAM and STOP_SENDING codes.
namespace stream_code {
inline constexpr std::uint64_t kClipboardCancelled = 0x70, kUnknownStream = 0x71;
}
// The first varint of every stream of generation 2.
namespace stream_type {
inline constexpr std::uint64_t kControl = 0, kInput = 1, kTransfer = 2, kManagement = 3;
}

}  // namespace pf::native::wire
