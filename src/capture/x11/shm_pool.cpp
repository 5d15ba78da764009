#include "capture/x11/shm_pool.hpp"

#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "capture/x11/xcb_reply.hpp"

namespace pf::capture::x11 {
namespace {

bool accepted(xcb_connection_t* connection, xcb_void_cookie_t cookie) {
  return !Owned<xcb_generic_error_t>(xcb_request_check(connection, cookie)) &&
         xcb_connection_has_error(connection) == 0;
}

}  // namespace

Result<std::unique_ptr<ShmPool>> ShmPool::create(xcb_connection_t* connection, std::uint32_t width,
                                                 std::uint32_t height) {
  std::unique_ptr<ShmPool> pool(new ShmPool(connection, width, height));
  for (ShmBuffer& buffer : pool->buffers_)
    if (auto added = pool->add(buffer); !added) return pass(added);
  return pool;
}

ShmPool::ShmPool(xcb_connection_t* connection, std::uint32_t width, std::uint32_t height)
    : connection_(connection), width_(width), height_(height) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  size_ = (std::size_t{width} * 4 * height + page - 1) / page * page;
}

ShmPool::~ShmPool() {
  for (ShmBuffer& buffer : buffers_) {
    PF_ASSERT(buffer.free.load(std::memory_order_acquire));
    if (buffer.segment != XCB_NONE) xcb_shm_detach(connection_, buffer.segment);
    if (buffer.pixels == nullptr) continue;
    if (sysv_)
      shmdt(buffer.pixels);
    else
      munmap(buffer.pixels, size_);
  }
}

Result<> ShmPool::add(ShmBuffer& buffer) {
  if (sysv_ || !attach_memfd(buffer)) {
    sysv_ = true;
    if (!attach_sysv(buffer))
      return fail(Errc::Unavailable,
                  "the X server cannot share memory with this process: run the host on the same "
                  "machine as the server, and in containers share /tmp/.X11-unix and, for an old "
                  "server, the IPC name space (--ipc)");
  }
  buffer.missing = RowSet(height_);
  buffer.missing.add_all();
  return {};
}

bool ShmPool::attach_memfd(ShmBuffer& buffer) {
  UniqueFd fd(memfd_create("punktfunk-picture", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd || ftruncate(fd.get(), static_cast<off_t>(size_)) != 0) return false;
  // The server refuses or guards against memory that could shrink under it.
  fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK);
  void* memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (memory == MAP_FAILED) return false;
  const xcb_shm_seg_t segment = xcb_generate_id(connection_);
  // libxcb closes the descriptor once it is sent.
  if (!accepted(connection_, xcb_shm_attach_fd_checked(connection_, segment, fd.release(), 0))) {
    munmap(memory, size_);
    return false;
  }
  buffer.pixels = static_cast<std::uint8_t*>(memory);
  buffer.segment = segment;
  return true;
}

bool ShmPool::attach_sysv(ShmBuffer& buffer) {
  const int id = shmget(IPC_PRIVATE, size_, IPC_CREAT | 0600);
  if (id < 0) return false;
  void* memory = shmat(id, nullptr, 0);
  const auto failed = reinterpret_cast<void*>(-1);
  const xcb_shm_seg_t segment = xcb_generate_id(connection_);
  const bool good =
      memory != failed &&
      accepted(connection_,
               xcb_shm_attach_checked(connection_, segment, static_cast<std::uint32_t>(id), 0));
  shmctl(id, IPC_RMID, nullptr);  // it lives on until both sides have let go
  if (!good) {
    if (memory != failed) shmdt(memory);
    return false;
  }
  buffer.pixels = static_cast<std::uint8_t*>(memory);
  buffer.segment = segment;
  return true;
}

ShmBuffer* ShmPool::best_free() {
  ShmBuffer* best = nullptr;
  for (ShmBuffer& buffer : buffers_) {
    if (!buffer.free.load(std::memory_order_seq_cst)) continue;
    if (best == nullptr || buffer.missing.count() < best->missing.count()) best = &buffer;
  }
  return best;
}

bool ShmPool::all_free() const {
  for (const ShmBuffer& buffer : buffers_)
    if (!buffer.free.load(std::memory_order_acquire)) return false;
  return true;
}

void ShmPool::mark(std::uint32_t first_row, std::uint32_t count) {
  for (ShmBuffer& buffer : buffers_) buffer.missing.add(first_row, count);
}

}  // namespace pf::capture::x11
