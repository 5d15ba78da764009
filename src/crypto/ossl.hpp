// Owning pointers for OpenSSL objects. Private to rooms that link OpenSSL.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

namespace pf::crypto {

template <auto Free>
struct OsslDelete {
  template <class T>
  void operator()(T* p) const noexcept {
    Free(p);
  }
};
using CipherCtxPtr = std::unique_ptr<EVP_CIPHER_CTX, OsslDelete<EVP_CIPHER_CTX_free>>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, OsslDelete<EVP_MD_CTX_free>>;
using PkeyPtr = std::unique_ptr<EVP_PKEY, OsslDelete<EVP_PKEY_free>>;
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, OsslDelete<EVP_PKEY_CTX_free>>;
using X509Ptr = std::unique_ptr<X509, OsslDelete<X509_free>>;
using BioPtr = std::unique_ptr<BIO, OsslDelete<BIO_free_all>>;

}  // namespace pf::crypto
