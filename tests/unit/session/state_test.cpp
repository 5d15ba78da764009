#include "session/state.hpp"

#include <gtest/gtest.h>

#include <map>

namespace pf::session {
namespace {

constexpr State kStates[] = {State::Reserved, State::Starting, State::Live, State::Rebuilding,
                             State::Detached, State::Ending,   State::Ended};
constexpr Event kEvents[] = {Event::Attach,    Event::Ready,      Event::OpenFailed,
                             Event::MediaLost, Event::ModeChange, Event::PeerGone,
                             Event::Deadline,  Event::Stop,       Event::TornDown};

// The whole product, written out once more from the table of the design.
TEST(State, FullProduct) {
  const std::map<std::pair<State, Event>, State> legal = {
      {{State::Reserved, Event::Attach}, State::Starting},
      {{State::Reserved, Event::Deadline}, State::Ending},
      {{State::Starting, Event::Ready}, State::Live},
      {{State::Starting, Event::OpenFailed}, State::Ending},
      {{State::Starting, Event::PeerGone}, State::Detached},
      {{State::Live, Event::MediaLost}, State::Rebuilding},
      {{State::Live, Event::ModeChange}, State::Rebuilding},
      {{State::Live, Event::PeerGone}, State::Detached},
      {{State::Rebuilding, Event::Ready}, State::Live},
      {{State::Rebuilding, Event::OpenFailed}, State::Rebuilding},
      {{State::Rebuilding, Event::PeerGone}, State::Detached},
      {{State::Detached, Event::Attach}, State::Starting},
      {{State::Detached, Event::Deadline}, State::Ending},
      {{State::Ending, Event::TornDown}, State::Ended},
  };
  for (const auto state : kStates)
    for (const auto event : kEvents) {
      const auto to = next(state, event);
      const bool stops = event == Event::Stop && state != State::Ending && state != State::Ended;
      const auto entry = legal.find({state, event});
      if (stops)
        EXPECT_EQ(to, State::Ending) << name(state);
      else if (entry != legal.end())
        EXPECT_EQ(to, entry->second) << name(state) << " " << name(event);
      else
        EXPECT_EQ(to, std::nullopt) << name(state) << " " << name(event);
    }
}

TEST(State, SecondFailedRebuildEnds) {
  EXPECT_EQ(next(State::Rebuilding, Event::OpenFailed, 0), State::Rebuilding);
  EXPECT_EQ(next(State::Rebuilding, Event::OpenFailed, 1), State::Ending);
}

TEST(State, NothingLeadsBackFromEnding) {
  for (const auto event : kEvents) {
    const auto to = next(State::Ending, event);
    EXPECT_TRUE(!to || *to == State::Ended);
    EXPECT_EQ(next(State::Ended, event), std::nullopt);
  }
}

}  // namespace
}  // namespace pf::session
