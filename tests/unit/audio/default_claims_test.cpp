#include "audio/default_claims.hpp"

#include <gtest/gtest.h>

namespace pf::audio {
namespace {

const Configured kSpeakers = "{ \"name\": \"alsa_output.pci\" }";
const Configured kHeadphones = "{\"name\":\"headphones\"}";
const std::string kFirst = "punktfunk-session-1";
const std::string kSecond = "punktfunk-session-2";
const std::optional<Configured> kNoJournal;

TEST(DefaultClaims, OurSinksAreKnownByTheirName) {
  EXPECT_EQ(choice_of(kFirst), "{\"name\":\"punktfunk-session-1\"}");
  for (const auto* ours : {"{\"name\":\"punktfunk-session-1\"}", "{ \"name\" : \"punktfunk-a\" }",
                           "{ name = punktfunk-a }", "{\"other\":\"x\", \"name\":\"punktfunk-a\"}"})
    EXPECT_TRUE(is_ours(ours)) << ours;
  for (const auto* other :
       {"", "{", "{}", "{\"name\":\"\"}", "{\"name\"", "{\"name\":\"alsa punktfunk-a\"}",
        "{\"other\":\"punktfunk-a\"}", "punktfunk-a", "{{{", "{\"name\":{\"name\":\"a\"}}",
        "{\"\":\"\"}", "{\"name\":\"alsa_output.pci\"}"})
    EXPECT_FALSE(is_ours(other)) << other;
  EXPECT_FALSE(is_ours(std::nullopt));
}

TEST(DefaultClaims, TheJournalKeepsAnyChoice) {
  for (const auto& before : {kSpeakers, Configured(), Configured("two\nlines"), Configured("x")}) {
    const auto read = read_journal_text(journal_text(before));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read, before);
  }
}

TEST(DefaultClaims, ADamagedJournalIsAnError) {
  const auto whole = journal_text(kSpeakers);
  for (std::size_t length = 0; length + kSpeakers->size() <= whole.size(); ++length)
    EXPECT_FALSE(read_journal_text(std::string_view(whole).substr(0, length)).has_value())
        << length;
  EXPECT_FALSE(read_journal_text("something else\nnothing\n").has_value());
  EXPECT_FALSE(read_journal_text(journal_text(std::nullopt) + "more").has_value());
}

TEST(DefaultClaims, OneSessionRestoresWhatWasThere) {
  for (const auto& before : {kSpeakers, Configured()}) {
    DefaultClaims claims;
    EXPECT_EQ(claims.take(kFirst, before, kNoJournal), before);
    EXPECT_FALSE(claims.empty());
    const auto leaving = claims.leave(kFirst, choice_of(kFirst));
    EXPECT_TRUE(leaving.change);
    EXPECT_EQ(leaving.to, before);
    EXPECT_TRUE(claims.empty());
  }
}

TEST(DefaultClaims, APersonsChoiceStays) {
  DefaultClaims claims;
  claims.take(kFirst, kSpeakers, kNoJournal);
  EXPECT_FALSE(claims.leave(kFirst, kHeadphones).change);
  claims.take(kFirst, kSpeakers, kNoJournal);
  EXPECT_FALSE(claims.leave(kFirst, std::nullopt).change);
}

TEST(DefaultClaims, TheLastOfSeveralRestores) {
  DefaultClaims claims;
  claims.take(kFirst, kSpeakers, kNoJournal);
  EXPECT_EQ(claims.take(kSecond, choice_of(kFirst), kNoJournal), kSpeakers);
  EXPECT_FALSE(claims.leave(kFirst, choice_of(kSecond)).change);
  const auto leaving = claims.leave(kSecond, choice_of(kSecond));
  EXPECT_TRUE(leaving.change);
  EXPECT_EQ(leaving.to, kSpeakers);
}

TEST(DefaultClaims, WhoStaysIsTheDefaultAgain) {
  DefaultClaims claims;
  claims.take(kFirst, kSpeakers, kNoJournal);
  claims.take(kSecond, choice_of(kFirst), kNoJournal);
  const auto leaving = claims.leave(kSecond, choice_of(kSecond));
  EXPECT_TRUE(leaving.change);
  EXPECT_EQ(leaving.to, choice_of(kFirst));
  EXPECT_EQ(claims.leave(kFirst, choice_of(kFirst)).to, kSpeakers);
}

TEST(DefaultClaims, AChoiceBetweenTwoSessionsIsWhatIsRestored) {
  DefaultClaims claims;
  claims.take(kFirst, kSpeakers, kNoJournal);
  EXPECT_EQ(claims.take(kSecond, kHeadphones, kNoJournal), kHeadphones);
  claims.leave(kFirst, choice_of(kSecond));
  EXPECT_EQ(claims.leave(kSecond, choice_of(kSecond)).to, kHeadphones);
}

TEST(DefaultClaims, WhatAKilledRunLeftCountsAsBefore) {
  DefaultClaims claims;
  EXPECT_EQ(claims.take(kFirst, choice_of(kFirst), kSpeakers), kSpeakers);
  claims.leave(kFirst, choice_of(kFirst));
  EXPECT_EQ(claims.take(kFirst, choice_of(kSecond), kNoJournal), std::nullopt);
  claims.leave(kFirst, choice_of(kFirst));
  EXPECT_EQ(claims.take(kFirst, kHeadphones, kSpeakers), kHeadphones);  // chosen since
}

}  // namespace
}  // namespace pf::audio
