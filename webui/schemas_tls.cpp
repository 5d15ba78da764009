#include "webui/schema_fields.hpp"
#include "webui/schema_groups.hpp"

namespace pf::webui::schemas {

const Schema kTls{
    "Tls",
    "The certificate that browsers see.",
    {boolean("own", "Whether the operator brought it; else the host made it itself."),
     text("subject", "Whose it is."), text("issuer", "Who signed it."),
     text("fingerprint_sha256", "64 hex digits."),
     integer("not_before_unix", "Valid from then on."),
     integer("not_after_unix", "Valid until then."),
     integer("expires_in_s", "Seconds until then; negative once it is over."),
     texts("names", "own: the names for which it is shown. By address the host shows its own."),
     text("host_fingerprint_sha256", "Of the host's own, which devices know."),
     maybe(text("problem", "Why a stored certificate of the operator is not used."))}};

const Schema kTlsChange{
    "TlsChange",
    "A certificate and its key.",
    {lines("certificate_pem", 1, 64 * 1024,
           "The host's certificate, then the ones that signed it, each by the next."),
     lines("key_pem", 1, 16 * 1024, "Its private key, without a passphrase.")}};

const Schema kTlsRemoval{"TlsRemoval", "Nothing but what a gated request carries.", {}};

std::vector<const Schema*> tls_schemas() {
  return {&kTls, &kTlsChange, &kTlsRemoval};
}

}  // namespace pf::webui::schemas
