// First run, sign-in and tokens. Control thread.
#pragma once

#include "webui/auth.hpp"
#include "webui/routes.hpp"

namespace pf::webui {

// The answer to a password that did not pass; never for PasswordAnswer::Kind::Right.
Reply password_refusal(const PasswordAnswer& answer);

namespace handlers {

std::optional<Reply> show_setup(const Context&, const Call&);
std::optional<Reply> claim(const Context&, const Call&);
std::optional<Reply> login(const Context&, const Call&);
std::optional<Reply> logout(const Context&, const Call&);
std::optional<Reply> me(const Context&, const Call&);
std::optional<Reply> change_password(const Context&, const Call&);
std::optional<Reply> reset_password(const Context&, const Call&);
std::optional<Reply> list_sign_ins(const Context&, const Call&);
std::optional<Reply> end_sign_in(const Context&, const Call&);
std::optional<Reply> list_tokens(const Context&, const Call&);
std::optional<Reply> make_token(const Context&, const Call&);
std::optional<Reply> end_token(const Context&, const Call&);
std::optional<Reply> events(const Context&, const Call&);

}  // namespace handlers
}  // namespace pf::webui
