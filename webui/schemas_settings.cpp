// Settings and what the machine is and can do.
#include "config/table.hpp"
#include "webui/schema_fields.hpp"
#include "webui/schema_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui::schemas {
namespace {

// One field for each row of the table; null takes the stored value back.
Schema settings_change() {
  Schema schema{"SettingsChange",
                "New values by the setting's id; null goes back to the default. All or none.",
                {}};
  for (const auto& setting : config::table()) {
    Field field = text(setting.id, setting.help);
    if (setting.kind == config::Kind::Bool) field.type = FieldType::Boolean;
    if (setting.kind == config::Kind::Int) field.type = FieldType::Integer;
    field.required = false;
    field.nullable = true;
    schema.fields.push_back(std::move(field));
  }
  return schema;
}

}  // namespace

const Schema kSettingsChange = settings_change();

const Schema kHost{"Host",
                   "Who this host is and how to reach it.",
                   {text("host_name", "The name clients show."),
                    text("uniqueid", "By which clients know it; never changes."),
                    text("fingerprint", "SHA-256 of its certificate, 64 hex digits."),
                    text("version", "Its version."), text("os", "The operating system."),
                    texts("addresses", "Where it can be reached."),
                    texts("macs", "Of its network cards, for Wake-on-LAN."),
                    object("ports", kPorts, "Ports in use."),
                    texts("codecs", "Video formats that clients are offered."),
                    maybe(text("deep_link", "Opens a native client with this host.")),
                    boolean("gamestream", "Whether Moonlight clients are served."),
                    boolean("native", "Whether native clients are served."),
                    boolean("open", "True: native clients need no pairing.")}};

const Schema kEncoderFormat{
    "EncoderFormat",
    "What one encoder made of one format when it was tried with real pictures.",
    {choice("codec", {"h264", "hevc", "av1"}, "The video format."),
     boolean("ten_bit", "10 instead of 8 bits per sample."),
     boolean("full_chroma", "4:4:4 instead of 4:2:0."), boolean("ok", "Whether it works."),
     maybe(integer("probe_ms", "What finding out took, in milliseconds.")),
     maybe(integer("frame_us", "What one picture of 1280x720 takes, in microseconds.")),
     maybe(text("reason", "When it does not work: what is missing, and what to do."))}};

const Schema kEncoderRow{
    "EncoderRow",
    "One encoder.",
    {text("name", "Its name."), maybe(text("device", "The device that it uses.")),
     boolean("hardware", "False: it runs on the processor."),
     boolean("in_use", "Whether a new session would get it."),
     list("codecs", kEncoderFormat, "Every format, tried.")}};

const Schema kEncoders{
    "Encoders",
    "Which encoder can do what on this machine.",
    {list("encoders", kEncoderRow, "In order of preference; empty while they are being tried."),
     texts("codecs", "Video formats that clients are offered."),
     maybe(integer("probed_unix",
                   "When they were tried; absent while they are being tried for "
                   "the first time."))}};

const Schema kDisplayRow{
    "DisplayRow",
    "One display that a session shows.",
    {text("kind", "virtual, x11 or synthetic."), text("mode", "Picture size and rate, WxH@Hz."),
     integer("session_id", "The session."), text("device_name", "Whose it is."),
     integer("since_unix", "Since when."), maybe(text("capture", "How it is captured.")),
     maybe(integer("last_frame_age_ms", "When its last picture was sent."))}};

const Schema kDisplays{"Displays",
                       "What sessions show, and what could be shown.",
                       {list("backends", kBackend, "Ways to get a display and its picture."),
                        list("displays", kDisplayRow, "In use."),
                        texts("settings", "The settings that decide about displays.")}};

std::vector<const Schema*> settings_schemas() {
  return {&kSettingsChange, &kHost,       &kEncoderFormat, &kEncoderRow,
          &kEncoders,       &kDisplayRow, &kDisplays};
}

}  // namespace pf::webui::schemas
