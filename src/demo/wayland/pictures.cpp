#include "demo/wayland/pictures.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "base/unique_fd.hpp"

namespace pf::demo {
namespace {

// More changed parts than this are taken together: overlapping ones would be drawn many times.
constexpr std::size_t kMaxStale = 24;

const wl_buffer_listener kBufferListener{
    [](void* data, wl_buffer*) { static_cast<Picture*>(data)->busy = false; }};

}  // namespace

Result<std::unique_ptr<Pictures>> Pictures::create(wl_shm* shm, std::uint32_t width,
                                                   std::uint32_t height, std::size_t count,
                                                   std::uint32_t format) {
  std::unique_ptr<Pictures> made(new Pictures);
  made->width_ = width;
  made->height_ = height;
  const std::size_t each = std::size_t{width} * height * 4;
  made->size_ = each * count;
  if (made->size_ == 0 || made->size_ > INT32_MAX)
    return fail_errno(EINVAL, "the size of the window");
  const UniqueFd fd(memfd_create("punktfunk-demo", MFD_CLOEXEC));
  if (!fd || ftruncate(fd.get(), static_cast<off_t>(made->size_)) != 0)
    return fail_errno(errno, "memory for the picture");
  void* memory = mmap(nullptr, made->size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (memory == MAP_FAILED) return fail_errno(errno, "memory for the picture");
  made->memory_ = memory;
  const auto i32 = [](std::size_t value) { return static_cast<std::int32_t>(value); };
  const ShmPool pool(wl_shm_create_pool(shm, fd.get(), i32(made->size_)));
  for (std::size_t i = 0; i < count; ++i) {
    auto picture = std::make_unique<Picture>();
    picture->pixels = static_cast<std::uint32_t*>(memory) + i * width * height;
    picture->buffer.reset(wl_shm_pool_create_buffer(pool.get(), i32(i * each), i32(width),
                                                    i32(height), i32(width * 4U), format));
    wl_buffer_add_listener(picture->buffer.get(), &kBufferListener, picture.get());
    made->pictures_.push_back(std::move(picture));
  }
  made->mark({0, 0, width, height});
  return made;
}

Pictures::~Pictures() {
  pictures_.clear();
  if (memory_ != nullptr) munmap(memory_, size_);
}

Picture* Pictures::free_one() {
  for (const auto& picture : pictures_)
    if (!picture->busy) return picture.get();
  return nullptr;
}

void Pictures::mark(const media::Rect& changed) {
  for (const auto& picture : pictures_) {
    picture->stale.push_back(changed);
    if (picture->stale.size() <= kMaxStale) continue;
    media::Rect all;
    for (const auto& part : picture->stale) all = all.united(part);
    picture->stale.assign(1, all);
  }
}

}  // namespace pf::demo
