// The shapes of the API by group; each group is in schemas_<group>.cpp. schemas.cpp joins them.
#pragma once

#include <vector>

#include "webui/schema.hpp"

namespace pf::webui::schemas {

extern const Schema kSettingsChange, kHost, kEncoderFormat, kEncoderRow, kEncoders;
extern const Schema kDisplayRow, kDisplays;
std::vector<const Schema*> settings_schemas();

extern const Schema kSample, kLive;
extern const Schema kSessionAccess, kSessionAccessNow, kSessionAudio;
std::vector<const Schema*> live_schemas();

extern const Schema kCheck, kChecks, kRefresh, kAlive, kSupportBundle;
std::vector<const Schema*> diagnostics_schemas();

extern const Schema kAppChange, kAppOrder, kLibrarySource, kLibraryEntry, kLibrary, kLibraryImport;
std::vector<const Schema*> library_schemas();

extern const Schema kChangedElsewhere, kMerge, kSplit, kAuditEntry, kAudit, kPastSession, kHistory;
extern const Schema kExportedCredential, kExportedDevice, kExport, kImported, kRevoked;
std::vector<const Schema*> trust_schemas();

extern const Schema kTls, kTlsChange, kTlsRemoval;
std::vector<const Schema*> tls_schemas();

extern const Schema kAction, kActions, kPowerAction, kRestart, kActionStarted;
std::vector<const Schema*> actions_schemas();

}  // namespace pf::webui::schemas
