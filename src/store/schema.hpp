// The schema, one migration after the other. A released migration is never edited: add the next
// one.
#pragma once

#include <array>

namespace pf::store {

inline constexpr std::array<const char*, 7> kMigrations = {
    R"sql(
CREATE TABLE devices (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,  -- ids are never used again
  name         TEXT NOT NULL,
  disabled     INTEGER NOT NULL DEFAULT 0,
  grants       INTEGER NOT NULL,
  expires_unix INTEGER,
  created_unix INTEGER NOT NULL,
  last_seen_unix INTEGER,
  last_address TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE credentials (
  fingerprint  TEXT PRIMARY KEY,                   -- lower-case hex SHA-256 of the certificate's DER
  device_id    INTEGER NOT NULL REFERENCES devices(id) ON DELETE CASCADE,
  plane        INTEGER NOT NULL,                   -- trust::Plane
  paired_unix  INTEGER NOT NULL
) STRICT;
CREATE INDEX credentials_device ON credentials(device_id);
CREATE TABLE settings (
  id    TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
CREATE TABLE apps (
  id          INTEGER PRIMARY KEY,
  title       TEXT NOT NULL,
  command     TEXT NOT NULL,                       -- JSON array of strings
  working_directory TEXT NOT NULL,
  environment TEXT NOT NULL                        -- JSON object of strings
) STRICT;
CREATE TABLE audit (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  unix_time INTEGER NOT NULL,
  what      TEXT NOT NULL,                         -- "paired", "revoked", "renamed", …
  device_id INTEGER,
  detail    TEXT NOT NULL
) STRICT;
)sql",
    // Guests: access that ends with the last stream, and when a person last chose it.
    R"sql(
ALTER TABLE devices ADD COLUMN until_disconnect INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN granted_unix INTEGER;
)sql",
    // Which edit a device is at and what its client says it is; who changed what, from where; and
    // the streams that were.
    R"sql(
ALTER TABLE devices ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE devices ADD COLUMN client_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE devices ADD COLUMN client_version TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN device_name TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN actor TEXT NOT NULL DEFAULT '';    -- trust::Actor::by
ALTER TABLE audit ADD COLUMN origin TEXT NOT NULL DEFAULT '';   -- trust::Actor::from
CREATE INDEX audit_device ON audit(device_id, what);
CREATE TABLE history (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  plane          INTEGER NOT NULL,                 -- trust::Plane
  device_id      INTEGER,                          -- absent: a guest of open mode
  device_name    TEXT NOT NULL,
  app_title      TEXT NOT NULL,
  mode           TEXT NOT NULL,                    -- "1920x1080@60"
  codec          TEXT NOT NULL,                    -- empty: it never streamed
  encoder        TEXT NOT NULL,
  started_unix   INTEGER NOT NULL,
  duration_s     INTEGER NOT NULL,
  end_reason     TEXT NOT NULL,                    -- session::name(EndReason)
  end_text       TEXT NOT NULL,
  frames_sent    INTEGER NOT NULL,
  frames_dropped INTEGER NOT NULL,
  bytes          INTEGER NOT NULL,
  host_p50_us    INTEGER,
  host_p99_us    INTEGER
) STRICT;
)sql",
    // What runs before and after an application, its place in lists, where it was found, its cover;
    // and what still has to be undone when the host is killed meanwhile.
    R"sql(
ALTER TABLE apps ADD COLUMN prepare TEXT NOT NULL DEFAULT '[]';  -- JSON array of {do, undo}
ALTER TABLE apps ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN source TEXT NOT NULL DEFAULT '';     -- key in the library; empty = by hand
CREATE TABLE app_art (
  app_id INTEGER PRIMARY KEY,
  type   TEXT NOT NULL,                            -- "image/png", "image/jpeg"
  tag    TEXT NOT NULL,                            -- changes with the picture
  bytes  BLOB NOT NULL
) STRICT;
CREATE TABLE undo_journal (
  id   INTEGER PRIMARY KEY AUTOINCREMENT,
  step TEXT NOT NULL                               -- JSON: command, environment, folder
) STRICT;
)sql",
    // Who may use the console and the interface. Secrets are kept as their SHA-256 only.
    R"sql(
CREATE TABLE console_password (
  id           INTEGER PRIMARY KEY CHECK (id = 1),
  hash         TEXT NOT NULL,                      -- argon2id, in its own text form
  changed_unix INTEGER NOT NULL
) STRICT;
CREATE TABLE sign_ins (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  digest     TEXT NOT NULL UNIQUE,
  address    TEXT NOT NULL,
  agent      TEXT NOT NULL,
  since_unix INTEGER NOT NULL,
  last_unix  INTEGER NOT NULL
) STRICT;
CREATE TABLE api_tokens (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  digest       TEXT NOT NULL UNIQUE,
  name         TEXT NOT NULL,
  scope        INTEGER NOT NULL,                   -- webui::Scope
  created_unix INTEGER NOT NULL,
  expires_unix INTEGER
) STRICT;
)sql",
    // What happens when a device wants an application that another one has: as the host does, or
    // as its entry says. The setting before it was for native devices alone.
    R"sql(
ALTER TABLE apps ADD COLUMN second_client TEXT NOT NULL DEFAULT '';
UPDATE settings SET id = 'second_client',
  value = CASE value WHEN 'reject' THEN 'refuse' ELSE value END
  WHERE id = 'mode_conflict';
)sql",
    // Applications that clients are not shown.
    R"sql(
ALTER TABLE apps ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
)sql",
};

}  // namespace pf::store
