#include "clipboard/wlr/wlr.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/thread.hpp"
#include "clipboard/pipes.hpp"
#include "clipboard/wlr/protocol.hpp"
#include "wayland/client.hpp"

namespace pf::clipboard::wlr {
namespace {

// What programs ask for when they paste text, best first.
constexpr const char* kTextKinds[] = {"text/plain;charset=utf-8", "UTF8_STRING", "text/plain"};
constexpr const char* kOtherNames[] = {"TEXT", "STRING"};  // of the same text, for old programs
// Password managers mark with it what is nobody else's business.
constexpr const char* kSecret = "x-kde-passwordManagerHint";

class WlrClipboard final : public Clipboard, private wayland::Client {
 public:
  WlrClipboard()
      : mark_(fmt::format("application/x-punktfunk-{}-{}", ::getpid(), fmt::ptr(this))) {}
  ~WlrClipboard() override;
  Result<> open(const std::string& socket);

  const char* name() const override { return "wlr"; }
  void start(Listener& listener) override;
  void stop() override;
  void set_text(std::string text) override;

 private:
  // What a program offers. Its kinds come before it is told to be the selection.
  struct Offer {
    wl_proxy* proxy = nullptr;
    std::size_t best = std::size(kTextKinds);  // index of kTextKinds
    bool ours = false, secret = false;
  };

  void on_global(wl_registry* registry, std::uint32_t id, const char* interface,
                 std::uint32_t version) override;
  void on_offer(wl_proxy* proxy);
  void on_kind(wl_proxy* proxy, const char* kind);
  void on_selection(wl_proxy* proxy);
  void on_send(const char* kind, int fd);
  bool turn();
  void run();
  void take_text();
  void drop_offers(const wl_proxy* except);

  const std::string mark_;  // among the kinds of our own text, so that we know it again
  wl_seat* seat_ = nullptr;
  wl_proxy* manager_ = nullptr;
  wl_proxy* device_ = nullptr;
  wl_proxy* source_ = nullptr;
  std::vector<Offer> offers_;  // at most a few: the selection, and what may become it
  bool finished_ = false;
  std::shared_ptr<const std::string> text_;  // behind source_
  PipeReader reader_;
  PipeWriters writers_;
  Listener* listener_ = nullptr;

  UniqueFd wake_;
  std::mutex mutex_;
  std::shared_ptr<const std::string> wanted_;  // by set_text()
  bool stopping_ = false;
  std::jthread thread_;
};

WlrClipboard::~WlrClipboard() {
  WlrClipboard::stop();
  drop_offers(nullptr);
  if (source_ != nullptr) destroy_source(source_);
  if (device_ != nullptr) destroy_device(device_);
  if (manager_ != nullptr) destroy_manager(manager_);
  if (seat_ != nullptr) wl_seat_destroy(seat_);
}

Result<> WlrClipboard::open(const std::string& socket) {
  wake_ = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (wake_.get() < 0) return fail_errno(errno, "eventfd");
  if (auto problem = connect(socket); !problem.empty())
    return fail(Errc::ConnectFailed, std::move(problem));
  if (manager_ == nullptr) return fail(Errc::ProtocolMissing, kManagerName);
  if (seat_ == nullptr) return fail(Errc::ProtocolMissing, "wl_seat");
  return {};
}

void WlrClipboard::on_global(wl_registry* registry, std::uint32_t id, const char* interface,
                             std::uint32_t) {
  if (manager_ == nullptr && std::strcmp(interface, kManagerName) == 0)
    manager_ =
        static_cast<wl_proxy*>(wl_registry_bind(registry, id, &kManagerInterface, kManagerVersion));
  else if (seat_ == nullptr && std::strcmp(interface, wl_seat_interface.name) == 0)
    seat_ = static_cast<wl_seat*>(wl_registry_bind(registry, id, &wl_seat_interface, 1));
}

void WlrClipboard::start(Listener& listener) {
  listener_ = &listener;
  static const DeviceListener events = {
      [](void* self, wl_proxy*, wl_proxy* offer) {
        static_cast<WlrClipboard*>(self)->on_offer(offer);
      },
      [](void* self, wl_proxy*, wl_proxy* offer) {
        static_cast<WlrClipboard*>(self)->on_selection(offer);
      },
      [](void* self, wl_proxy*) { static_cast<WlrClipboard*>(self)->finished_ = true; }};
  device_ = get_device(manager_, seat_, events, this);
  if (device_ != nullptr) thread_ = std::jthread([this] { run(); });
}

void WlrClipboard::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  static_cast<void>(::eventfd_write(wake_.get(), 1));
  if (thread_.joinable()) thread_.join();
}

void WlrClipboard::set_text(std::string text) {
  if (!good_text(text)) return;
  {
    const std::scoped_lock lock(mutex_);
    wanted_ = std::make_shared<const std::string>(std::move(text));
  }
  static_cast<void>(::eventfd_write(wake_.get(), 1));
}

// -- the rest: the clipboard's thread
// --------------------------------------------------------------

void WlrClipboard::on_offer(wl_proxy* proxy) {
  static const OfferListener events = {[](void* self, wl_proxy* offer, const char* kind) {
    static_cast<WlrClipboard*>(self)->on_kind(offer, kind);
  }};
  listen(proxy, events, this);
  offers_.push_back({proxy});
}

void WlrClipboard::on_kind(wl_proxy* proxy, const char* kind) {
  const auto offer = std::find_if(offers_.begin(), offers_.end(),
                                  [proxy](const Offer& one) { return one.proxy == proxy; });
  if (offer == offers_.end()) return;
  if (mark_ == kind) offer->ours = true;
  if (std::strcmp(kind, kSecret) == 0) offer->secret = true;
  for (std::size_t i = 0; i < offer->best; ++i)
    if (std::strcmp(kind, kTextKinds[i]) == 0) offer->best = i;
}

void WlrClipboard::on_selection(wl_proxy* proxy) {
  drop_offers(proxy);
  reader_.cancel();
  if (offers_.empty()) return;
  const auto& offer = offers_.front();
  if (offer.ours || offer.secret || offer.best == std::size(kTextKinds)) return;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return;
  reader_.begin(UniqueFd(ends[0]), steady_now());
  // The program writes as it is used to.
  const UniqueFd theirs(ends[1]);
  static_cast<void>(::fcntl(theirs.get(), F_SETFL, 0));
  receive(proxy, kTextKinds[offer.best], theirs.get());
}

void WlrClipboard::drop_offers(const wl_proxy* except) {
  std::erase_if(offers_, [except](const Offer& offer) {
    if (offer.proxy == except) return false;
    destroy_offer(offer.proxy);
    return true;
  });
}

void WlrClipboard::on_send(const char* kind, int fd) {
  UniqueFd theirs(fd);
  if (mark_ != kind) writers_.add(std::move(theirs), text_, steady_now());
}

// What the client copied becomes the selection.
void WlrClipboard::take_text() {
  std::shared_ptr<const std::string> wanted;
  {
    const std::scoped_lock lock(mutex_);
    wanted = std::exchange(wanted_, nullptr);
  }
  if (!wanted || device_ == nullptr || finished_) return;
  static const SourceListener events = {
      [](void* self, wl_proxy*, const char* kind, std::int32_t fd) {
        static_cast<WlrClipboard*>(self)->on_send(kind, fd);
      },
      [](void* self, wl_proxy* source) {
        auto& me = *static_cast<WlrClipboard*>(self);
        if (me.source_ == source) {
          me.source_ = nullptr;
          me.text_.reset();
        }
        destroy_source(source);
      }};
  wl_proxy* source = create_source(manager_, events, this);
  if (source == nullptr) return;
  for (const char* kind : kTextKinds) offer_kind(source, kind);
  for (const char* kind : kOtherNames) offer_kind(source, kind);
  offer_kind(source, mark_.c_str());
  set_selection(device_, source);
  if (auto* const old = std::exchange(source_, source)) destroy_source(old);
  text_ = std::move(wanted);
}

// Handles what has arrived and sends what is queued, then sleeps until something happens.
bool WlrClipboard::turn() {
  std::vector<pollfd> polled{{}, {wake_.get(), POLLIN, 0}, {reader_.fd(), POLLIN, 0}};
  writers_.append(polled);
  return step(polled, wayland::Sending::Flush, std::min(reader_.deadline(), writers_.deadline()));
}

void WlrClipboard::run() {
  name_this_thread("pf-clipboard");
  sigset_t pipes;
  sigemptyset(&pipes);
  sigaddset(&pipes, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipes, nullptr);
  for (;;) {
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_) return;
    }
    take_text();
    if (finished_ || !turn()) return;
    eventfd_t ignored = 0;
    static_cast<void>(::eventfd_read(wake_.get(), &ignored));
    const auto now = steady_now();
    writers_.write(now);
    if (auto text = reader_.read(now)) listener_->on_text(std::move(*text));
  }
}

}  // namespace

Result<std::unique_ptr<Clipboard>> open(const std::string& socket) {
  auto made = std::make_unique<WlrClipboard>();
  if (auto opened = made->open(socket); !opened) return pass(opened);
  return std::unique_ptr<Clipboard>(std::move(made));
}

}  // namespace pf::clipboard::wlr
