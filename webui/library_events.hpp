// Tells the event bus when the titles that could become applications, or those that did, have
// changed: library.changed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/library.hpp"

namespace pf::webui {

class EventBus;

// Control thread.
class LibraryEvents {
 public:
  // `events` must outlive the object.
  explicit LibraryEvents(EventBus& events) : events_(events) {}
  // What a look at this machine found. Told when it is not what the look before it found; the
  // machine is looked at only when somebody asks for its library.
  void found(const apps::Library& library);
  // Applications made of these titles ("steam:570") were added.
  void imported(const std::vector<std::string>& keys);
  // An application was removed; does nothing when it was made of no title.
  void removed(const std::string& key);

 private:
  EventBus& events_;
  std::optional<std::vector<apps::LibraryEntry>> last_;
};

}  // namespace pf::webui
