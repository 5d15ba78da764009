// Every named shape of the API.
#pragma once

#include "webui/schema.hpp"

namespace pf::webui::schemas {

extern const Schema kError, kHealth, kDocument;
extern const Schema kPorts, kEncoder, kBackend, kSessionCounts, kStatus;
extern const Schema kSession, kSessions;
extern const Schema kPinRequest, kPinOutcome, kPairing, kPinEntry, kPinAccepted;
extern const Schema kCredential, kDevice, kDevices, kDeviceChange;
extern const Schema kNativeOutcome, kNativePairing, kNativeArm, kNativeArmed;
extern const Schema kKnock, kKnocks, kKnockApproval;
extern const Schema kStep, kApp, kApps, kNewApp;
Field prepare_field();  // a list of kStep, in a request
Field policy_field();   // what a second client gets
Field hidden_field();   // whether clients are shown it
extern const Schema kLogEntry, kLog;
extern const Schema kSetting, kSettings;

// The ones above. Further areas have a list of their own, in schemas_<area>.cpp.
const std::vector<const Schema*>& core();

extern const Schema kSetup, kClaim, kLogin, kPasswordChange, kPasswordReset, kSignedInNow, kMe;
extern const Schema kSignIn, kSignIns, kToken, kTokens, kNewToken, kMadeToken;
const std::vector<const Schema*>& sign_in();

// All of them, for the document.
const std::vector<const Schema*>& all();

}  // namespace pf::webui::schemas
