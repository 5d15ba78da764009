// The QUIC library in the two generations that Debian packages: 0.12.1 (Debian 12) and 1.11 (Debian
// 13). Everything that differs is here; no other file asks for the version. Only this room includes
// it.
#pragma once

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

#if NGTCP2_VERSION_NUM < 0x010000
#define PF_NGTCP2_BEFORE_1 1
#else
#define PF_NGTCP2_BEFORE_1 0
#endif

namespace pf::native::quic::compat {

inline std::uint8_t* reason_bytes(std::string_view reason) {
  // The old generation takes a pointer to non-const, which it only reads.
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(reason.data()));
}

#if PF_NGTCP2_BEFORE_1

using CloseError = ngtcp2_connection_close_error;
using Stat = ngtcp2_conn_stat;

inline CloseError no_error() {
  CloseError e;
  ngtcp2_connection_close_error_default(&e);
  return e;
}
inline CloseError application_error(std::uint64_t code, std::string_view reason) {
  CloseError e;
  ngtcp2_connection_close_error_set_application_error(&e, code, reason_bytes(reason),
                                                      reason.size());
  return e;
}
inline CloseError library_error(int error) {
  CloseError e;
  ngtcp2_connection_close_error_set_transport_error_liberr(&e, error, nullptr, 0);
  return e;
}
inline CloseError alert_error(std::uint8_t alert) {
  CloseError e;
  ngtcp2_connection_close_error_set_transport_error_tls_alert(&e, alert, nullptr, 0);
  return e;
}
inline CloseError received_error(ngtcp2_conn* conn) {
  CloseError e;
  ngtcp2_conn_get_connection_close_error(conn, &e);
  return e;
}
inline bool is_application(const CloseError& e) {
  return e.type == NGTCP2_CONNECTION_CLOSE_ERROR_CODE_TYPE_APPLICATION;
}
inline Stat stat(ngtcp2_conn* conn) {
  Stat s;
  ngtcp2_conn_get_conn_stat(conn, &s);
  return s;
}
inline int shutdown_write(ngtcp2_conn* conn, std::int64_t stream, std::uint64_t code) {
  return ngtcp2_conn_shutdown_stream_write(conn, stream, code);
}
inline int shutdown_read(ngtcp2_conn* conn, std::int64_t stream, std::uint64_t code) {
  return ngtcp2_conn_shutdown_stream_read(conn, stream, code);
}
inline ByteSpan token_of(const ngtcp2_pkt_hd& hd) {
  return {hd.token.base, hd.token.len};
}
inline void set_retry_token(ngtcp2_settings& settings, const ngtcp2_pkt_hd& hd) {
  settings.token = hd.token;
}
// 0.12.1 has a fixed list that ends at 1444 (quic-notes 4).
inline constexpr std::size_t kPathSearchTop = 1444;
inline void set_mtu_probes(ngtcp2_settings&) {}
inline void set_original_dcid(ngtcp2_transport_params& params, const ngtcp2_cid& cid) {
  params.original_dcid = cid;
}
inline int set_remote_parameters(ngtcp2_conn* conn, const std::uint8_t* data, std::size_t size) {
  return ngtcp2_conn_decode_remote_transport_params(conn, data, size);
}
inline ngtcp2_ssize encode_parameters(MutableByteSpan out, bool server,
                                      const ngtcp2_transport_params& params) {
  return ngtcp2_encode_transport_params(out.data(), out.size(),
                                        server ? NGTCP2_TRANSPORT_PARAMS_TYPE_ENCRYPTED_EXTENSIONS
                                               : NGTCP2_TRANSPORT_PARAMS_TYPE_CLIENT_HELLO,
                                        &params);
}
// Defines a path validation callback: PF_PATH_VALIDATION(name, path, result, user).
#define PF_PATH_VALIDATION(name, path, result, user)                              \
  int name(ngtcp2_conn*, std::uint32_t, [[maybe_unused]] const ngtcp2_path* path, \
           [[maybe_unused]] ngtcp2_path_validation_result result, void* user) noexcept

#else

using CloseError = ngtcp2_ccerr;
using Stat = ngtcp2_conn_info;

inline CloseError no_error() {
  CloseError e;
  ngtcp2_ccerr_default(&e);
  return e;
}
inline CloseError application_error(std::uint64_t code, std::string_view reason) {
  CloseError e;
  ngtcp2_ccerr_set_application_error(&e, code, reason_bytes(reason), reason.size());
  return e;
}
inline CloseError library_error(int error) {
  CloseError e;
  ngtcp2_ccerr_set_liberr(&e, error, nullptr, 0);
  return e;
}
inline CloseError alert_error(std::uint8_t alert) {
  CloseError e;
  ngtcp2_ccerr_set_tls_alert(&e, alert, nullptr, 0);
  return e;
}
inline CloseError received_error(ngtcp2_conn* conn) {
  return *ngtcp2_conn_get_ccerr(conn);
}
inline bool is_application(const CloseError& e) {
  return e.type == NGTCP2_CCERR_TYPE_APPLICATION;
}
inline Stat stat(ngtcp2_conn* conn) {
  Stat s;
  ngtcp2_conn_get_conn_info(conn, &s);
  return s;
}
inline int shutdown_write(ngtcp2_conn* conn, std::int64_t stream, std::uint64_t code) {
  return ngtcp2_conn_shutdown_stream_write(conn, 0, stream, code);
}
inline int shutdown_read(ngtcp2_conn* conn, std::int64_t stream, std::uint64_t code) {
  return ngtcp2_conn_shutdown_stream_read(conn, 0, stream, code);
}
inline ByteSpan token_of(const ngtcp2_pkt_hd& hd) {
  return {hd.token, hd.tokenlen};
}
inline void set_retry_token(ngtcp2_settings& settings, const ngtcp2_pkt_hd& hd) {
  settings.token = hd.token;
  settings.tokenlen = hd.tokenlen;
  settings.token_type = NGTCP2_TOKEN_TYPE_RETRY;
}
inline constexpr std::size_t kPathSearchTop = 1472;
inline void set_mtu_probes(ngtcp2_settings& settings) {
  static constexpr std::uint16_t kProbes[] = {kPathSearchTop, 1444, 1406};
  settings.pmtud_probes = kProbes;
  settings.pmtud_probeslen = sizeof kProbes / sizeof kProbes[0];
}
inline void set_original_dcid(ngtcp2_transport_params& params, const ngtcp2_cid& cid) {
  params.original_dcid = cid;
  params.original_dcid_present = 1;
}
inline int set_remote_parameters(ngtcp2_conn* conn, const std::uint8_t* data, std::size_t size) {
  return ngtcp2_conn_decode_and_set_remote_transport_params(conn, data, size);
}
inline ngtcp2_ssize encode_parameters(MutableByteSpan out, bool,
                                      const ngtcp2_transport_params& params) {
  return ngtcp2_transport_params_encode(out.data(), out.size(), &params);
}
#define PF_PATH_VALIDATION(name, path, result, user)                                  \
  int name(ngtcp2_conn*, std::uint32_t, [[maybe_unused]] const ngtcp2_path* path,     \
           const ngtcp2_path*, [[maybe_unused]] ngtcp2_path_validation_result result, \
           void* user) noexcept

#endif

}  // namespace pf::native::quic::compat
