#include "app/machine_power.hpp"

#include <fmt/format.h>

#ifdef PF_HAVE_DBUS
#include <dbus/dbus.h>
#endif

#include "app/privileges.hpp"

namespace pf::app {
namespace {

#ifdef PF_HAVE_DBUS

constexpr const char* kService = "org.freedesktop.login1";
constexpr const char* kPath = "/org/freedesktop/login1";
constexpr const char* kInterface = "org.freedesktop.login1.Manager";
constexpr int kAnswerMs = 3000;

struct Names {
  const char* can;
  const char* run;
  const char* rule;  // polkit's name for it
};

Names names(PowerAct act) {
  switch (act) {
    case PowerAct::Sleep:
      return {"CanSuspend", "Suspend", "org.freedesktop.login1.suspend"};
    case PowerAct::Reboot:
      return {"CanReboot", "Reboot", "org.freedesktop.login1.reboot"};
    case PowerAct::ShutDown:
      return {"CanPowerOff", "PowerOff", "org.freedesktop.login1.power-off"};
  }
  return {};
}

class BusError {
 public:
  BusError() { dbus_error_init(&error_); }
  ~BusError() { dbus_error_free(&error_); }
  BusError(const BusError&) = delete;
  BusError& operator=(const BusError&) = delete;
  DBusError* get() { return &error_; }
  std::string text() const { return error_.message == nullptr ? "no answer" : error_.message; }
  bool is(const char* name) const { return dbus_error_has_name(&error_, name) != 0; }

 private:
  DBusError error_{};
};

struct Close {
  void operator()(DBusConnection* connection) const {
    dbus_connection_close(connection);
    dbus_connection_unref(connection);
  }
  void operator()(DBusMessage* message) const { dbus_message_unref(message); }
};
using Connection = std::unique_ptr<DBusConnection, Close>;
using Message = std::unique_ptr<DBusMessage, Close>;

// A connection of its own for each question: they are rare, and none is lost with a bus that was
// started anew.
Connection connect(BusError& error) {
  Connection connection(dbus_bus_get_private(DBUS_BUS_SYSTEM, error.get()));
  if (connection) dbus_connection_set_exit_on_disconnect(connection.get(), 0);
  return connection;
}

Message call(DBusConnection& connection, const char* method, bool with_flag, BusError& error) {
  const Message message(dbus_message_new_method_call(kService, kPath, kInterface, method));
  if (!message) return nullptr;
  const dbus_bool_t interactive = 0;  // nobody sits there to type a password
  if (with_flag && dbus_message_append_args(message.get(), DBUS_TYPE_BOOLEAN, &interactive,
                                            DBUS_TYPE_INVALID) == 0)
    return nullptr;
  return Message(dbus_connection_send_with_reply_and_block(&connection, message.get(), kAnswerMs,
                                                           error.get()));
}

class Logind final : public MachinePower {
 public:
  std::string obstacle(PowerAct act) override {
    BusError error;
    const auto connection = connect(error);
    if (!connection)
      return "There is no system message bus here, as in most containers, so the machine cannot be "
             "asked. Do it on the machine itself.";
    const auto name = names(act);
    const auto reply = call(*connection, name.can, false, error);
    const char* answer = nullptr;
    if (!reply || dbus_message_get_args(reply.get(), error.get(), DBUS_TYPE_STRING, &answer,
                                        DBUS_TYPE_INVALID) == 0) {
      if (error.is(DBUS_ERROR_SERVICE_UNKNOWN) || error.is(DBUS_ERROR_NAME_HAS_NO_OWNER))
        return "Nothing here manages sleep and power: systemd-logind does not run. Do it on the "
               "machine itself.";
      return fmt::format("systemd-logind gave no answer: {}.", error.text());
    }
    const std::string_view word(answer);
    if (word == "yes") return {};
    if (word == "na")
      return "This machine cannot do that: its hardware or its kernel does not offer it.";
    if (word == "challenge")
      return fmt::format(
          "The system wants an administrator's password for that. A polkit rule that lets the "
          "host's account do {} changes it.",
          name.rule);
    return fmt::format(
        "The account that the host runs as may not do that. A polkit rule that lets it do {} "
        "changes it.",
        name.rule);
  }

  Result<> perform(PowerAct act) override {
    BusError error;
    const auto connection = connect(error);
    if (connection && call(*connection, names(act).run, true, error)) return {};
    return fail(Errc::Refused, error.text());
  }
};

using Machine = Logind;

#else

class Machine final : public MachinePower {
 public:
  std::string obstacle(PowerAct) override {
    return "This build of the host cannot talk to the system: it was built without D-Bus "
           "(libdbus-1-dev).";
  }
  Result<> perform(PowerAct act) override { return fail(Errc::Refused, obstacle(act)); }
};

#endif

}  // namespace

std::unique_ptr<MachinePower> machine_power() {
  return std::make_unique<Machine>();
}

}  // namespace pf::app
