#include "audio/pipewire/default_metadata.hpp"

#include <pipewire/extensions/metadata.h>

#include <chrono>
#include <cstring>

#include "audio/pipewire/connection.hpp"
#include "audio/source.hpp"
#include "base/clock.hpp"

// libpipewire's method macros cast in the C manner.
#pragma GCC diagnostic ignored "-Wold-style-cast"

namespace pf::audio::pipewire {
namespace {

constexpr auto kLimit = std::chrono::seconds(3);
constexpr auto kLookAgain = std::chrono::milliseconds(100);
constexpr const char* kKey = "default.configured.audio.sink";
constexpr const char* kType = "Spa:String:JSON";

pw_proxy* proxy_of(void* object) {
  return static_cast<pw_proxy*>(object);
}

}  // namespace

// Under the connection's lock, which its event thread holds in callbacks.
struct DefaultMetadata::Impl {
  std::unique_ptr<Connection> connection;
  pw_registry* registry = nullptr;
  pw_metadata* metadata = nullptr;
  spa_hook core_hook{}, registry_hook{}, metadata_hook{};
  int asked = 0;
  bool answered = false;
  std::string problem;
  Configured now;

  ~Impl() {
    if (registry == nullptr) return;
    connection->stop();
    if (metadata != nullptr) {
      spa_hook_remove(&metadata_hook);
      pw_proxy_destroy(proxy_of(metadata));
    }
    spa_hook_remove(&registry_hook);
    pw_proxy_destroy(proxy_of(registry));
    spa_hook_remove(&core_hook);
  }

  void listen() {
    static const pw_core_events core_events = [] {
      pw_core_events e{};
      e.version = PW_VERSION_CORE_EVENTS;
      e.done = [](void* data, std::uint32_t id, int seq) {
        auto& self = *static_cast<Impl*>(data);
        if (id == PW_ID_CORE && seq == self.asked) self.answered = true;
        self.wake();
      };
      e.error = [](void* data, std::uint32_t, int, int, const char* message) {
        static_cast<Impl*>(data)->failed(message);
      };
      return e;
    }();
    static const pw_registry_events registry_events = [] {
      pw_registry_events e{};
      e.version = PW_VERSION_REGISTRY_EVENTS;
      e.global = [](void* data, std::uint32_t id, std::uint32_t, const char* type, std::uint32_t,
                    const spa_dict* properties) {
        static_cast<Impl*>(data)->found(id, type, properties);
      };
      return e;
    }();
    pw_core_add_listener(connection->core(), &core_hook, &core_events, this);
    registry = pw_core_get_registry(connection->core(), PW_VERSION_REGISTRY, 0);
    pw_registry_add_listener(registry, &registry_hook, &registry_events, this);
  }

  void found(std::uint32_t id, const char* type, const spa_dict* properties) noexcept {
    if (metadata != nullptr || properties == nullptr ||
        std::strcmp(type, PW_TYPE_INTERFACE_Metadata) != 0)
      return;
    const char* name = spa_dict_lookup(properties, PW_KEY_METADATA_NAME);
    if (name == nullptr || std::strcmp(name, "default") != 0) return;
    metadata =
        static_cast<pw_metadata*>(pw_registry_bind(registry, id, type, PW_VERSION_METADATA, 0));
    if (metadata == nullptr) return;
    static const pw_metadata_events events = [] {
      pw_metadata_events e{};
      e.version = PW_VERSION_METADATA_EVENTS;
      e.property = [](void* data, std::uint32_t subject, const char* key, const char*,
                      const char* value) {
        static_cast<Impl*>(data)->changed(subject, key, value);
        return 0;
      };
      return e;
    }();
    pw_metadata_add_listener(metadata, &metadata_hook, &events, this);
  }

  // No key: all of the subject's values have gone.
  void changed(std::uint32_t subject, const char* key, const char* value) noexcept {
    if (subject != PW_ID_CORE || (key != nullptr && std::strcmp(key, kKey) != 0)) return;
    try {
      now = key != nullptr && value != nullptr ? Configured(value) : Configured();
    } catch (const std::exception& e) {
      failed(e.what());
    }
    wake();
  }

  void failed(const char* message) noexcept {
    try {
      problem = message != nullptr ? message : "unknown";
    } catch (...) {  // the caller is C; the wait ends by its limit
    }
    wake();
  }

  void wake() const { pw_thread_loop_signal(connection->loop(), false); }

  template <typename Done>
  Result<> wait(const Done& done) {
    const auto deadline = steady_now() + kLimit;
    while (!done()) {
      if (!problem.empty()) return fail(Errc::Lost, problem);
      if (steady_now() > deadline)
        return fail(Errc::ConnectFailed, "the desktop's sound server does not answer");
      timespec soon{};
      pw_thread_loop_get_time(connection->loop(), &soon,
                              std::chrono::nanoseconds(kLookAgain).count());
      pw_thread_loop_timed_wait_full(connection->loop(), &soon);
    }
    return {};
  }

  Result<> round_trip() {
    answered = false;
    asked = pw_core_sync(connection->core(), PW_ID_CORE, asked);
    return wait([this] { return answered; });
  }
};

DefaultMetadata::DefaultMetadata(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DefaultMetadata::~DefaultMetadata() = default;

Result<std::unique_ptr<DefaultMetadata>> DefaultMetadata::open(const std::string& socket) {
  auto connection = Connection::open(socket, "pf-default");
  if (!connection) return pass(connection);
  auto impl = std::make_unique<Impl>();
  impl->connection = std::move(*connection);
  {
    const Connection::Lock lock(*impl->connection);
    impl->listen();
    if (auto listed = impl->round_trip(); !listed) return pass(listed);
    if (impl->metadata == nullptr)
      return fail(Errc::Unavailable,
                  "no session manager keeps the desktop's default sink: apt install wireplumber");
    if (auto told = impl->round_trip(); !told) return pass(told);
  }
  return std::unique_ptr<DefaultMetadata>(new DefaultMetadata(std::move(impl)));
}

Configured DefaultMetadata::now() const {
  const Connection::Lock lock(*impl_->connection);
  return impl_->now;
}

Result<> DefaultMetadata::set(const Configured& choice) {
  const Connection::Lock lock(*impl_->connection);
  if (impl_->now == choice) return {};
  pw_metadata_set_property(impl_->metadata, PW_ID_CORE, kKey, choice ? kType : nullptr,
                           choice ? choice->c_str() : nullptr);
  return impl_->wait([&] { return impl_->now == choice; });
}

}  // namespace pf::audio::pipewire
