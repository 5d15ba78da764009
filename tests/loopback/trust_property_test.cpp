// Random orders of pair, approve, deny, edit, expire, disable, revoke and restart over both
// protocols while streams run, held against a model: nobody streams or sends input who should not,
// and nobody who may is cut off. What unit/trust/property_test.cpp shows of leases in virtual time,
// this shows of pictures and events on the wire.
#include <cstdlib>
#include <random>

#include "loopback/native_fixture.hpp"

namespace pf::test {
namespace {

using gs::StreamState;
using native::wire::CloseCode;
namespace grant = trust::grant;
namespace p = gs::input_packet;

constexpr std::size_t kDevices = 4;  // the first two are Moonlight clients
constexpr std::uint32_t kChoices[] = {grant::kPresetFull, grant::kPresetController,
                                      grant::kPresetView, grant::kPointer, grant::kKeyboard};

struct Model {
  bool paired = false, disabled = false, expired = false;
  std::uint32_t grants = 0;
  bool allowed() const { return paired && !disabled && !expired; }
};

class TrustProperty : public NativeHostTest, public testing::WithParamInterface<std::uint32_t> {
 protected:
  static bool moonlight(std::size_t k) { return k < 2; }
  static crypto::Fingerprint print(std::size_t k) {
    return moonlight(k) ? client_identity(k).fingerprint() : fingerprint_of(k);
  }
  std::size_t pick(std::size_t count) { return random_() % count; }
  std::uint32_t some_grants() { return kChoices[pick(std::size(kChoices))]; }
  trust::DeviceId id_of(std::size_t k) { return *host.device_of(print(k)); }

  bool streams(std::size_t k) const {
    return moonlight(k) ? gs_[k] != nullptr : nat_[k] != nullptr;
  }
  std::size_t streaming() const {
    std::size_t count = 0;
    for (std::size_t k = 0; k < kDevices; ++k) count += streams(k) ? 1 : 0;
    return count;
  }
  std::optional<session::SessionInfo> session_of(std::size_t k) {
    for (auto& info : host.manager().list())
      if (info.fingerprint == print(k)) return info;
    return std::nullopt;
  }

  // -- what can happen
  void pair(std::size_t k) {
    const trust::Access access{some_grants(), std::nullopt};
    if (moonlight(k))
      host.admit(client_identity(k), "device", access);
    else
      host.admit_native(print(k), "device", access);
    // A paired row keeps whether it is disabled.
    model_[k] = {true, model_[k].paired && model_[k].disabled, false, access.grants};
  }
  void edit(std::size_t k) {
    if (!model_[k].paired) return;
    const auto grants = some_grants();
    host.on_control([&, id = id_of(k)] {
      EXPECT_TRUE(host.allow_list().set_access(id, {grants, {}}));
    });
    model_[k].grants = grants;
    model_[k].expired = false;
  }
  void expire(std::size_t k) {
    if (!model_[k].paired) return;
    host.on_control([&, id = id_of(k)] {
      EXPECT_TRUE(host.allow_list().set_access(id, {model_[k].grants, unix_now() - 1}));
    });
    model_[k].expired = true;
  }
  void disable(std::size_t k) {
    if (!model_[k].paired) return;
    const bool disabled = pick(3) != 0;
    host.on_control(
        [&, id = id_of(k)] { EXPECT_TRUE(host.allow_list().set_disabled(id, disabled)); });
    model_[k].disabled = disabled;
  }
  void revoke(std::size_t k) {
    if (!model_[k].paired) return;
    host.revoke(print(k));
    model_[k] = {};
  }
  void restart(std::size_t) {
    if (pick(3) != 0) return;
    for (std::size_t k = 0; k < kDevices; ++k) forget(k);
    host.stop();
    host.start();
  }
  // A stranger, or one whose time is over, asks; a person lets it in or turns it away.
  void knock(std::size_t k) {
    if (moonlight(k) || streams(k) || model_[k].disabled || model_[k].allowed()) return;
    auto session = dial(options(k));
    ASSERT_TRUE(host.eventually([&] { return !host.native_desk().knocks().pending().empty(); }));
    const bool granted = pick(2) == 0;
    trust::AccessChoice choice;
    choice.grants = some_grants();
    host.on_control([&] {
      auto& knocks = host.native_desk().knocks();
      const auto id = knocks.pending().front().id;
      if (granted)
        EXPECT_TRUE(knocks.approve(id, {}, choice));
      else
        EXPECT_TRUE(knocks.deny(id));
    });
    if (granted) {
      model_[k] = {true, false, false, *choice.grants};
      ASSERT_TRUE(wait_for_native_media(*session, 2, 0));
      nat_[k] = std::move(session);
      return;
    }
    const auto ending = session->wait_closed(kNativePatience);
    ASSERT_TRUE(ending);
    EXPECT_EQ(ending->code, static_cast<std::uint64_t>(CloseCode::Denied));
  }
  void begin(std::size_t k) {
    if (streams(k)) return;
    if (moonlight(k)) {
      auto client = std::make_unique<GsClient>(host.v4(), client_identity(k));
      client->pin_host(host.certificate_der());
      const auto launched = client->launch();
      ASSERT_TRUE(launched);
      ASSERT_EQ(launched->ok(), model_[k].allowed()) << launched->status_message;
      if (!launched->ok()) return;
      ASSERT_TRUE(client->start());
      ASSERT_TRUE(wait_for_media(*client, 2, 0));
      gs_[k] = std::move(client);
      return;
    }
    // Those that would wait for a person are asked for by knock().
    if (!model_[k].allowed() && !model_[k].disabled) return;
    auto session = dial(options(k));
    if (model_[k].allowed()) {
      ASSERT_TRUE(wait_for_native_media(*session, 2, 0));
      nat_[k] = std::move(session);
      return;
    }
    const auto ending = session->wait_closed(kNativePatience);
    ASSERT_TRUE(ending);
    EXPECT_EQ(ending->code, static_cast<std::uint64_t>(CloseCode::Denied));
  }

  // -- what must hold
  void forget(std::size_t k) {
    if (moonlight(k))
      gs_[k].reset();
    else
      nat_[k].reset();
  }
  void send_move(std::size_t k, std::int16_t mark) {
    if (moonlight(k))
      gs_[k]->stream().send_input(p::move(mark, 1));
    else
      nat_[k]->act(probe::MoveAction{mark, 1});
  }
  static bool injected(std::int16_t mark) {
    for (const auto& input : opened_inputs())
      for (const auto& motion : events_of<input::PointerMotion>(*input))
        if (std::abs(motion.dx - static_cast<float>(mark)) < .5F) return true;
    return false;
  }
  void check_silent(std::size_t k) {
    // It speaks on as long as it can; nothing of it may arrive.
    const auto mark = ++mark_;
    send_move(k, mark);
    if (moonlight(k))
      ASSERT_TRUE(gs_[k]->stream().wait_for([](const StreamState& s) { return s.control_closed; }));
    else
      ASSERT_TRUE(nat_[k]->wait_closed(kNativePatience));
    ASSERT_TRUE(host.eventually([&] { return !session_of(k); }));
    EXPECT_FALSE(injected(mark)) << "device " << k;
    forget(k);
    ++ended_;
  }
  void check_alive(std::size_t k) {
    if (moonlight(k)) {
      const auto seen = gs_[k]->stream().state().frames;
      ASSERT_TRUE(gs_[k]->stream().wait_for(
          [&](const StreamState& s) { return s.frames >= seen + 3 && !s.control_closed; }));
    } else {
      const auto seen = nat_[k]->statistics().video.clean;
      ASSERT_TRUE(wait_for_native_media(*nat_[k], seen + 3, 0));
    }
    const bool may = (model_[k].grants & grant::kPointer) != 0;
    std::uint64_t refused = 0;
    host.on_control([&] {
      const auto info = session_of(k);
      ASSERT_TRUE(info);
      refused = info->input_refused;
      EXPECT_EQ(info->grants, model_[k].grants);
    });
    const auto mark = ++mark_;
    send_move(k, mark);
    ASSERT_TRUE(host.eventually([&] {
      const auto info = session_of(k);
      return may ? injected(mark) : info && info->input_refused > refused;
    })) << "device "
        << k << (may ? " may move the pointer" : " may not move the pointer");
    EXPECT_EQ(injected(mark), may);
    ++alive_;
  }
  void check() {
    for (std::size_t k = 0; k < kDevices; ++k) {
      if (streams(k)) {
        if (model_[k].allowed())
          check_alive(k);
        else
          check_silent(k);
        if (HasFatalFailure()) return;
      }
      if (!moonlight(k)) continue;
      GsClient asks(host.v4(), client_identity(k));
      asks.pin_host(host.certificate_der());
      const auto list = asks.applist();
      ASSERT_TRUE(list);
      ASSERT_EQ(list->ok(), model_[k].allowed()) << "device " << k;
    }
    EXPECT_EQ(host.sessions().size(), streaming());
  }

  void run(int steps) {
    static constexpr void (TrustProperty::*kSteps[])(std::size_t) = {
        &TrustProperty::pair,    &TrustProperty::pair,    &TrustProperty::pair,
        &TrustProperty::begin,   &TrustProperty::begin,   &TrustProperty::begin,
        &TrustProperty::begin,   &TrustProperty::begin,   &TrustProperty::begin,
        &TrustProperty::knock,   &TrustProperty::knock,   &TrustProperty::restart,
        &TrustProperty::edit,    &TrustProperty::edit,    &TrustProperty::expire,
        &TrustProperty::disable, &TrustProperty::disable, &TrustProperty::revoke};
    constexpr std::size_t kNarrowing = 12;  // from here on in the list
    for (std::size_t k = 0; k < kDevices; ++k) pair(k);
    for (int step = 0; step < steps; ++step) {
      const auto which = pick(std::size(kSteps));
      auto k = pick(kDevices);
      // What takes something away is worth most where something runs.
      for (std::size_t i = 0; i < kDevices && which >= kNarrowing && !streams(k); ++i)
        k = (k + 1) % kDevices;
      (this->*kSteps[which])(k);
      if (!HasFatalFailure()) check();
      if (HasFatalFailure() || HasNonfatalFailure())
        FAIL() << "at step " << step << ", kind " << which << ", device " << k;
    }
  }

  std::mt19937 random_{GetParam()};
  std::array<Model, kDevices> model_;
  std::array<std::unique_ptr<GsClient>, kDevices> gs_;
  std::array<std::unique_ptr<probe::ClientSession>, kDevices> nat_;
  std::int16_t mark_ = 100;
  unsigned alive_ = 0, ended_ = 0;
};

// PF_PROPERTY_STEPS makes each run longer.
TEST_P(TrustProperty, NobodyStreamsOrSendsInputWhoShouldNot) {
  const auto* more = std::getenv("PF_PROPERTY_STEPS");
  run(more == nullptr ? 60 : std::atoi(more));
  std::printf("looked at %u running streams, %u streams that had to end\n", alive_, ended_);
  EXPECT_GT(alive_, 20U);
  EXPECT_GT(ended_, 3U);
}
INSTANTIATE_TEST_SUITE_P(Seeds, TrustProperty, testing::Values(1U, 2U));

}  // namespace
}  // namespace pf::test
