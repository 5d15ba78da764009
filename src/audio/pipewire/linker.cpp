#include "audio/pipewire/linker.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

#include "audio/pipewire/channels.hpp"
#include "audio/pipewire/connection.hpp"
#include "audio/pipewire/microphone_node.hpp"
#include "base/log.hpp"

// libpipewire's method macros cast in the C manner.
#pragma GCC diagnostic ignored "-Wold-style-cast"

namespace pf::audio::pipewire {
namespace {

std::string text(const spa_dict* dict, const char* key) {
  const char* value = dict != nullptr ? spa_dict_lookup(dict, key) : nullptr;
  return value != nullptr ? value : "";
}

}  // namespace

// Lives on the connection's event thread, apart from construction and destruction.
struct Linker::Impl {
  // Ours are the devices, sinks and microphones; programs' are the streams that play and record.
  enum class Kind { Sink = 1, Player, Microphone, Recorder };
  struct Node {
    Impl* owner = nullptr;
    std::uint32_t id = 0;
    Kind kind = Kind::Player;
    bool is_device() const { return kind == Kind::Sink || kind == Kind::Microphone; }
    pw_proxy* proxy = nullptr;
    spa_hook hook{};
    std::string name, serial, target;
    unsigned channels = 0;  // devices: once they are known
    bool informed = false;
    bool configured = false;
    std::vector<pw_proxy*> links;
  };
  struct Port {
    std::uint32_t node = 0;
    bool output = false;
    std::string channel;
  };

  std::unique_ptr<Connection> connection;
  pw_registry* registry = nullptr;
  spa_hook registry_hook{};
  std::map<std::uint32_t, std::unique_ptr<Node>> nodes;
  std::map<std::uint32_t, Port> ports;

  ~Impl() {
    if (!connection) return;
    connection->stop();
    for (auto& [id, node] : nodes) drop(*node);
    if (registry != nullptr) {
      spa_hook_remove(&registry_hook);
      pw_proxy_destroy(static_cast<pw_proxy*>(static_cast<void*>(registry)));
    }
  }

  static void drop(Node& node) {
    for (auto* link : node.links) pw_proxy_destroy(link);
    node.links.clear();
    if (node.proxy == nullptr) return;
    spa_hook_remove(&node.hook);
    pw_proxy_destroy(node.proxy);
    node.proxy = nullptr;
  }

  void add_node(std::uint32_t id, const spa_dict* properties) {
    const auto kind = text(properties, PW_KEY_MEDIA_CLASS);
    auto node = std::make_unique<Node>();
    if (kind == "Audio/Sink")
      node->kind = Kind::Sink;
    else if (kind == "Stream/Output/Audio")
      node->kind = Kind::Player;
    else if (kind == "Audio/Source")
      node->kind = Kind::Microphone;
    else if (kind == "Stream/Input/Audio")
      node->kind = Kind::Recorder;
    else
      return;
    node->owner = this;
    node->id = id;
    node->proxy = static_cast<pw_proxy*>(
        pw_registry_bind(registry, id, PW_TYPE_INTERFACE_Node, PW_VERSION_NODE, 0));
    if (node->proxy == nullptr) return;
    static const pw_node_events events = [] {
      pw_node_events e{};
      e.version = PW_VERSION_NODE_EVENTS;
      e.info = [](void* data, const pw_node_info* info) { on_info(data, info); };
      return e;
    }();
    pw_proxy_add_object_listener(node->proxy, &node->hook, &events, node.get());
    nodes[id] = std::move(node);
  }

  static void on_info(void* data, const pw_node_info* info) noexcept {
    auto& node = *static_cast<Node*>(data);
    try {
      if ((info->change_mask & PW_NODE_CHANGE_MASK_PROPS) == 0 || info->props == nullptr) return;
      node.name = text(info->props, PW_KEY_NODE_NAME);
      node.serial = text(info->props, PW_KEY_OBJECT_SERIAL);
      node.target = text(info->props, PW_KEY_TARGET_OBJECT);
      if (node.target.empty()) node.target = text(info->props, "node.target");
      if (node.is_device())
        node.channels =
            static_cast<unsigned>(std::atoi(text(info->props, PW_KEY_AUDIO_CHANNELS).c_str()));
      node.informed = true;
      node.owner->settle();
    } catch (const std::exception& e) {
      log::warn("audio", "linking failed", "reason", e.what());
    }
  }

  void add_port(std::uint32_t id, const spa_dict* properties) {
    if (text(properties, PW_KEY_PORT_MONITOR) == "true") return;
    ports[id] = {static_cast<std::uint32_t>(std::atoi(text(properties, PW_KEY_NODE_ID).c_str())),
                 text(properties, PW_KEY_PORT_DIRECTION) == "out",
                 text(properties, PW_KEY_AUDIO_CHANNEL)};
    settle();
  }

  void remove(std::uint32_t id) {
    ports.erase(id);
    const auto found = nodes.find(id);
    if (found == nodes.end()) return;
    if (found->second->is_device())  // its programs are linked anew, should it come back
      for (auto& [other, node] : nodes)
        if (!node->is_device() && device_of(*node) == found->second.get()) {
          for (auto* link : node->links) pw_proxy_destroy(link);
          node->links.clear();
          node->configured = false;
        }
    drop(*found->second);
    nodes.erase(found);
  }

  static bool matches(const Node& stream, const Node& device) {
    if (device.name == stream.target || device.serial == stream.target) return true;
    // A program is told one name, that of its session's sink, for all of its streams.
    return stream.kind == Kind::Recorder && device.name == microphone_name(stream.target);
  }

  // The sink (to a recorder: the microphone) that a stream names; when it names none, the only one.
  // Never another session's.
  Node* device_of(const Node& stream) const {
    const auto wanted = stream.kind == Kind::Player ? Kind::Sink : Kind::Microphone;
    Node* only = nullptr;
    unsigned count = 0;
    for (const auto& [id, node] : nodes) {
      if (node->kind != wanted || !node->informed) continue;
      if (!stream.target.empty() && matches(stream, *node)) return node.get();
      only = node.get();
      ++count;
    }
    return stream.target.empty() && count == 1 ? only : nullptr;
  }

  std::vector<std::pair<std::uint32_t, const Port*>> ports_of(const Node& node, bool output) const {
    std::vector<std::pair<std::uint32_t, const Port*>> found;
    for (const auto& [id, port] : ports)
      if (port.node == node.id && port.output == output) found.emplace_back(id, &port);
    return found;
  }

  // Brings everything that is known one step further.
  void settle() {
    for (auto& [id, node] : nodes) {
      if (!node->informed) continue;
      if (node->is_device()) {
        if (!node->configured && node->channels > 0)
          configure(*node, node->kind == Kind::Sink ? SPA_DIRECTION_INPUT : SPA_DIRECTION_OUTPUT,
                    node->channels);
        continue;
      }
      auto* device = device_of(*node);
      if (device == nullptr || !device->configured || !node->links.empty()) continue;
      const bool plays = node->kind == Kind::Player;
      // The stream mixes itself to the device's channels.
      if (!node->configured)
        configure(*node, plays ? SPA_DIRECTION_OUTPUT : SPA_DIRECTION_INPUT, device->channels);
      const auto& source = plays ? *node : *device;
      const auto& sink = plays ? *device : *node;
      const auto from = ports_of(source, true), to = ports_of(sink, false);
      if (from.size() == device->channels && to.size() == device->channels)
        link(*node, source, from, sink, to);
    }
  }

  static void configure(Node& node, spa_direction direction, unsigned channels) {
    std::array<std::uint8_t, 1024> memory{};
    const auto* pod = port_config(memory, direction, channels);
    auto* proxy = static_cast<pw_node*>(static_cast<void*>(node.proxy));
    pw_node_set_param(proxy, SPA_PARAM_PortConfig, 0, pod);
    node.configured = true;
  }

  // The links belong to `program`, the one of the two that is not ours.
  void link(Node& program, const Node& source,
            const std::vector<std::pair<std::uint32_t, const Port*>>& from, const Node& sink,
            const std::vector<std::pair<std::uint32_t, const Port*>>& to) {
    for (const auto& [out_id, out] : from) {
      const auto same = std::find_if(to.begin(), to.end(), [&, channel = out->channel](auto& p) {
        return p.second->channel == channel;
      });
      if (same == to.end()) continue;
      auto* properties = pw_properties_new(nullptr, nullptr);
      pw_properties_setf(properties, PW_KEY_LINK_OUTPUT_NODE, "%u", source.id);
      pw_properties_setf(properties, PW_KEY_LINK_OUTPUT_PORT, "%u", out_id);
      pw_properties_setf(properties, PW_KEY_LINK_INPUT_NODE, "%u", sink.id);
      pw_properties_setf(properties, PW_KEY_LINK_INPUT_PORT, "%u", same->first);
      auto* proxy = static_cast<pw_proxy*>(
          pw_core_create_object(connection->core(), "link-factory", PW_TYPE_INTERFACE_Link,
                                PW_VERSION_LINK, &properties->dict, 0));
      pw_properties_free(properties);
      if (proxy != nullptr) program.links.push_back(proxy);
    }
    log::debug("audio", "program linked", "from", source.name, "to", sink.name);
  }

  void listen() {
    static const pw_registry_events events = [] {
      pw_registry_events e{};
      e.version = PW_VERSION_REGISTRY_EVENTS;
      e.global = [](void* data, std::uint32_t id, std::uint32_t, const char* type, std::uint32_t,
                    const spa_dict* properties) { on_global(data, id, type, properties); };
      e.global_remove = [](void* data, std::uint32_t id) { static_cast<Impl*>(data)->remove(id); };
      return e;
    }();
    registry = pw_core_get_registry(connection->core(), PW_VERSION_REGISTRY, 0);
    pw_registry_add_listener(registry, &registry_hook, &events, this);
  }

  static void on_global(void* data, std::uint32_t id, const char* type,
                        const spa_dict* properties) noexcept {
    auto& self = *static_cast<Impl*>(data);
    try {
      if (std::strcmp(type, PW_TYPE_INTERFACE_Node) == 0) self.add_node(id, properties);
      if (std::strcmp(type, PW_TYPE_INTERFACE_Port) == 0) self.add_port(id, properties);
    } catch (const std::exception& e) {
      log::warn("audio", "linking failed", "reason", e.what());
    }
  }
};

Linker::Linker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Linker::~Linker() = default;

Result<std::unique_ptr<Linker>> Linker::start(const std::string& socket) {
  auto connection = Connection::open(socket, "pf-linker");
  if (!connection) return pass(connection);
  auto impl = std::make_unique<Impl>();
  impl->connection = std::move(*connection);
  {
    const Connection::Lock lock(*impl->connection);
    impl->listen();
  }
  return std::unique_ptr<Linker>(new Linker(std::move(impl)));
}

}  // namespace pf::audio::pipewire
