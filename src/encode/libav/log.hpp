// libav's messages: into our log at debug level, never to standard error; the last complaint of the
// calling thread is kept for people.
#pragma once

#include <string>

namespace pf::encode::libav {

// Once per process is enough; further calls do nothing. Any thread.
void redirect_log();

// Keeps `line` for the innermost Complaints of this thread.
void note_complaint(const char* line);

// While one is alive, collects the first error line that libav says on this thread.
class Complaints {
 public:
  Complaints();
  ~Complaints();
  Complaints(const Complaints&) = delete;
  Complaints& operator=(const Complaints&) = delete;
  const std::string& first() const { return first_; }

 private:
  friend void note_complaint(const char* line);
  std::string first_;
  Complaints* outer_;
};

// "first complaint (error text)", for an AVERROR code.
std::string describe(int averror, const Complaints& complaints);

}  // namespace pf::encode::libav
