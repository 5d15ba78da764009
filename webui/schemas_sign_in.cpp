// First run, sign-in and tokens.
#include "webui/schema_fields.hpp"
#include "webui/schemas.hpp"

namespace pf::webui::schemas {
namespace {

constexpr std::int64_t kLongest = 256;

Field new_password(const char* name) {
  return text(name, 12, kLongest, "The new password, 12 characters or more.");
}

}  // namespace

const Schema kSetup{
    "Setup",
    "Whether this host has an operator.",
    {boolean("claimed", "False: it waits for its set-up code."),
     text("host_name", "The name clients show."),
     text("fingerprint",
          "Of the host's own certificate, to compare with the one the browser shows."),
     maybe(text("code_file", "Until then: the file on the host with the code."))}};

const Schema kClaim{
    "Claim",
    "Makes whoever knows the set-up code the operator.",
    {text("code", 1, 64, "The code from the host's log or its file."), new_password("password")}};

const Schema kLogin{
    "Login", "Signs a browser in.", {text("password", 1, kLongest, "The console's password.")}};

const Schema kPasswordChange{
    "PasswordChange",
    "A new password. Every other sign-in ends.",
    {text("current", 1, kLongest, "The password until now."), new_password("new")}};

const Schema kPasswordReset{
    "PasswordReset",
    "A new password from the machine itself. Every sign-in ends.",
    {maybe(text("password", 12, kLongest, "Absent: back to the first run, with a new code."))}};

const Schema kSignedInNow{"SignedInNow",
                          "The sign-in that asks.",
                          {integer("id", "Its number."), integer("since_unix", "When it began."),
                           integer("expires_unix", "When it ends by itself.")}};

const Schema kMe{
    "Me",
    "Who asks, as the host sees it.",
    {choice("lane", {"open", "token", "scoped", "console", "device"}, "The proof."),
     boolean("signed_in", "Whether this is a browser that is signed in."),
     text("name", "What the host calls the asker; empty without a proof."),
     maybe(choice("scope", {"read", "control", "admin"}, "scoped: what it may do.")),
     text("host_name", "The name clients show."), text("version", "The host's version."),
     maybe(object("sign_in", kSignedInNow, "console: the sign-in."))}};

const Schema kSignIn{
    "SignIn",
    "A browser that is signed in.",
    {integer("id", "Its number."), text("address", "Where it signed in."),
     text("agent", "What the browser says it is."), integer("since_unix", "When it signed in."),
     integer("last_unix", "When it was last used."),
     integer("expires_unix", "When it ends by itself."),
     boolean("current", "Whether it is the one that asks.")}};

const Schema kSignIns{
    "SignIns", "Every browser that is signed in.", {list("sign_ins", kSignIn, "Newest first.")}};

const Schema kToken{"Token",
                    "A token for programs. Its secret was shown once.",
                    {integer("id", "Its number."), text("name", "What it is for."),
                     choice("scope", {"read", "control", "admin"}, "What it may do."),
                     integer("created_unix", "When it was made."),
                     maybe(integer("expires_unix", "When it ends; absent: never.")),
                     maybe(integer("last_unix", "When it was last used since the host started.")),
                     boolean("expired", "Whether its time is over.")}};

const Schema kTokens{"Tokens", "Every token.", {list("tokens", kToken, "Newest first.")}};

const Schema kNewToken{"NewToken",
                       "A token to make.",
                       {text("name", 1, 64, "What it is for."),
                        choice("scope", {"read", "control", "admin"}, "What it may do."),
                        maybe(integer("expires_in_secs", 60, 10LL * 366 * 86400,
                                      "How long it lives; absent: until it is deleted."))}};

const Schema kMadeToken{"MadeToken",
                        "The new token with its secret, this once.",
                        {object("token", kToken, "The token."),
                         text("secret", "For the header Authorization: Bearer.")}};

const std::vector<const Schema*>& sign_in() {
  static const std::vector<const Schema*> schemas{
      &kSetup,  &kClaim,   &kLogin, &kPasswordChange, &kPasswordReset, &kSignedInNow, &kMe,
      &kSignIn, &kSignIns, &kToken, &kTokens,         &kNewToken,      &kMadeToken};
  return schemas;
}

}  // namespace pf::webui::schemas
