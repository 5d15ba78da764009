#include "session/recovery_desk.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace pf::session {
namespace {

using namespace std::chrono_literals;
using media::FrameType;

// An encoder that does as it is told, in virtual time.
class Coder {
 public:
  explicit Coder(bool invalidates, std::uint32_t newest = 0)
      : invalidates_(invalidates), index_(newest) {
    desk.begin(newest, invalidates);
  }
  FrameType next(std::chrono::milliseconds after = 16ms) {
    now += after;
    const auto orders = desk.take(now, invalidates_);
    auto type = FrameType::Predicted;
    if (orders.invalid_from != 0) type = FrameType::AfterInvalidation;
    if (orders.force_idr) type = FrameType::Idr;
    repaired = orders.repair;
    from = orders.invalid_from;
    desk.coded(now, ++index_, type, orders, type == FrameType::Idr ? idr_bytes : 0);
    return type;
  }
  std::uint32_t index() const { return index_; }

  RecoveryDesk desk;
  SteadyTime now{std::chrono::hours(1)};
  bool repaired = false;
  std::uint32_t from = 0;
  std::size_t idr_bytes = 0;

 private:
  bool invalidates_;
  std::uint32_t index_;
};

TEST(RecoveryDesk, StartsWithAnIdr) {
  Coder coder(false);
  EXPECT_EQ(coder.next(), FrameType::Idr);
  EXPECT_FALSE(coder.repaired);
  EXPECT_EQ(coder.next(), FrameType::Predicted);
  EXPECT_EQ(coder.desk.due(), SteadyTime::max());
}

TEST(RecoveryDesk, RepeatedIdrRequestsAreSpaced) {
  Coder coder(false);
  coder.next();
  coder.desk.request_idr();
  EXPECT_EQ(coder.desk.due(), coder.now + RecoveryDesk::kIdrSpacing);
  int idrs = 0;
  for (int i = 0; i < 60; ++i) {
    coder.desk.request_idr();
    idrs += coder.next(10ms) == FrameType::Idr;
  }
  EXPECT_EQ(idrs, 6);
}

// A storm of requests on a path that loses most of it: IDRs get a third of the line, and the wait
// for the next one has an end.
TEST(RecoveryDesk, DearIdrsAreSpacedByWhatTheyCost) {
  for (const auto& [bytes, spacing] : {std::pair{1'000U, 100}, {40'000U, 240}, {400'000U, 400}}) {
    SCOPED_TRACE(bytes);
    Coder coder(false);
    coder.desk.set_rate(4'000);
    coder.idr_bytes = bytes;
    coder.next();
    coder.desk.request_idr();
    EXPECT_EQ(coder.desk.due(), coder.now + std::chrono::milliseconds(spacing));
    int idrs = 0;
    for (int i = 0; i < 480; ++i) {
      coder.desk.request_idr();
      coder.desk.invalidate(coder.index(), coder.index());
      idrs += coder.next(10ms) == FrameType::Idr;
    }
    // What names its losses is answered sooner, as far as the line allows it.
    EXPECT_EQ(idrs, 4'800 / std::max(spacing == 100 ? 50 : spacing, 50));
    // After a calm there is no wait.
    coder.next(1000ms);
    coder.desk.request_idr();
    EXPECT_LE(coder.desk.due(), coder.now);
  }
}

TEST(RecoveryDesk, ALossIsAnsweredAtOnce) {
  Coder coder(false);
  for (int i = 0; i < 10; ++i) coder.next();
  coder.desk.invalidate(8, 9);
  EXPECT_LE(coder.desk.due(), coder.now);
  EXPECT_EQ(coder.next(), FrameType::Idr);
  EXPECT_TRUE(coder.repaired);
  EXPECT_EQ(coder.next(), FrameType::Predicted);
  EXPECT_FALSE(coder.repaired);
}

TEST(RecoveryDesk, LossesFromBeforeTheLastIdrCostNothing) {
  Coder coder(false);
  for (int i = 0; i < 10; ++i) coder.next();
  coder.desk.invalidate(8, 8);
  coder.next();  // the IDR has index 11
  for (std::uint32_t last = 8; last <= 10; ++last) {
    coder.desk.invalidate(8, last);
    EXPECT_EQ(coder.desk.due(), SteadyTime::max());
  }
  // The IDR itself was lost.
  coder.desk.invalidate(8, 11);
  EXPECT_LT(coder.desk.due(), SteadyTime::max());
  coder.next(RecoveryDesk::kRepairSpacing);
  EXPECT_TRUE(coder.repaired);
}

TEST(RecoveryDesk, ReportsTogetherGetOneAnswer) {
  Coder coder(true);
  for (int i = 0; i < 30; ++i) coder.next();
  coder.desk.invalidate(25, 25);
  coder.desk.invalidate(20, 21);
  coder.desk.invalidate(28, 29);
  EXPECT_EQ(coder.next(), FrameType::AfterInvalidation);
  EXPECT_EQ(coder.from, 20U);
  EXPECT_EQ(coder.next(), FrameType::Predicted);
  // Everything from 20 up to the answer is healed, what came before is not.
  coder.desk.invalidate(22, 30);
  EXPECT_EQ(coder.desk.due(), SteadyTime::max());
  coder.desk.invalidate(19, 19);
  EXPECT_LT(coder.desk.due(), SteadyTime::max());
}

TEST(RecoveryDesk, AnIdrAnswersLossesToo) {
  Coder coder(true);
  for (int i = 0; i < 30; ++i) coder.next();
  coder.desk.invalidate(25, 25);
  coder.desk.request_idr();
  EXPECT_EQ(coder.next(), FrameType::Idr);
  EXPECT_TRUE(coder.repaired);
  EXPECT_EQ(coder.desk.due(), SteadyTime::max());
}

TEST(RecoveryDesk, NonsenseIsIgnored) {
  Coder coder(false);
  for (int i = 0; i < 5; ++i) coder.next();
  coder.desk.invalidate(9, 7);    // backwards
  coder.desk.invalidate(6, 100);  // not coded yet
  coder.desk.invalidate(1000, 0x7000'0000);
  EXPECT_EQ(coder.desk.due(), SteadyTime::max());
  coder.desk.invalidate(3, 0x7000'0000);  // reaches into the future: the past of it counts
  EXPECT_LT(coder.desk.due(), SteadyTime::max());
}

TEST(RecoveryDesk, IndicesWrap) {
  Coder coder(true, 0xFFFF'FFF0);
  for (int i = 0; i < 32; ++i) coder.next();
  coder.desk.invalidate(0xFFFF'FFFE, 3);
  EXPECT_EQ(coder.next(), FrameType::AfterInvalidation);
  EXPECT_EQ(coder.from, 0xFFFF'FFFEU);
  coder.desk.invalidate(0xFFFF'FFFF, 2);
  EXPECT_EQ(coder.desk.due(), SteadyTime::max());
}

TEST(RecoveryDesk, AnswersThatDidNotComeOutAreGivenAgain) {
  Coder coder(false);
  coder.next();
  coder.now += 1s;
  coder.desk.request_idr();
  auto orders = coder.desk.take(coder.now, false);
  ASSERT_TRUE(orders.force_idr);
  coder.desk.not_coded(orders);
  orders = coder.desk.take(coder.now, false);
  ASSERT_TRUE(orders.force_idr);
  coder.desk.coded(coder.now, 2, FrameType::Predicted, orders);  // it did as it liked
  EXPECT_TRUE(coder.desk.take(coder.now, false).force_idr);
}

TEST(RecoveryDesk, AnEncoderThatKnowsNoWayBackIsAskedForAnIdr) {
  RecoveryDesk desk;
  desk.begin(0, false);
  SteadyTime now{std::chrono::hours(1)};
  desk.coded(now, 1, FrameType::Idr, desk.take(now, true));
  now += 1s;
  desk.coded(now, 2, FrameType::Predicted, desk.take(now, true));
  desk.invalidate(2, 2);
  const auto orders = desk.take(now, true);
  ASSERT_EQ(orders.invalid_from, 2U);
  desk.coded(now, 3, FrameType::Predicted, orders);
  EXPECT_TRUE(desk.take(now, true).force_idr);
}

// A decoder that loses units, reports them as clients do, and must be whole again after one round
// trip without further loss, at a bounded number of answers.
TEST(RecoveryDesk, EveryLossIsHealed) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 random(seed);
    const bool invalidates = seed % 2 == 0;
    Coder coder(invalidates);
    std::set<std::uint32_t> lost;
    std::uint32_t broken_since = 0;  // the decoder shows nothing from this unit on; 0 = whole
    std::uint32_t unreported = 0, answers = 0, losses = 0;
    for (int step = 0; step < 4000; ++step) {
      const auto type = coder.next();
      const auto index = coder.index();
      answers += type != FrameType::Predicted;
      const bool calm = step % 500 > 300;
      if (!calm && random() % 20 == 0) {
        lost.insert(index);
        ++losses;
        if (broken_since == 0) broken_since = index;
        if (unreported == 0) unreported = index;
        continue;
      }
      if (type == FrameType::Idr) broken_since = 0;
      if (type == FrameType::AfterInvalidation &&
          lost.lower_bound(coder.from) == lost.lower_bound(broken_since))
        broken_since = 0;
      // Seen a unit after a gap: report, at most every 100 ms.
      if (unreported != 0 && step % 7 == 0) {
        coder.desk.invalidate(unreported, index - 1);
        unreported = 0;
      }
      if (broken_since != 0 && step % 30 == 0) coder.desk.request_idr();
      if (step % 500 == 499) {
        EXPECT_EQ(broken_since, 0U) << seed << ' ' << step;
      }
    }
    EXPECT_LE(answers, losses + 4000U / 30 + 1) << seed;
  }
}

}  // namespace
}  // namespace pf::session
