// The schema, one migration after the other. A released migration is never edited: add the next
// one.
#pragma once

#include <array>

namespace pf::store {

inline constexpr std::array<const char*, 2> kMigrations = {
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
};

}  // namespace pf::store
