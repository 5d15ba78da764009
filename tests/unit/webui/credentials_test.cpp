#include "webui/credentials.hpp"

#include <gtest/gtest.h>

#include "support/temp_folder.hpp"
#include "webui/passwords.hpp"
#include "webui/setup_code.hpp"

namespace pf::webui {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;
constexpr PasswordCost kCheap{1, 8192};

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() { open(); }
  void open() {
    credentials_.reset();
    database_.reset();
    database_ = std::move(*store::Database::open(std::filesystem::path(folder_.path()) / "db"));
    credentials_ = std::move(*Credentials::open(*database_));
    credentials_->when_ended(
        [this](std::uint8_t lane, std::uint64_t id) { ended_.emplace_back(lane, id); });
  }
  std::string sign_in(std::int64_t now = kNow) {
    return *credentials_->sign_in("192.168.1.2", "Browser", now);
  }

  test::TempFolder folder_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<Credentials> credentials_;
  std::vector<std::pair<std::uint8_t, std::uint64_t>> ended_;
};

TEST(Passwords, AreKeptAsArgon2idAndFitOnlyThemselves) {
  const auto hash = hash_password("correct horse battery", kCheap);
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$")) << *hash;
  EXPECT_NE(hash, hash_password("correct horse battery", kCheap)) << "every hash has its own salt";
  EXPECT_TRUE(password_fits(*hash, "correct horse battery"));
  EXPECT_FALSE(password_fits(*hash, "correct horse batterz"));
  EXPECT_FALSE(password_fits(*hash, ""));
  for (const auto& bad :
       std::vector<std::string>{"", "x", std::string(500, 'a'), "$argon2id$v=19$m=8,t=1,p=1$$"})
    EXPECT_FALSE(password_fits(bad, "correct horse battery")) << bad;
}

TEST_F(CredentialsTest, SurviveARestart) {
  EXPECT_FALSE(credentials_->claimed());
  ASSERT_TRUE(credentials_->set_password("hash", 0, kNow));
  const auto secret = sign_in();
  const auto made = **credentials_->make_token("grafana", Scope::Read, kNow + 60, kNow);
  open();
  EXPECT_TRUE(credentials_->claimed());
  EXPECT_EQ(credentials_->password_hash(), "hash");
  const auto* found = credentials_->find_sign_in(secret, kNow + 1);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->agent, "Browser");
  const auto* token = credentials_->find_token(made.secret, kNow + 59);
  ASSERT_NE(token, nullptr);
  EXPECT_EQ(token->scope, Scope::Read);
  EXPECT_EQ(credentials_->find_token(made.secret, kNow + 60), nullptr) << "its time is over";
}

TEST_F(CredentialsTest, NoSecretIsInTheDatabase) {
  const auto secret = sign_in();
  const auto token = (**credentials_->make_token("x", Scope::Admin, {}, kNow)).secret;
  auto rows = *store::load_sign_ins(*database_);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].digest.find(secret), std::string::npos);
  EXPECT_NE(rows[0].digest, secret);
  EXPECT_NE((*store::load_tokens(*database_))[0].digest, token);
  EXPECT_EQ(credentials_->find_sign_in(rows[0].digest, kNow), nullptr) << "a stolen copy is no key";
}

TEST_F(CredentialsTest, ASignInEndsAfterSevenDays) {
  const auto secret = sign_in();
  const auto life = std::chrono::seconds(Credentials::kSignInLife).count();
  EXPECT_NE(credentials_->find_sign_in(secret, kNow + life - 1), nullptr);
  EXPECT_EQ(credentials_->find_sign_in(secret, kNow + life), nullptr);
  EXPECT_EQ(credentials_->sign_ins(kNow + life).size(), 0U);
}

TEST_F(CredentialsTest, ANewPasswordEndsEveryOtherSignIn) {
  const auto mine = sign_in();
  const auto other = sign_in();
  const auto keep = credentials_->find_sign_in(mine, kNow)->id;
  ASSERT_TRUE(credentials_->set_password("new", keep, kNow));
  EXPECT_NE(credentials_->find_sign_in(mine, kNow), nullptr);
  EXPECT_EQ(credentials_->find_sign_in(other, kNow), nullptr);
  ASSERT_EQ(ended_.size(), 1U);
  EXPECT_EQ(ended_[0].first, lane::kConsole);
  open();
  EXPECT_EQ(credentials_->find_sign_in(other, kNow), nullptr);
}

TEST_F(CredentialsTest, WhatCannotBeStoredIsNotGrantedAndWhatEndsStaysOut) {
  database_->fail_next_commits(1);
  EXPECT_FALSE(credentials_->sign_in("192.168.1.2", "", kNow));
  EXPECT_EQ(credentials_->sign_ins(kNow).size(), 0U);
  database_->fail_next_commits(1);
  EXPECT_FALSE(credentials_->set_password("hash", 0, kNow));
  EXPECT_FALSE(credentials_->claimed());

  const auto secret = sign_in();
  const auto id = credentials_->find_sign_in(secret, kNow)->id;
  database_->fail_next_commits(2);
  unsigned told = 0;
  credentials_->when_unsaved([&] { ++told; });
  EXPECT_FALSE(credentials_->end_sign_in(id));
  EXPECT_EQ(credentials_->find_sign_in(secret, kNow), nullptr);
  EXPECT_EQ(told, 1U);
  EXPECT_TRUE(credentials_->unsaved());
  EXPECT_FALSE(credentials_->flush());
  // The next change takes it along.
  sign_in();
  ASSERT_TRUE(*credentials_->end_sign_in(credentials_->sign_ins(kNow)[0].id));
  EXPECT_FALSE(credentials_->unsaved());
  open();
  EXPECT_EQ(credentials_->find_sign_in(secret, kNow), nullptr);
}

TEST_F(CredentialsTest, AreBounded) {
  std::string first;
  for (std::size_t i = 0; i <= Credentials::kSignIns; ++i) {
    const auto secret = sign_in(kNow + static_cast<std::int64_t>(i));
    if (i == 0) first = secret;
  }
  EXPECT_EQ(credentials_->sign_ins(kNow).size(), Credentials::kSignIns);
  EXPECT_EQ(credentials_->find_sign_in(first, kNow), nullptr);
  for (std::size_t i = 0; i < Credentials::kTokens; ++i)
    EXPECT_TRUE(*credentials_->make_token("t", Scope::Read, {}, kNow));
  EXPECT_FALSE(*credentials_->make_token("t", Scope::Read, {}, kNow));
}

TEST_F(CredentialsTest, ADeletedTokenIsOfNoMoreUse) {
  const auto made = **credentials_->make_token("x", Scope::Control, {}, kNow);
  EXPECT_TRUE(*credentials_->end_token(made.token.id));
  EXPECT_FALSE(*credentials_->end_token(made.token.id));
  EXPECT_EQ(credentials_->find_token(made.secret, kNow), nullptr);
  EXPECT_EQ(ended_,
            (std::vector<std::pair<std::uint8_t, std::uint64_t>>{{lane::kScoped, made.token.id}}));
  EXPECT_EQ(credentials_->find_token("", kNow), nullptr);
  EXPECT_EQ(credentials_->find_token("pft_", kNow), nullptr);
}

TEST(SetupCode, IsReadTheWayPeopleTypeIt) {
  test::TempFolder folder;
  const auto code = SetupCode::make(folder.path());
  ASSERT_TRUE(code);
  ASSERT_EQ(code->text().size(), 9U);
  std::string typed = code->text();
  EXPECT_TRUE(code->fits(typed));
  for (auto& c : typed) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  EXPECT_TRUE(code->fits(typed));
  std::erase(typed, '-');
  EXPECT_TRUE(code->fits(" " + typed));
  EXPECT_FALSE(code->fits(typed + "0"));
  EXPECT_FALSE(code->fits(typed.substr(1)));
  EXPECT_FALSE(code->fits(""));
  EXPECT_EQ(std::filesystem::status(code->file()).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  SetupCode::remove(folder.path());
  EXPECT_FALSE(std::filesystem::exists(code->file()));
}

}  // namespace
}  // namespace pf::webui
