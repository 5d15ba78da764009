#include "app/ctl_client.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/atomic_file.hpp"
#include "crypto/digest.hpp"
#include "crypto/x509.hpp"
#include "webui/files.hpp"

namespace pf::app {
namespace {

using nlohmann::json;

tl::unexpected<CtlError> stop(int exit_code, const char* code, std::string message) {
  return tl::unexpected(CtlError{exit_code, code, std::move(message)});
}

CtlError from_transport(const Error& error) {
  if (error.is(HttpErrc::WrongCertificate))
    return {kExitDenied, "wrong_certificate",
            fmt::format("This is not the host whose files are here. {}.", error.message())};
  if (error.is(HttpErrc::BadAnswer))
    return {kExitFailed, "bad_answer", fmt::format("{}.", error.message())};
  return {kExitNotReachable, "not_reachable",
          fmt::format("The host does not answer ({}). Start it with: punktfunk-host serve",
                      error.message())};
}

// What the host said, or something honest when it said nothing.
CtlError from_refusal(const HttpAnswer& answer) {
  const auto body = json::parse(answer.body, nullptr, false);
  const auto text = [&](const char* name, std::string otherwise) {
    const bool there = body.is_object() && body.contains(name) && body[name].is_string();
    return there ? body[name].get<std::string>() : otherwise;
  };
  const bool denied =
      answer.status == 401 || answer.status == 403 || answer.status == 421 || answer.status == 429;
  return {denied ? kExitDenied : kExitFailed, text("code", "refused"),
          text("error", fmt::format("The host answered with status {}.", answer.status))};
}

}  // namespace

CtlResult<CtlClient> CtlClient::open(const std::filesystem::path& folder) {
  CtlClient client;
  auto endpoint = webui::load_endpoint(folder);
  if (!endpoint)
    return stop(
        kExitNotReachable, "no_host",
        fmt::format("No host has run with the folder {} ({}). Start one with: punktfunk-host "
                    "serve; or name its folder in PUNKTFUNK_CONFIG_DIR.",
                    folder.string(), endpoint.error().message()));
  client.target_.endpoint = *endpoint;

  auto pem = read_file(folder / "host-cert.pem", 64 * 1024);
  if (!pem)
    return stop(kExitNotReachable, "no_certificate",
                fmt::format("The host's certificate cannot be read: {}.", pem.error().message()));
  auto certificate = crypto::Certificate::from_pem(*pem);
  if (!certificate)
    return stop(
        kExitDenied, "no_certificate",
        fmt::format("{}: {}.", (folder / "host-cert.pem").string(), certificate.error().message()));
  client.target_.certificate_der = certificate->der();

  auto token = webui::load_token(folder);
  if (!token) return stop(kExitDenied, "no_token", fmt::format("{}.", token.error().message()));
  client.token_ = std::move(*token);
  return client;
}

CtlClient::~CtlClient() {
  crypto::wipe({reinterpret_cast<std::uint8_t*>(token_.data()), token_.size()});
}

CtlResult<nlohmann::json> CtlClient::call(const std::string& method, const std::string& path,
                                          const nlohmann::json* body,
                                          std::chrono::milliseconds timeout) const {
  std::string text;
  if (body != nullptr) {
    // The command line may hold any bytes; the API takes UTF-8 only.
    try {
      text = body->dump();
    } catch (const json::type_error&) {
      return stop(kExitUsage, "bad_text", "The arguments must be valid UTF-8.");
    }
  }
  return exchange({method, "/api/v1" + path, token_, std::move(text)}, timeout);
}

CtlResult<nlohmann::json> CtlClient::send(const std::string& method, const std::string& path,
                                          const std::string& type, std::string body) const {
  return exchange({method, "/api/v1" + path, token_, std::move(body), type},
                  std::chrono::seconds(30));
}

CtlResult<> CtlClient::stream(const std::string& path,
                              const std::function<bool(std::string_view)>& on_bytes) const {
  // The host sends a ping every 15 s.
  constexpr std::chrono::seconds kSilence{40};
  const auto ended =
      stream_request(target_, {"GET", "/api/v1" + path, token_, {}}, kSilence, on_bytes);
  if (!ended) return tl::unexpected(from_transport(ended.error()));
  if (ended->status != 200) return tl::unexpected(from_refusal(*ended));
  return {};
}

CtlResult<nlohmann::json> CtlClient::exchange(const HttpRequest& request,
                                              std::chrono::milliseconds timeout) const {
  auto answer = send_request(target_, request, timeout);
  if (!answer) return tl::unexpected(from_transport(answer.error()));
  if (answer->status < 200 || answer->status > 299) return tl::unexpected(from_refusal(*answer));
  if (answer->body.empty()) return json();
  auto value = json::parse(answer->body, nullptr, false);
  if (!value.is_object())
    return stop(kExitFailed, "bad_answer", "The host's answer is not understood.");
  return value;
}

}  // namespace pf::app
