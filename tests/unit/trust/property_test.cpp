// Random orders of everything that people, devices, time and the disk can do to the allow-list,
// over both protocols, held against a model: nobody is admitted, keeps a lease or holds a grant who
// should not, and nobody is shut out who should come in.
#include <gtest/gtest.h>

#include <cstdlib>
#include <list>
#include <random>
#include <set>

#include "store/database.hpp"
#include "support/temp_folder.hpp"
#include "support/virtual_executor.hpp"
#include "trust/native_desk.hpp"

namespace pf::trust {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kGrace = 60;

// What ought to be. Rows are found by their certificates, so that it needs no ids of the host.
struct Row {
  Access access;
  bool disabled = false;
  std::set<std::size_t> certificates;
  std::optional<std::int64_t> away_until;
};

struct Held {
  LeasePtr lease;
  std::shared_ptr<void> mark;
  std::size_t certificate = 0;
  std::uint32_t paired = 0, limit = grant::kAll;
  bool over = false;
};

class Property {
 public:
  explicit Property(std::uint32_t seed) : random_(seed) { open(); }
  ~Property() {
    held_.clear();
    executor_.run();
  }

  void step() {
    static constexpr void (Property::*kSteps[])() = {
        &Property::pair,   &Property::pair,    &Property::knock,  &Property::edit,
        &Property::edit,   &Property::disable, &Property::merge,  &Property::split,
        &Property::revoke, &Property::pass,    &Property::pass,   &Property::admit,
        &Property::admit,  &Property::admit,   &Property::let_go, &Property::limit,
        &Property::restart};
    // Now and then the disk is full for one write.
    const bool full = one_in(8);
    if (full) database_->fail_next_commits(1);
    failing_ = full;
    (this->*kSteps[pick(std::size(kSteps))])();
    database_->fail_next_commits(0);
    failing_ = false;
    executor_.run();
    check();
  }
  std::size_t admitted() const { return admitted_; }
  std::size_t refused() const { return refused_; }

 private:
  static constexpr std::size_t kCertificates = 6;
  static crypto::Fingerprint print(std::size_t certificate) {
    return std::string(64, static_cast<char>('a' + certificate));
  }
  static Plane plane(std::size_t certificate) {
    return certificate % 2 == 0 ? Plane::Native : Plane::GameStream;
  }
  static Plane other_plane(std::size_t certificate) { return plane(certificate + 1); }

  std::size_t pick(std::size_t count) { return random_() % count; }
  bool one_in(std::size_t count) { return pick(count) == 0; }
  Access access() {
    constexpr std::uint32_t kChoices[] = {grant::kPresetFull, grant::kPresetController,
                                          grant::kPresetView, grant::kPointer | grant::kLaunch};
    Access choice{kChoices[pick(std::size(kChoices))], {}, one_in(4)};
    if (one_in(2)) choice.expires_unix = wall_ + static_cast<std::int64_t>(pick(500)) - 20;
    return choice;
  }
  Row* row_of(std::size_t certificate) {
    for (auto& row : rows_)
      if (row.certificates.contains(certificate)) return &row;
    return nullptr;
  }
  DeviceId id_of(const Row& row) const {
    const auto device = list_->find(print(*row.certificates.begin()));
    return device ? device->id : 0;
  }
  Row* any_row() {
    if (rows_.empty()) return nullptr;
    auto it = rows_.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(pick(rows_.size())));
    return &*it;
  }
  void remove(const Row* row) {
    rows_.remove_if([&](const Row& one) { return &one == row; });
  }
  bool streams(const Row& row) const {
    return std::any_of(held_.begin(), held_.end(), [&](const Held& held) {
      return held.mark && row.certificates.contains(held.certificate);
    });
  }
  static void narrow(Row& row, const Access& access, bool disabled) {
    row.access.grants &= access.grants;
    if (access.expires_unix &&
        (!row.access.expires_unix || *access.expires_unix < *row.access.expires_unix))
      row.access.expires_unix = access.expires_unix;
    row.disabled |= disabled;
  }

  // -- what can happen
  void open() {
    desk_.reset();
    list_.reset();
    database_.reset();
    database_ = std::move(*store::Database::open(std::filesystem::path(folder_.path()) / "t.db"));
    list_ = std::move(
        *AllowList::open(*database_, executor_, [this] { return wall_; },
                         {std::filesystem::path(folder_.path()) / "revocations.journal"}));
    desk_.emplace(executor_, *list_);
  }

  void paired(std::size_t certificate, const std::optional<Access>& choice) {
    auto* row = row_of(certificate);
    if (row == nullptr) row = &rows_.emplace_back(Row{{}, false, {certificate}, {}});
    if (choice) row->access = *choice;
  }
  void pair() {
    const auto certificate = pick(kCertificates);
    const auto choice = one_in(3) ? std::nullopt : std::optional(access());
    const auto device =
        list_->approve({print(certificate), plane(certificate), "device", "192.0.2.1"}, choice);
    EXPECT_EQ(device.has_value(), !failing_);
    if (device) paired(certificate, choice);
  }
  void knock() {
    const auto certificate = pick(kCertificates / 2) * 2;  // native ones knock
    const auto from = *net::Endpoint::parse("192.168.1.5", 1);
    auto ticket = desk_->knocks().knock({print(certificate), "device", from, source_of(from)},
                                        [](KnockOutcome) {});
    const auto* row = row_of(certificate);
    ASSERT_EQ(ticket.has_value(), row == nullptr || !row->disabled);
    if (!ticket) return;
    if (one_in(3)) {
      EXPECT_TRUE(desk_->knocks().deny(ticket->id));
      return;
    }
    AccessChoice choice;
    choice.grants = grant::kPresetController;
    if (one_in(2)) choice.expires_in_s = static_cast<std::int64_t>(pick(400));
    const auto device = desk_->knocks().approve(ticket->id, {}, choice);
    EXPECT_EQ(device.has_value(), !failing_);
    if (device)
      paired(certificate, choice.from(wall_));
    else
      EXPECT_TRUE(desk_->knocks().deny(ticket->id));
  }
  void edit() {
    auto* row = any_row();
    if (row == nullptr) return;
    const auto choice = access();
    const auto done = list_->set_access(id_of(*row), choice);
    EXPECT_EQ(done.has_value(), !failing_);
    if (done)
      row->access = choice;
    else
      narrow(*row, choice, false);
  }
  void disable() {
    auto* row = any_row();
    if (row == nullptr) return;
    const bool disabled = one_in(2);
    const auto done = list_->set_disabled(id_of(*row), disabled);
    EXPECT_EQ(done.has_value(), !failing_);
    row->disabled = done ? disabled : row->disabled || disabled;
  }
  void merge() {
    auto* kept = any_row();
    auto* gone = any_row();
    if (kept == nullptr || kept == gone) return;
    const auto done = list_->merge(id_of(*kept), id_of(*gone));
    EXPECT_EQ(done.has_value(), !failing_);
    kept->disabled |= gone->disabled;
    if (!done) {
      narrow(*gone, kept->access, kept->disabled);
      return;
    }
    kept->certificates.merge(gone->certificates);
    remove(gone);
  }
  void split() {
    auto* row = any_row();
    if (row == nullptr) return;
    const auto certificate = *row->certificates.rbegin();
    const auto done = list_->split(id_of(*row), print(certificate));
    EXPECT_EQ(done.has_value(), !failing_ && row->certificates.size() > 1);
    if (!done) return;
    row->certificates.erase(certificate);
    rows_.push_back(Row{row->access, row->disabled, {certificate}, {}});
  }
  void revoke() {
    auto* row = any_row();
    if (row == nullptr) return;
    EXPECT_EQ(list_->revoke(id_of(*row)).has_value(), !failing_);
    EXPECT_EQ(list_->unsaved_revocations(), failing_);
    remove(row);
  }
  void pass() {
    database_->fail_next_commits(0);
    seconds(static_cast<std::int64_t>(pick(90)) + 1);
  }
  void seconds(std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      ++wall_;
      executor_.advance(1s);
      rows_.remove_if([&](Row& row) {
        if (!row.away_until || wall_ < *row.away_until) return false;
        row.away_until.reset();
        return row.access.until_disconnect && !streams(row);
      });
      settle();
    }
  }
  void admit() {
    const auto certificate = pick(kCertificates);
    auto lease = list_->admit(print(certificate), plane(certificate), 0);
    if (!lease || held_.size() > 12) return;
    Held held{*lease, {}, certificate, (*lease)->grants().load(), grant::kAll, false};
    if (one_in(2)) {
      held.mark = held.lease->mark_stream();
      row_of(certificate)->away_until.reset();
    }
    held_.push_back(std::move(held));
  }
  void let_go() {
    if (held_.empty()) return;
    const auto index = static_cast<std::ptrdiff_t>(pick(held_.size()));
    const auto certificate = held_[static_cast<std::size_t>(index)].certificate;
    const bool streamed = held_[static_cast<std::size_t>(index)].mark != nullptr;
    held_.erase(held_.begin() + index);
    executor_.run();
    auto* row = row_of(certificate);
    if (!streamed || row == nullptr || streams(*row)) return;
    // The last stream of this certificate, and of the whole device.
    row->away_until = wall_ + kGrace;
  }
  void limit() {
    auto* row = any_row();
    if (row == nullptr) return;
    const auto grants = access().grants;
    const auto left = list_->limit_streams(id_of(*row), grants);
    bool any = false;
    for (auto& held : held_) {
      if (held.over || !row->certificates.contains(held.certificate)) continue;
      held.limit = grants;
      any = true;
    }
    EXPECT_EQ(left.has_value(), any);
  }
  void restart() {
    if (!one_in(4)) return;
    // What is in force reaches the disk, or the process ends before it could.
    if (one_in(2)) {
      database_->fail_next_commits(0);
      seconds(6);
      EXPECT_FALSE(list_->unsaved_revocations());
    }
    held_.clear();
    executor_.run();
    open();
    rows_.remove_if([](const Row& row) { return row.access.until_disconnect; });
    for (auto& row : rows_) row.away_until.reset();
  }

  // -- what must hold
  std::optional<std::uint32_t> allowed(std::size_t certificate) {
    const auto* row = row_of(certificate);
    if (row == nullptr || row->disabled) return std::nullopt;
    if (row->access.expires_unix && wall_ >= *row->access.expires_unix) return std::nullopt;
    return row->access.grants;
  }
  // A lease that was over once stays over; an edit overrules a limit.
  void settle() {
    for (auto& held : held_) {
      const auto grants = allowed(held.certificate);
      if (!grants) {
        held.over = true;
        continue;
      }
      if (*grants != held.paired) held.limit = grant::kAll;
      held.paired = *grants;
    }
  }
  void check() {
    settle();
    for (std::size_t certificate = 0; certificate < kCertificates; ++certificate) {
      const auto grants = allowed(certificate);
      const auto lease = list_->admit(print(certificate), plane(certificate), 0);
      ASSERT_EQ(lease.has_value(), grants.has_value()) << "certificate " << certificate;
      if (lease) {
        ASSERT_EQ((*lease)->grants().load(), *grants);
      }
      ++(lease ? admitted_ : refused_);
      ASSERT_FALSE(list_->admit(print(certificate), other_plane(certificate), 0));
      ASSERT_EQ(list_->admit(print(certificate), plane(certificate), grant::kKeyboard).has_value(),
                grants && (*grants & grant::kKeyboard) != 0);
      ASSERT_EQ(list_->find(print(certificate)) != nullptr, row_of(certificate) != nullptr);
    }
    for (const auto& held : held_) {
      ASSERT_EQ(held.lease->stopped(), held.over) << "certificate " << held.certificate;
      ASSERT_EQ(held.lease->grants().load(), held.over ? 0U : held.paired & held.limit);
      if (held.over) continue;
      const auto device = list_->find(print(held.certificate));
      ASSERT_EQ(held.lease->device(), device->id);
    }
    ASSERT_EQ(list_->snapshot()->devices.size(), rows_.size());
  }

  std::mt19937 random_;
  std::int64_t wall_ = 1'700'000'000;
  test::TempFolder folder_;
  test::VirtualExecutor executor_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<AllowList> list_;
  std::optional<NativeDesk> desk_;
  std::list<Row> rows_;
  std::vector<Held> held_;
  bool failing_ = false;
  std::size_t admitted_ = 0, refused_ = 0;
};

class TrustProperty : public testing::TestWithParam<std::uint32_t> {};

// PF_PROPERTY_STEPS makes each run longer.
TEST_P(TrustProperty, NobodyStaysOrComesInWhoShouldNot) {
  const auto* more = std::getenv("PF_PROPERTY_STEPS");
  const auto steps = more == nullptr ? 1000 : std::atoi(more);
  Property property(GetParam());
  for (int step = 0; step < steps; ++step) {
    property.step();
    if (HasFatalFailure() || HasNonfatalFailure()) FAIL() << "at step " << step;
  }
  // Both sides were really looked at.
  EXPECT_GT(property.admitted(), static_cast<std::size_t>(steps) / 2);
  EXPECT_GT(property.refused(), static_cast<std::size_t>(steps) / 2);
}
INSTANTIATE_TEST_SUITE_P(Seeds, TrustProperty, testing::Values(1U, 2U, 3U, 4U));

}  // namespace
}  // namespace pf::trust
