// What hosts of this kind usually do with a frame, written for comparison: one buffer for the whole
// frame, parity row by row through nibble tables, one cipher call per packet through OpenSSL, and
// segmented sends without pauses. The table kernels are those of the common GF(2^8) libraries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.hpp"
#include "net/udp_socket.hpp"

namespace pf::bench {

enum class TableKernel { Ssse3, Avx2, Avx512 };
// The widest one that this processor has; nothing when it has none.
bool has_table_kernel(TableKernel kernel);
TableKernel best_table_kernel();

// out ^= c * in over GF(2^8)/0x11D.
void multiply_add(TableKernel kernel, std::uint8_t c, const std::uint8_t* in, std::uint8_t* out,
                  std::size_t bytes);
// m rows of parity from k shards, as that many sums of products. Any matrix costs the same.
void table_parity(TableKernel kernel, const std::uint8_t* data, std::uint8_t* parity,
                  std::size_t stride, std::size_t bytes, std::size_t k, std::size_t m);

class UsualPath {
 public:
  // As VideoPackets: `packet_size` of ANNOUNCE, parity share in per cent.
  UsualPath(std::size_t packet_size, unsigned fec_percentage, bool encrypted);
  ~UsualPath();
  // Null: nothing is sent.
  void frame(ByteSpan bitstream, net::UdpSocket* socket, net::Route& route);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::bench
