// The running host as ctl sees it: found by its files, pinned by its certificate.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/ctl.hpp"
#include "app/http_client.hpp"

namespace pf::app {

// Why a command fails: for the exit code, for programs and for people.
struct CtlError {
  int exit_code = kExitFailed;
  std::string code;     // "not_reachable"
  std::string message;  // a sentence
};
template <class T = void>
using CtlResult = tl::expected<T, CtlError>;

class CtlClient {
 public:
  // Reads `mgmt-endpoint`, `mgmt-token` and `host-cert.pem`; never writes anything there.
  static CtlResult<CtlClient> open(const std::filesystem::path& folder);
  ~CtlClient();
  CtlClient(CtlClient&&) = default;
  CtlClient& operator=(CtlClient&&) = default;

  // `path` below /api/v1. The answer's JSON; null when it has no body.
  CtlResult<nlohmann::json> call(
      const std::string& method, const std::string& path, const nlohmann::json* body = nullptr,
      std::chrono::milliseconds timeout = std::chrono::seconds(10)) const;
  // The same with a body that is not JSON.
  CtlResult<nlohmann::json> send(const std::string& method, const std::string& path,
                                 const std::string& type, std::string body) const;
  // An answer without an end, given to `on_bytes` as it comes; until that returns false, the host
  // ends it, or says nothing for longer than an event stream ever does.
  CtlResult<> stream(const std::string& path,
                     const std::function<bool(std::string_view)>& on_bytes) const;

 private:
  CtlClient() = default;
  CtlResult<nlohmann::json> exchange(const HttpRequest& request,
                                     std::chrono::milliseconds timeout) const;
  HttpTarget target_;
  std::string token_;
};

}  // namespace pf::app
