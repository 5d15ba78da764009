// The two files through which programs of the same user find the running host and prove themselves
// (trust-and-console.md 1.2, 1.3): `mgmt-token` and `mgmt-endpoint` in the configuration folder.
#pragma once

#include <filesystem>
#include <string>

#include "net/endpoint.hpp"
#include "webui/errc.hpp"

namespace pf::webui {

inline constexpr const char* kTokenFile = "mgmt-token";
inline constexpr const char* kEndpointFile = "mgmt-endpoint";

// The 64 hex digits of `mgmt-token`. Errc::BadToken when the file is missing, is not ours, may be
// read by others or does not hold exactly one token; the context says how to put it right.
Result<std::string> load_token(const std::filesystem::path& folder);
// Makes the file (0600, 32 random bytes) when there is none. Waits for the disk.
Result<std::string> load_or_create_token(const std::filesystem::path& folder);

// Where a program on this machine reaches the API. Always a loopback address.
Result<net::Endpoint> load_endpoint(const std::filesystem::path& folder);
Result<> store_endpoint(const std::filesystem::path& folder, const net::Endpoint& endpoint);

}  // namespace pf::webui
