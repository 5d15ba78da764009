#include "support/gs_client_http.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <pugixml.hpp>

namespace pf::test::gs {
namespace {

template <auto Free>
struct Delete {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using ContextPtr = std::unique_ptr<SSL_CTX, Delete<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Delete<SSL_free>>;

std::string request_text(const Address& host, const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: " + host.text() +
         "\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\nConnection: close\r\n\r\n";
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Result<HttpReply> parse_http(const std::string& text) {
  HttpReply reply;
  const auto head_end = text.find("\r\n\r\n");
  if (head_end == std::string::npos || !text.starts_with("HTTP/1.1 "))
    return fail(Errc::Protocol, "no HTTP answer in " + std::to_string(text.size()) + " bytes");
  std::from_chars(text.data() + 9, text.data() + head_end, reply.status);
  std::size_t at = text.find("\r\n") + 2;
  while (at < head_end + 2) {
    const auto end = text.find("\r\n", at);
    const auto colon = text.find(": ", at);
    if (colon == std::string::npos || colon > end) return fail(Errc::Protocol, "HTTP header line");
    reply.headers[lower(text.substr(at, colon - at))] = text.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  reply.body = text.substr(head_end + 4);
  const auto length = reply.headers.find("content-length");
  if (length == reply.headers.end() || length->second != std::to_string(reply.body.size()))
    return fail(Errc::Protocol, "Content-Length is missing or wrong");
  return reply;
}

class Armed {
 public:
  Armed(Abort* abort, int fd) : abort_(abort) {
    if (abort_ != nullptr) abort_->arm(fd);
  }
  ~Armed() {
    if (abort_ != nullptr) abort_->disarm();
  }
  Armed(const Armed&) = delete;
  Armed& operator=(const Armed&) = delete;

 private:
  Abort* abort_;
};

ContextPtr make_context(const HttpOptions& options) {
  ContextPtr context(SSL_CTX_new(TLS_client_method()));
  PF_ASSERT(context != nullptr);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);  // pinned instead
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  if (options.tls12_only) SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  if (options.identity != nullptr) {
    PF_ASSERT(SSL_CTX_use_certificate(context.get(), options.identity->certificate()) == 1);
    PF_ASSERT(SSL_CTX_use_PrivateKey(context.get(), options.identity->key()) == 1);
  }
  return context;
}

Result<> check_host_certificate(SSL* ssl, const Bytes& pinned) {
  const auto* chain = SSL_get_peer_cert_chain(ssl);
  if (chain == nullptr || sk_X509_num(chain) != 1)
    return fail(Errc::Protocol, "the host must present exactly one certificate");
  if (!pinned.empty() && certificate_der(sk_X509_value(chain, 0)) != pinned)
    return fail(Errc::Protocol, "not the pinned host certificate");
  return {};
}

}  // namespace

Result<HttpReply> http_get(const Address& host, const std::string& target,
                           const HttpOptions& options) {
  auto fd = connect_tcp(host, options.patience);
  if (!fd) return pass(fd);
  const Armed armed(options.abort, fd->get());
  if (auto sent = write_all(fd->get(), as_bytes(request_text(host, target))); !sent)
    return pass(sent);
  auto answer = read_to_end(fd->get());
  if (!answer) return pass(answer);
  return parse_http(std::string(as_text(*answer)));
}

Result<HttpReply> https_get(const Address& host, const std::string& target,
                            const HttpOptions& options) {
  auto fd = connect_tcp(host, options.patience);
  if (!fd) return pass(fd);
  const Armed armed(options.abort, fd->get());
  const auto context = make_context(options);
  const SslPtr ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), fd->get());
  ERR_clear_error();
  if (SSL_connect(ssl.get()) != 1) return fail(Errc::Network, "TLS handshake");
  if (auto checked = check_host_certificate(ssl.get(), options.pinned); !checked)
    return pass(checked);

  const auto request = request_text(host, target);
  if (SSL_write(ssl.get(), request.data(), static_cast<int>(request.size())) <= 0)
    return fail(Errc::Network, "TLS write");
  std::string text;
  std::array<char, 4096> part;
  int n = 0;
  while ((n = SSL_read(ssl.get(), part.data(), static_cast<int>(part.size()))) > 0)
    text.append(part.data(), static_cast<std::size_t>(n));
  if (SSL_get_error(ssl.get(), n) != SSL_ERROR_ZERO_RETURN)
    return fail(Errc::Network, "TLS ended without close_notify");
  SSL_shutdown(ssl.get());
  auto reply = parse_http(text);
  if (reply) reply->tls_version = SSL_get_version(ssl.get());
  return reply;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      constexpr std::string_view digits = "0123456789ABCDEF";
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

std::string target(const std::string& path,
                   const std::vector<std::pair<std::string, std::string>>& query) {
  std::string out = path;
  char separator = '?';
  for (const auto& [name, value] : query) {
    out += separator + name + "=" + percent_encoded(value);
    separator = '&';
  }
  return out;
}

std::string Xml::value(const std::string& name) const {
  const auto it = elements.find(name);
  return it == elements.end() ? std::string() : it->second;
}

Result<Xml> parse_xml(const HttpReply& reply) {
  Xml xml;
  xml.http_status = reply.status;
  pugi::xml_document document;
  if (!document.load_buffer(reply.body.data(), reply.body.size(),
                            pugi::parse_default | pugi::parse_ws_pcdata))
    return fail(Errc::Protocol, "the answer is not XML: " + reply.body.substr(0, 80));
  const auto root = document.document_element();
  if (std::string_view(root.name()) != "root" || !root.attribute("status_code"))
    return fail(Errc::Protocol, "no root element with a status_code");
  xml.status_code = root.attribute("status_code").as_uint();
  xml.status_message = root.attribute("status_message").as_string();
  for (const auto child : root.children()) {
    if (child.type() != pugi::node_element) return fail(Errc::Protocol, "text between elements");
    const std::string name = child.name();
    if (name == "App") {
      for (const auto part : child.children())
        if (part.type() != pugi::node_element)
          return fail(Errc::Protocol, "text between elements of an App");
      xml.apps.push_back({child.child_value("AppTitle"), child.child("ID").text().as_uint(),
                          child.child("IsHdrSupported").text().as_int() == 1});
    } else if (!xml.elements.emplace(name, child.child_value()).second) {
      return fail(Errc::Protocol, "two elements named " + name);
    }
  }
  return xml;
}

}  // namespace pf::test::gs
