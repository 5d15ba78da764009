// The console's password, the browsers that are signed in, and the tokens for programs. Secrets
// never come here: passwords as argon2id text, everything else as its SHA-256. Meaning is webui's.
#pragma once

#include <vector>

#include "store/database.hpp"

namespace pf::store {

struct SignInRow {
  std::int64_t id = 0;
  std::string digest;  // 64 hex digits
  std::string address;
  std::string agent;
  std::int64_t since_unix = 0;
  std::int64_t last_unix = 0;
};

struct TokenRow {
  std::int64_t id = 0;
  std::string digest;
  std::string name;
  std::int64_t scope = 0;
  std::int64_t created_unix = 0;
  std::optional<std::int64_t> expires_unix;
};

Result<std::optional<std::string>> load_password(Database& database);
// Stores the hash, or removes it, and ends every sign-in but `keep` (0: all) in one step.
Result<> save_password(Database& database, const std::optional<std::string>& hash,
                       std::int64_t now_unix, std::int64_t keep);

Result<std::vector<SignInRow>> load_sign_ins(Database& database);
// The number of the new row; `row.id` is not read.
Result<std::int64_t> insert_sign_in(Database& database, const SignInRow& row);
Result<> touch_sign_in(Database& database, std::int64_t id, std::int64_t last_unix);
Result<> delete_sign_ins(Database& database, const std::vector<std::int64_t>& ids);

Result<std::vector<TokenRow>> load_tokens(Database& database);
Result<std::int64_t> insert_token(Database& database, const TokenRow& row);
Result<> delete_tokens(Database& database, const std::vector<std::int64_t>& ids);

}  // namespace pf::store
