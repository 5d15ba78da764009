// Three Moonlight clients launch, start, resume, quit, leave and disappear in any order, for
// applications with every policy for a second client. Whatever they do: a step ends nobody's stream
// but those that the policy gives up, and every client is told the truth about what it has.
#include <cstdlib>
#include <random>
#include <set>

#include "loopback/host_fixture.hpp"

namespace pf::test {
namespace {

using apps::SecondClient;
using gs::StreamState;

constexpr std::size_t kClients = 3;
constexpr int kSteps = 30;

// PF_ORDERS in the environment: how many orders are tried.
unsigned orders() {
  const auto* const wish = std::getenv("PF_ORDERS");
  return wish != nullptr ? static_cast<unsigned>(std::strtoul(wish, nullptr, 10)) : 3U;
}

class Orders : public HostTest {
 protected:
  struct Player {
    std::unique_ptr<GsClient> client;
    bool ready = false;      // granted, and not used yet
    bool streaming = false;  // from start until somebody ends it
  };
  Orders() {
    for (const auto policy :
         {SecondClient::Separate, SecondClient::Join, SecondClient::Steal, SecondClient::Refuse})
      apps_.push_back(host.add_app(apps::name(policy), {"/bin/sleep", "600"}, policy));
    for (std::size_t n = 0; n < kClients; ++n) players_[n].client = paired_client(n);
  }
  ~Orders() override {
    for (auto& player : players_)
      if (player.client->has_stream()) player.client->die();
  }

  std::optional<session::SessionInfo> session_of(std::size_t n) {
    for (const auto& info : host.sessions())
      if (info.fingerprint == players_[n].client->identity().fingerprint() &&
          info.state != session::State::Ending)
        return info;
    return std::nullopt;
  }
  std::set<std::size_t> holders(std::uint32_t app) {
    std::set<std::size_t> found;
    for (std::size_t n = 0; n < kClients; ++n)
      if (const auto session = session_of(n); session && session->app_id == app) found.insert(n);
    return found;
  }
  static bool closed(Player& player) {
    return player.client->stream().wait_for([](const StreamState& s) { return s.control_closed; });
  }
  static bool goes_on(Player& player) {
    const auto now = player.client->stream().state();
    return player.client->stream().wait_for([&](const StreamState& s) {
      return s.shown_frames >= now.shown_frames + 2 && s.audio_packets >= now.audio_packets + 2;
    });
  }

  // Each gives back who may lose its stream or its launch by this step.
  std::set<std::size_t> launch(std::size_t n, SecondClient policy) {
    auto& player = players_[n];
    GsLaunch launch;
    launch.app_id = apps_[static_cast<std::size_t>(policy) - 1];
    const auto before = session_of(n);
    auto others = holders(launch.app_id);
    others.erase(n);
    std::set<std::size_t> lose;
    // Its own reservation that it never used is no obstacle.
    const bool reserved = before && before->state == session::State::Reserved;
    const auto answer = player.client->launch(launch);
    EXPECT_TRUE(answer) << answer.error().message();
    if (!answer) return lose;
    const bool taken = policy == SecondClient::Refuse && !others.empty();
    EXPECT_EQ(answer->ok(), (!before || reserved) && !taken)
        << answer->status_code << " " << answer->status_message;
    player.ready = false;  // the client has thrown the keys of an earlier grant away
    if (!answer->ok()) return lose;
    player.ready = true;
    if (policy == SecondClient::Steal) lose.insert(others.begin(), others.end());
    return lose;
  }
  void start(std::size_t n) {
    auto& player = players_[n];
    if (!player.ready) return;
    player.ready = false;
    const auto started = player.client->start();
    ASSERT_TRUE(started) << started.error().message();
    ASSERT_TRUE(wait_for_media(*player.client, 2, 2));
    player.streaming = true;
  }
  void resume(std::size_t n) {
    auto& player = players_[n];
    const auto before = session_of(n);
    const auto answer = player.client->resume();
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->ok(), before.has_value()) << answer->status_message;
    player.ready = false;
    if (!answer->ok()) return;
    if (player.streaming) {
      EXPECT_TRUE(closed(player));
    }
    player.streaming = false;
    player.ready = true;
  }
  std::set<std::size_t> cancel(std::size_t n) {
    auto& player = players_[n];
    const auto before = session_of(n);
    const auto lose = before ? joined_to(*before) : std::set<std::size_t>();
    const auto answer = player.client->cancel();
    EXPECT_TRUE(answer && answer->ok());
    EXPECT_FALSE(session_of(n));
    player.ready = player.streaming = false;
    return lose;
  }
  // Those who see the picture of a session that its owner ends.
  std::set<std::size_t> joined_to(const session::SessionInfo& owner) {
    std::set<std::size_t> found;
    for (std::size_t n = 0; n < kClients; ++n)
      if (const auto session = session_of(n); session && session->joined == owner.id)
        found.insert(n);
    return found;
  }
  void look(const std::set<std::size_t>& lose) {
    for (const auto n : lose) {
      auto& player = players_[n];
      if (player.streaming) {
        EXPECT_TRUE(closed(player)) << "client " << n;
      }
      player.streaming = player.ready = false;
    }
    for (std::size_t n = 0; n < kClients; ++n) {
      auto& player = players_[n];
      const auto session = session_of(n);
      EXPECT_EQ(player.client->serverinfo()->value("currentgame"),
                session ? std::to_string(session->app_id) : "0")
          << "client " << n;
      if (player.streaming) {
        EXPECT_TRUE(goes_on(player)) << "client " << n;
      }
    }
  }

  std::vector<std::uint32_t> apps_;
  std::array<Player, kClients> players_;
};

TEST_F(Orders, NoStepTouchesMoreThanItsPolicySays) {
  for (unsigned seed = 1; seed <= orders(); ++seed) {
    std::mt19937 random(seed);
    for (int step = 0; step < kSteps; ++step) {
      const auto n = static_cast<std::size_t>(random() % kClients);
      const auto what = random() % 12;
      const auto policy = static_cast<SecondClient>(1 + random() % 4);
      SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(step) + ": client " +
                   std::to_string(n) + " does " + std::to_string(what) + ", " + apps::name(policy));
      std::set<std::size_t> lose;
      auto& player = players_[n];
      if (what < 4) {
        lose = launch(n, policy);
        if (what < 3) look(std::exchange(lose, {})), start(n);
      } else if (what < 6) {
        start(n);
      } else if (what < 8) {
        resume(n);
      } else if (what < 10) {
        if (player.streaming) what == 8 ? player.client->leave() : player.client->die();
        player.streaming = false;
      } else {
        lose = cancel(n);
      }
      look(lose);
      // What was granted before this step waits no longer than that.
      for (std::size_t other = 0; other < kClients; ++other)
        if (other != n) start(other);
      if (HasFailure()) return;
    }
    for (std::size_t n = 0; n < kClients; ++n) look(cancel(n));
    ASSERT_TRUE(host.wait_for_sessions(0));
  }
}

}  // namespace
}  // namespace pf::test
