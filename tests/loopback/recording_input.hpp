// What sessions did to their input devices. The program that links recording_input.cpp has no other
// injectors: it stands in for the input room's registry, so that every session of the host under
// test gets a recorder.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "input/event.hpp"
#include "input/injector.hpp"
#include "input/recording/recording.hpp"

namespace pf::test {

// One stream's injector; stays readable after the stream has ended.
struct RecordedInput {
  input::recording::Recorder events;
  // To the stream's client, as a pad's motor would; false once the stream is gone.
  bool send_feedback(const input::FeedbackEvent& event);

  std::mutex mutex;
  input::FeedbackSink* sink = nullptr;
};

// Injectors opened since the last call of forget_inputs(), in order.
std::vector<std::shared_ptr<RecordedInput>> opened_inputs();
void forget_inputs();
// Waits for the injector number `index`; null when it was not opened in time.
std::shared_ptr<RecordedInput> wait_for_input(std::size_t index, SteadyTime deadline);

template <class T>
std::vector<T> events_of(const RecordedInput& input) {
  std::vector<T> found;
  for (const auto& entry : input.events.snapshot())
    if (const auto* event = std::get_if<T>(&entry.event)) found.push_back(*event);
  return found;
}

}  // namespace pf::test
