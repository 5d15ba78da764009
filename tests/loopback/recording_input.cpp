#include "loopback/recording_input.hpp"

#include <condition_variable>
#include <mutex>

namespace pf::test {
namespace {

struct Opened {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::shared_ptr<RecordedInput>> all;
};
Opened& opened() {
  static Opened shared;
  return shared;
}

class Recording final : public input::Injector {
 public:
  explicit Recording(std::shared_ptr<RecordedInput> record) : record_(std::move(record)) {}
  ~Recording() override {
    const std::lock_guard lock(record_->mutex);
    record_->sink = nullptr;
  }
  const char* name() const override { return "recording"; }
  void inject(const input::Event& event) noexcept override { record_->events.inject(event); }

 private:
  std::shared_ptr<RecordedInput> record_;
};

}  // namespace

bool RecordedInput::send_feedback(const input::FeedbackEvent& event) {
  const std::lock_guard lock(mutex);
  if (sink == nullptr) return false;
  sink->on_feedback(event);
  return true;
}

std::vector<std::shared_ptr<RecordedInput>> opened_inputs() {
  const std::lock_guard lock(opened().mutex);
  return opened().all;
}

void forget_inputs() {
  const std::lock_guard lock(opened().mutex);
  opened().all.clear();
}

std::shared_ptr<RecordedInput> wait_for_input(std::size_t index, SteadyTime deadline) {
  std::unique_lock lock(opened().mutex);
  if (!opened().changed.wait_until(lock, deadline, [&] { return opened().all.size() > index; }))
    return nullptr;
  return opened().all[index];
}

}  // namespace pf::test

// The input room's registry, for this program.
namespace pf::input {

const char* error_room(Errc) {
  return "input";
}
const char* error_text(Errc) {
  return "the recording injector has no errors";
}

Result<std::unique_ptr<Injector>> open(const media::DisplayTarget&, const Options&,
                                       FeedbackSink& feedback) {
  auto record = std::make_shared<test::RecordedInput>();
  record->sink = &feedback;
  {
    const std::lock_guard lock(test::opened().mutex);
    test::opened().all.push_back(record);
  }
  test::opened().changed.notify_all();
  return std::make_unique<test::Recording>(std::move(record));
}

std::vector<ProbeReport> probe_all() {
  return {{"recording", true, {}}};
}

}  // namespace pf::input
