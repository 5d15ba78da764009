// What the allow-list says beside devices: refusals of stale edits, the audit log, past streams,
// export and import.
#include "trust/grants.hpp"
#include "webui/schema_fields.hpp"
#include "webui/schema_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui::schemas {

const Schema kChangedElsewhere{"ChangedElsewhere",
                               "The device was changed after it was looked at.",
                               {text("error", "One sentence for people."),
                                choice("code", {"changed_elsewhere"}, "Always the same."),
                                object("device", kDevice, "The device as it is now.")}};

const Schema kMerge{"Merge",
                    "Two rows that are one physical device.",
                    {integer("other", 1, 0x7FFFFFFFFFFFFFFF,
                             "The device whose certificates move here; its own row goes.")}};

const Schema kSplit{"Split",
                    "A certificate that belongs to another physical device.",
                    {text("fingerprint", 64, 64, "Which one.")}};

const Schema kAuditEntry{
    "AuditEntry",
    "One thing that somebody did.",
    {integer("id", "Rises by one."), integer("unix_time", "When."),
     text("what",
          "paired, approved, denied, access_changed, disabled, enabled, renamed, merged, "
          "split, imported, expired, revoked, …"),
     maybe(integer("device_id", "The device, which may be gone by now.")),
     maybe(text("device_name", "Its name at that time.")),
     text("by", "Who: console, ctl, the name of a token, or host."),
     text("from", "From which address; empty for the host itself."), text("detail", "In words.")}};

const Schema kAudit{"Audit",
                    "The audit log. The newest 10,000 entries are kept.",
                    {list("entries", kAuditEntry, "Oldest first."),
                     integer("next", "For after, to go on from here.")}};

const Schema kPastSession{
    "PastSession",
    "A stream that was. A figure that was not measured is absent.",
    {integer("id", "Rises by one."), choice("plane", {"native", "gamestream"}, "Its protocol."),
     maybe(integer("device_id", "The device, which may be gone by now.")),
     text("device_name", "Its name at that time."), text("app_title", "What ran."),
     text("mode", "Picture size and rate, WxH@Hz."), maybe(text("codec", "The video format.")),
     maybe(text("encoder", "What made it.")), integer("started_unix", "When it began."),
     integer("duration_s", "How long it lasted."),
     text("end_reason", "A stable token, for example client-quit."),
     text("end_text", "The same in words."), integer("frames_sent", "Pictures sent."),
     integer("frames_dropped", "Pictures not sent."), integer("bytes", "Bytes of video."),
     maybe(integer("host_p50_us", "From capture to the last packet, median.")),
     maybe(integer("host_p99_us", "From capture to the last packet, 99th percentile."))}};

const Schema kHistory{"History",
                      "Streams that were, over restarts. The newest 2,000 are kept.",
                      {list("sessions", kPastSession, "Newest first.")}};

const Schema kExportedCredential{
    "ExportedCredential",
    "One certificate of a device; its fingerprint is no secret.",
    {text("fingerprint", 64, 64, "SHA-256, hex."),
     choice("plane", {"native", "gamestream"}, "The protocol it is for."),
     integer("paired_unix", 0, 0x7FFFFFFFFFFFFFFF, "When it was paired.")}};

const Schema kExportedDevice{
    "ExportedDevice",
    "A device without what belongs to one host and one moment.",
    {text("name", 1, 256, "Its name."),
     integer("grants", 0, trust::grant::kAll, "What it may do, one bit each."),
     maybe(integer("expires_unix", 0, 0x7FFFFFFFFFFFFFFF, "When its access ends.")),
     boolean("disabled", "Locked out without being forgotten."),
     integer("created_unix", 0, 0x7FFFFFFFFFFFFFFF, "When it was first paired."),
     maybe(integer("granted_unix", 0, 0x7FFFFFFFFFFFFFFF, "When a person last chose its access.")),
     {.name = "credentials",
      .type = FieldType::ListOfObjects,
      .help = "Its certificates.",
      .object = &kExportedCredential,
      .min = 1,
      .max = 16}}};

const Schema kExport{"Export",
                     "The allow-list as a file. No keys, tokens or passwords.",
                     {choice("format", {"punktfunk-devices"}, "Always the same."),
                      integer("version", 1, 1, "Of this format."),
                      maybe(integer("exported_unix", 0, 0x7FFFFFFFFFFFFFFF, "When it was made.")),
                      maybe(text("host_name", 0, 256, "Where it was made.")),
                      {.name = "devices",
                       .type = FieldType::ListOfObjects,
                       .help = "The devices, without guests that stay until they disconnect.",
                       .object = &kExportedDevice,
                       .max = 10'000}}};

const Schema kRevoked{
    "Revoked", "What was revoked.", {integer("revoked", "How many devices there were.")}};

const Schema kImported{
    "Imported",
    "What an import did.",
    {integer("added", "Devices that are new here."),
     integer("skipped", "Devices that were known already and stay as they are.")}};

std::vector<const Schema*> trust_schemas() {
  return {&kChangedElsewhere,
          &kMerge,
          &kSplit,
          &kAuditEntry,
          &kAudit,
          &kPastSession,
          &kHistory,
          &kExportedCredential,
          &kExportedDevice,
          &kExport,
          &kRevoked,
          &kImported};
}

}  // namespace pf::webui::schemas
