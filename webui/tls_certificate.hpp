// The certificate that the operator brings for this port. It is shown to those who ask by one of
// its names; by address the host keeps its own, which devices and `ctl` know by its fingerprint.
// One file, so that certificate and key change together. Control thread.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/event_loop.hpp"
#include "http/certificate.hpp"

namespace pf::webui {

inline constexpr const char* kTlsFile = "console-tls.pem";

class TlsCertificate {
 public:
  // Reads `console-tls.pem` in `folder` when there is one. One that cannot be used is left where it
  // is and told by problem(): the console stays reachable. Waits for the disk.
  TlsCertificate(Executor& executor, std::filesystem::path folder);

  // Null: the host's own is shown to everybody.
  const http::CheckedIdentity* own() const { return own_ ? &*own_ : nullptr; }
  // Names under which this port is reached as well.
  const std::vector<std::string>& names() const;
  // Why the stored one is not used, as a sentence; else empty.
  const std::string& problem() const { return problem_; }

  using Done = std::function<void(Result<>)>;
  // Stores what was checked, then puts it in force; nothing changes when either fails. False:
  // another change is still under way, and `done` is not called.
  bool replace(http::CheckedIdentity identity, Done done);
  // Back to the host's own. In force only when it is gone from the disk as well.
  bool remove(Done done);
  // Makes a change ready before it is stored; what it answers puts the change in force once it is,
  // for connections from then on.
  using Prepare =
      std::function<Result<std::function<void()>>(const std::optional<http::NamedTls>&)>;
  void when_changed(Prepare prepare) { prepare_ = std::move(prepare); }
  std::optional<http::NamedTls> named() const { return named_of(own_); }

 private:
  using Own = std::optional<http::CheckedIdentity>;
  static std::optional<http::NamedTls> named_of(const Own& own);
  void load();
  bool change(Own wanted, std::function<Result<>()> store, Done done);

  Executor& executor_;
  const std::filesystem::path file_;
  Own own_;
  std::string problem_;
  bool changing_ = false;
  Prepare prepare_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace pf::webui
