#include "webui/schemas.hpp"

#include "trust/grants.hpp"
#include "webui/schema_fields.hpp"
#include "webui/schema_groups.hpp"

namespace pf::webui::schemas {
const Schema kError{"Error",
                    "Why a request was refused or failed.",
                    {text("error", "One sentence for people."),
                     text("code", "A stable token for programs, for example not_found."),
                     maybe(integer("tries_left", "Wrong passwords that are still free of a wait.")),
                     maybe(integer("wait_s", "Seconds until the next attempt is looked at."))}};

const Schema kHealth{
    "Health",
    "The host answers.",
    {choice("status", {"ok"}, "Always ok."), text("version", "The host's version.")}};

const Schema kDocument{
    "Document",
    "An OpenAPI 3.1 document.",
    {text("openapi", "The version of OpenAPI."), anything("info", "Title and version."),
     anything("servers", "Base path."), anything("paths", "Every route."),
     anything("components", "Schemas and the security scheme."),
     anything("security", "What routes need unless they say otherwise.")}};

const Schema kPorts{"Ports",
                    "Ports in use; absent when a service is off.",
                    {integer("mgmt", 1, 65535, "Management API (TCP)."),
                     maybe(integer("http", 1, 65535, "GameStream HTTP (TCP).")),
                     maybe(integer("https", 1, 65535, "GameStream HTTPS (TCP).")),
                     maybe(integer("rtsp", 1, 65535, "RTSP (TCP).")),
                     maybe(integer("video", 1, 65535, "Video (UDP).")),
                     maybe(integer("control", 1, 65535, "Control (UDP).")),
                     maybe(integer("audio", 1, 65535, "Audio (UDP).")),
                     maybe(integer("native", 1, 65535, "Native clients, QUIC (UDP)."))}};

const Schema kEncoder{"Encoder",
                      "The encoder that a new session would get.",
                      {text("name", "Its name, for example nvenc."),
                       boolean("hardware", "False: pictures are encoded on the processor.")}};

const Schema kBackend{
    "Backend",
    "One way of doing a part of the work, and whether it can be used here.",
    {text("room", "What it does: display, capture, encode, audio or input."),
     text("name", "Its name."), boolean("usable", "Whether its probe passed."),
     maybe(text("reason", "When it did not: what is missing and how to put it right."))}};

const Schema kSessionCounts{
    "SessionCounts",
    "How many sessions there are.",
    {integer("total", "All of them."), integer("live", "Those that stream now."),
     integer("detached", "Those that wait for their client.")}};

const Schema kStatus{
    "Status",
    "The host at a glance.",
    {text("version", "The host's version."), text("host_name", "The name clients show."),
     text("fingerprint", "SHA-256 of the host's certificate, 64 hex digits."),
     integer("uptime_s", "Seconds since the start."),
     boolean("gamestream", "Whether Moonlight clients are served."),
     boolean("native", "Whether native clients are served."),
     boolean("open", "True: native clients need no pairing."),
     object("ports", kPorts, "Ports in use."), object("sessions", kSessionCounts, "Sessions."),
     integer("pairing_pending", "Pairing requests that wait for a person."),
     integer("approvals_pending", "Native devices that wait for approval."),
     integer("paired_devices", "Devices in the allow-list."),
     boolean("unsaved_revocations",
             "True: a revocation is in force but not stored yet; the disk needs attention."),
     maybe(object("encoder", kEncoder, "Absent while it is not known.")),
     list("backends", kBackend, "What can be used here and why the rest cannot."),
     texts("notices", "What the operator should know.")}};

const Schema kSession{
    "Session",
    "One session. A figure that is not known yet is absent.",
    {integer("id", "Number of the session in this run of the host."),
     choice("state", {"reserved", "starting", "live", "rebuilding", "detached", "ending", "ended"},
            "Where it is in its life."),
     choice("plane", {"native", "gamestream"}, "The client's protocol."),
     maybe(integer("device_id", "The device it belongs to; absent for an unpaired guest.")),
     text("device_name", "Its name."),
     text("client_address", "Where the client is."),
     integer("app_id", "The application."),
     text("app_title", "Its title."),
     text("mode", "Picture size and rate, WxH@Hz."),
     integer("started_unix", "When it started."),
     maybe(text("display", "The display in use.")),
     maybe(text("capture", "The capture in use.")),
     maybe(text("encoder", "The encoder in use.")),
     maybe(boolean("hardware_encoder", "Whether a graphics card encodes.")),
     maybe(text("audio", "The source of sound.")),
     maybe(text("input", "Where input goes.")),
     texts("notes", "Why a preferred part was not used."),
     boolean("muted", "True: the client gets silence."),
     maybe(integer("joined", "The other device's session whose picture it shows.")),
     integer("grants", 0, trust::grant::kAll, "What it may do right now, as bits."),
     choice("access_level", {"full", "controller", "view", "custom"}, "The same as a preset."),
     maybe(choice("codec", {"h264", "hevc", "av1"}, "The video format.")),
     maybe(integer("bitrate_kbps", "The encoder's target.")),
     integer("frames_sent", "Pictures sent by the running stream."),
     integer("frames_dropped", "Pictures not sent."),
     integer("idr_frames", "Full pictures."),
     integer("sent_bytes", "Bytes of video."),
     integer("audio_packets", "Packets of sound."),
     integer("input_events", "Input events accepted."),
     integer("input_refused", "Input events refused by the device's access."),
     maybe(number("fps", "Pictures in the last second.")),
     maybe(number("mbps", "Megabits in the last second.")),
     maybe(integer("encode_p50_us", "Encoding time, median.")),
     maybe(integer("encode_p99_us", "Encoding time, 99th percentile.")),
     maybe(integer("host_p50_us", "From capture to the last packet, median.")),
     maybe(integer("host_p99_us", "From capture to the last packet, 99th percentile.")),
     maybe(integer("last_frame_age_ms", "Since the last picture."))}};

const Schema kSessions{"Sessions", "Every session.", {list("sessions", kSession, "Oldest first.")}};

const Schema kPinRequest{
    "PinRequest",
    "A client that shows a PIN and waits for it to be typed here.",
    {integer("request_id", "Names this request."),
     choice("plane", {"native", "gamestream"}, "The client's protocol."),
     text("uniqueid", "What the client calls itself; proves nothing."),
     text("fingerprint", "SHA-256 of the certificate that will be paired."),
     text("peer_ip", "Where the client is."), integer("since_unix", "When it came."),
     integer("age_s", "How long it has waited.")}};

const Schema kPinOutcome{"PinOutcome",
                         "How a pairing ended.",
                         {integer("request_id", "The request."), integer("unix_time", "When."),
                          boolean("paired", "Whether the device is paired now."),
                          text("text", "What happened, in words.")}};

const Schema kPairing{"Pairing",
                      "Pairing requests of this run of the host.",
                      {list("pending", kPinRequest, "Those that wait for their PIN."),
                       list("recent", kPinOutcome, "How the last ones ended, newest last.")}};

const Schema kPinEntry{
    "PinEntry",
    "The PIN that a client shows. Which client: request_id, or uniqueid, fingerprint and peer_ip "
    "together, or neither when exactly one waits.",
    {text("pin", 1, 16, "1 to 16 digits."), maybe(integer("request_id", "From the pending list.")),
     maybe(text("uniqueid", 1, 128, "From the pending list.")),
     maybe(text("fingerprint", 64, 64, "From the pending list.")),
     maybe(text("peer_ip", 1, 64, "From the pending list.")),
     maybe(text("label", 0, 128, "A name for the device, kept when the pairing succeeds.")),
     maybe(integer("grants", 0, 0xFFFFFFFF, "What it may do, one bit each; not with preset.")),
     maybe(choice("preset", {"full", "controller", "view"}, "The same as a word.")),
     maybe(integer("expires_in_secs", "Its access ends this long after the pairing.")),
     maybe(boolean("until_disconnect", "Forget it a minute after its last stream."))}};

const Schema kPinAccepted{
    "PinAccepted",
    "The PIN went to the client's request. Whether it was right shows in the recent list.",
    {integer("request_id", "The request.")}};

const Schema kCredential{"Credential",
                         "One certificate of a device.",
                         {text("fingerprint", "Its SHA-256, 64 hex digits."),
                          choice("plane", {"native", "gamestream"}, "The protocol it is for."),
                          integer("paired_unix", "When it was paired.")}};

const Schema kDevice{
    "Device",
    "A paired device.",
    {integer("id", "Number of the device."), text("name", "Its name."),
     integer("grants", 0, trust::grant::kAll, "What it may do, one bit each."),
     choice("access_level", {"full", "controller", "view", "custom"}, "The same as a word."),
     maybe(integer("expires_unix", "When its access ends; absent = it does not.")),
     boolean("expired", "Whether that time has passed."),
     boolean("until_disconnect", "Whether it is forgotten a minute after its last stream."),
     maybe(integer("granted_unix", "When a person last chose its access.")),
     boolean("disabled", "Locked out without being forgotten."),
     integer("created_unix", "When it was first paired."),
     maybe(integer("last_seen_unix", "When it was last here.")),
     maybe(text("last_address", "Where it was last.")),
     maybe(text("client_kind", "What its client says it is.")),
     maybe(text("client_version", "And in which version.")),
     integer("revision", "Rises with each change of it; the ETag, in quotes."),
     integer("connections", "What it has open now."),
     maybe(integer("session_id", "Its session, when it has one.")),
     list("credentials", kCredential, "Its certificates.")}};

const Schema kDevices{
    "Devices", "Every paired device.", {list("devices", kDevice, "In the order of pairing.")}};

const Schema kDeviceChange{
    "DeviceChange",
    "What to change; the rest stays.",
    {maybe(text("name", 1, 256, "A new name.")),
     maybe(integer("grants", 0, 0xFFFFFFFF, "What it may do, one bit each; not with preset.")),
     maybe(choice("preset", {"full", "controller", "view"}, "The same as a word.")),
     maybe(integer("expires_in_secs",
                   "Its access ends after this many seconds, 0 = now; not with clear_expiry.")),
     maybe(boolean("clear_expiry", "True: its access does not end.")),
     maybe(boolean("until_disconnect", "Forget it a minute after its last stream, or not.")),
     maybe(boolean("disabled", "Lock it out, or let it in again."))}};

const Schema kNativeOutcome{
    "NativeOutcome",
    "How the pairing of a native client ended.",
    {integer("unix_time", "When."), text("fingerprint", "SHA-256 of the client's certificate."),
     boolean("paired", "Whether the device is paired now."),
     text("text", "The device's name, or what happened, in words.")}};

const Schema kNativePairing{
    "NativePairing",
    "The PIN window of native clients. The PIN itself is told once, in the answer that opened it.",
    {boolean("enabled", "Whether native clients are served."),
     boolean("armed", "Whether a client may try the PIN now."),
     maybe(integer("expires_in_secs", "Until the window closes; absent = it does not by itself.")),
     maybe(text("fingerprint", "The only device that may use the window.")),
     maybe(integer("grants", 0, trust::grant::kAll, "What the device will be allowed.")),
     maybe(choice("access_level", {"full", "controller", "view", "custom"}, "The same as a word.")),
     maybe(integer("access_expires_in_secs", "How long, counted from the pairing.")),
     maybe(boolean("until_disconnect", "Whether it is forgotten a minute after its last stream.")),
     integer("waiting", "Devices that wait for approval."),
     list("recent", kNativeOutcome, "How the last pairings ended, newest last.")}};

const Schema kNativeArm{
    "NativeArm",
    "Opens the PIN window anew. Without an access, a new device gets full and permanent access and "
    "a known one keeps its own.",
    {maybe(integer("ttl_secs", "How long it stays open, 15 to 600 s; default 120.")),
     maybe(text("fingerprint", 0, 64, "The only device that may use it; empty = any on the LAN.")),
     maybe(integer("grants", 0, 0xFFFFFFFF, "What it may do, one bit each; not with preset.")),
     maybe(choice("preset", {"full", "controller", "view"}, "The same as a word.")),
     maybe(integer("expires_in_secs", "Its access ends this long after the pairing.")),
     maybe(boolean("until_disconnect",
                   "Forget it a minute after its last stream; not without another choice."))}};

const Schema kNativeArmed{
    "NativeArmed",
    "The open window with its PIN, which is shown here and nowhere else.",
    {text("pin", 4, 4, "Type this into the client."), boolean("armed", "True."),
     integer("expires_in_secs", "Until the window closes."),
     maybe(text("fingerprint", "The only device that may use the window.")),
     maybe(integer("grants", 0, trust::grant::kAll, "What the device will be allowed.")),
     maybe(choice("access_level", {"full", "controller", "view", "custom"}, "The same as a word.")),
     maybe(integer("access_expires_in_secs", "How long, counted from the pairing.")),
     maybe(
         boolean("until_disconnect", "Whether it is forgotten a minute after its last stream."))}};

const Schema kKnock{
    "Knock",
    "A native device that connected and waits for approval. With a device_id it is one whose "
    "access "
    "is over, and the access shown is what it had.",
    {integer("id", "Names this request."), text("name", "What the device calls itself."),
     text("fingerprint", "SHA-256 of its certificate."), text("address", "Where it is."),
     choice("source", {"lan", "wan"}, "wan: it cannot be approved; arm a PIN bound to it."),
     integer("age_secs", "Since it last tried."),
     boolean("connected", "Whether it waits on the line right now."),
     maybe(integer("device_id", "The device it is already.")),
     maybe(integer("grants", 0, trust::grant::kAll, "What it may do, one bit each.")),
     maybe(choice("access_level", {"full", "controller", "view", "custom"}, "The same as a word.")),
     maybe(integer("expires_unix", "When its access ended.")),
     maybe(integer("granted_unix", "When a person last chose its access.")),
     maybe(
         boolean("until_disconnect", "Whether it is forgotten a minute after its last stream."))}};

const Schema kKnocks{
    "Knocks", "Native devices that wait for approval.", {list("pending", kKnock, "Oldest first.")}};

const Schema kKnockApproval{
    "KnockApproval",
    "What an approved device is called and may do. Without an access, a new device gets full and "
    "permanent access; one whose access is over gets the same again, for as long as before.",
    {maybe(text("name", 0, 256, "A name; empty = its own.")),
     maybe(integer("grants", 0, 0xFFFFFFFF, "What it may do, one bit each; not with preset.")),
     maybe(choice("preset", {"full", "controller", "view"}, "The same as a word.")),
     maybe(integer("expires_in_secs", "Its access ends this long from now.")),
     maybe(boolean("until_disconnect",
                   "Forget it a minute after its last stream; not without another choice."))}};

const Schema kStep{
    "Step",
    "A command that runs before an application, and one that takes it back afterwards.",
    {{.name = "do",
      .type = FieldType::ListOfText,
      .help = "The program and its arguments. No shell reads them.",
      .min = 1,
      .max = 128},
     {.name = "undo",
      .type = FieldType::ListOfText,
      .help = "Runs when the session ends, the last one first, also after a crash of the host.",
      .required = false,
      .max = 128},
     maybe(boolean("elevated", "Only false: commands run as the user of the host."))}};

Field prepare_field() {
  auto field = list("prepare", kStep, "Commands around it, in order.");
  field.max = 32;
  return field;
}

Field policy_field() {
  return choice("policy", {"default", "separate", "join", "steal", "refuse"},
                "When another device has it already: as the setting second_client says, a display "
                "of its own, the same picture, the other's place, or a refusal.");
}

Field hidden_field() {
  return boolean("hidden",
                 "Left out of the lists that clients see; whoever knows its number can still start "
                 "it.");
}

const Schema kApp{"App",
                  "An application that clients can start.",
                  {integer("id", "The number that clients know it by."),
                   text("title", "Its title."),
                   texts("command", "The program and its arguments; empty = nothing is started."),
                   maybe(text("working_directory", "Where it starts; absent = the home folder.")),
                   {.name = "environment",
                    .type = FieldType::TextMap,
                    .help = "Variables added to its environment.",
                    .required = false},
                   list("prepare", kStep, "Commands around it, in order."),
                   policy_field(),
                   hidden_field(),
                   maybe(text("source", "Where the library found it; absent = added by hand.")),
                   maybe(text("art", "Changes with its cover; absent = it has none."))}};

const Schema kApps{"Apps", "Every application.", {list("apps", kApp, "The Desktop first.")}};

const Schema kNewApp{
    "NewApp",
    "An application to add. Its command runs as the user of the host.",
    {text("title", 1, 128, "Its title."),
     {.name = "command",
      .type = FieldType::ListOfText,
      .help = "The program and its arguments. No shell reads them.",
      .min = 1,
      .max = 128},
     maybe(text("working_directory", 1, 4096, "An absolute path; absent = the home folder.")),
     {.name = "environment",
      .type = FieldType::TextMap,
      .help = "Variables added to its environment.",
      .required = false,
      .max = 128},
     maybe(prepare_field()),
     maybe(policy_field()),
     maybe(hidden_field())}};

const Schema kLogEntry{
    "LogEntry",
    "One line of the log.",
    {integer("seq", "Rises by one with each line."), integer("ts_ms", "Milliseconds since 1970."),
     choice("level", {"debug", "info", "warn", "error"}, "How important it is."),
     text("target", "The part of the host that wrote it."), text("msg", "The line.")}};

const Schema kLog{"Log",
                  "The newest lines of the log.",
                  {list("entries", kLogEntry, "Oldest first."),
                   integer("next", "Ask for lines after this number next time."),
                   integer("dropped", "Lines after the asked number that are gone.")}};

const Schema kSetting{
    "Setting",
    "One setting: what it takes, what is in force, and why.",
    {text("id", "Its name."),
     text("group", "Where it belongs."),
     choice("kind", {"bool", "int", "text", "enum"}, "Its type."),
     maybe(integer("min", "int: the smallest value (beside 0 when zero_allowed).")),
     maybe(integer("max", "int: the largest value.")),
     maybe(boolean("zero_allowed", "int: 0 is allowed below the smallest value.")),
     maybe(text("unit", "int: the unit.")),
     maybe(integer("max_len", "text: the longest, in bytes.")),
     maybe(texts("options", "enum: the values.")),
     scalar("default", "Without anything else."),
     scalar("value", "In force."),
     maybe(scalar("stored", "What is stored, in force or not.")),
     choice("source", {"default", "stored", "environment", "flag"}, "Where the value comes from."),
     maybe(text("origin", "The variable or flag that overrides what is stored.")),
     text("env", "The variable that sets it."),
     text("flag", "The flag that sets it."),
     choice("apply", {"now", "next_session", "restart"}, "When a change takes effect."),
     text("help", "One line about it."),
     text("allowed", "What it takes, in words."),
     boolean("advanced", "Whether few people need it."),
     boolean("restart_pending", "Whether a change waits for the next start.")}};

const Schema kSettings{"Settings",
                       "Every setting.",
                       {list("settings", kSetting, "In the order of the documentation."),
                        texts("problems", "Stored values that are not used, and why.")}};

namespace {

std::vector<const Schema*> join(std::initializer_list<std::vector<const Schema*>> groups) {
  std::vector<const Schema*> list;
  for (const auto& group : groups) list.insert(list.end(), group.begin(), group.end());
  return list;
}

}  // namespace

const std::vector<const Schema*>& all() {
  static const auto joined =
      join({core(), sign_in(), settings_schemas(), live_schemas(), diagnostics_schemas(),
            library_schemas(), trust_schemas(), tls_schemas(), actions_schemas()});
  return joined;
}

const std::vector<const Schema*>& core() {
  static const std::vector<const Schema*> schemas{
      &kError,         &kHealth,        &kDocument,      &kPorts,      &kEncoder,     &kBackend,
      &kSessionCounts, &kStatus,        &kSession,       &kSessions,   &kPinRequest,  &kPinOutcome,
      &kPairing,       &kPinEntry,      &kPinAccepted,   &kCredential, &kDevice,      &kDevices,
      &kDeviceChange,  &kNativeOutcome, &kNativePairing, &kNativeArm,  &kNativeArmed, &kKnock,
      &kKnocks,        &kKnockApproval, &kStep,          &kApp,        &kApps,        &kNewApp,
      &kLogEntry,      &kLog,           &kSetting,       &kSettings};
  return schemas;
}

}  // namespace pf::webui::schemas
