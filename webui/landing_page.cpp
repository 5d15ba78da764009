#include "webui/landing_page.hpp"

#include <fmt/format.h>

#include "base/markup.hpp"
#include "crypto/digest.hpp"

namespace pf::webui {
namespace {

// Colours and sizes are the console's tokens; each pair is light, dark.
constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--bg:#f2f4f0;--card:#fff;--inset:#f7f9f5;--line:#e0e5df;--text:#141a17;--text-2:#434e49;--text-3:#58645f;--point:#5a8300;--focus:#446300}
@media (prefers-color-scheme:dark){:root{--bg:#0c1012;--card:#12171a;--inset:#181f22;--line:#232b2f;--text:#e8eeec;--text-2:#b3bfc2;--text-3:#8f9ea3;--point:#c6e85f;--focus:#d7f37c}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:14px/1.5 -apple-system,BlinkMacSystemFont,"Segoe UI","Adwaita Sans",Cantarell,Roboto,"Noto Sans",system-ui,sans-serif}
main{max-width:640px;margin:0 auto;padding:32px 16px}
header{display:flex;align-items:center;gap:12px;margin-bottom:24px}
svg{flex:none}
.mark{stroke:var(--text)}.point{fill:var(--point)}
h1{font-size:24px;line-height:1.25;font-weight:600;margin:0;overflow-wrap:anywhere}
header p{margin:0;color:var(--text-3);font-size:13px}
section{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:16px;margin-bottom:16px}
h2{font-size:16px;font-weight:600;margin:0 0 8px}
p{margin:0 0 12px;color:var(--text-2)}
p:last-child,pre:last-child{margin-bottom:0}
code,pre{font-family:ui-monospace,"SF Mono","Cascadia Mono","Adwaita Mono","Roboto Mono","Noto Sans Mono","Liberation Mono",monospace;font-size:13px}
pre{background:var(--inset);border:1px solid var(--line);border-radius:8px;padding:8px 12px;margin:0 0 12px;overflow-x:auto;color:var(--text)}
.fingerprint{overflow-wrap:anywhere;color:var(--text)}
ol{margin:0 0 12px;padding-inline-start:20px;color:var(--text-2)}
a{color:var(--point)}
summary{cursor:pointer;padding:4px 0;overflow-wrap:anywhere}
details ul{margin:0 0 12px;padding-inline-start:20px;color:var(--text-2)}
summary:focus-visible,a:focus-visible,pre:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
)";

constexpr std::string_view kLogo =
    R"(<svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true"><path class="mark" d="M6 29V14a10 10 0 1 1 10 10" fill="none" stroke-width="4" stroke-linecap="round"/><circle class="point" cx="16" cy="14" r="4"/></svg>)";

std::string base64(ByteSpan bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8U | (i + j < bytes.size() ? bytes[i + j] : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      out += i + j > bytes.size() ? '=' : kAlphabet[group >> (18U - 6U * j) & 0x3FU];
  }
  return out;
}

// In groups of four digits, as people compare them.
std::string grouped(std::string_view fingerprint) {
  std::string out;
  for (std::size_t i = 0; i < fingerprint.size(); i += 4) {
    if (i != 0) out += ' ';
    out += fingerprint.substr(i, 4);
  }
  return out;
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) append_escaped(out, c);
  return out;
}

const std::string& landing_style_hash() {
  static const auto hash =
      "sha256-" + base64(crypto::sha256(ByteSpan(
                      reinterpret_cast<const std::uint8_t*>(kStyle.data()), kStyle.size())));
  return hash;
}

std::string_view landing_style() {
  return kStyle;
}

std::string landing_page(const LandingFacts& facts) {
  const auto name = escape_html(facts.host_name);
  return fmt::format(
      R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{0} · punktfunk host</title>
<style>{1}</style>
</head>
<body>
<main>
<header>{2}<div><h1>{0}</h1><p>punktfunk host {3}</p></div></header>
<section aria-labelledby="native">
<h2 id="native">Pair a punktfunk device</h2>
<ol><li>On this host, run this. It shows a PIN for two minutes.</li><li>Choose this host on the device and type the PIN there.</li></ol>
<pre tabindex="0"><code>punktfunk-host ctl pair arm</code></pre>
<p>Or let the device ask for access, then let it in: <code>punktfunk-host ctl pending</code> shows its number for <code>punktfunk-host ctl approve</code>.</p>
</section>
<section aria-labelledby="pair">
<h2 id="pair">Pair a Moonlight device</h2>
<ol><li>Choose this host in Moonlight. It shows a PIN.</li><li>On this host, run this with that PIN:</li></ol>
<pre tabindex="0"><code>punktfunk-host ctl pair pin 1234</code></pre>
<p>It says whether the device is paired. <code>punktfunk-host ctl pair list</code> shows who waits.</p>
</section>
<section aria-labelledby="manage">
<h2 id="manage">Devices and streams</h2>
<pre tabindex="0"><code>punktfunk-host ctl status
punktfunk-host ctl devices list
punktfunk-host ctl sessions list</code></pre>
<p>The web console is not part of this version. <code>punktfunk-host ctl --help</code> lists what there is.</p>
</section>
<section aria-labelledby="identity">
<h2 id="identity">Fingerprint of this host</h2>
<p class="fingerprint"><code>{4}</code></p>
<p>The browser's warning is expected: this host made its own certificate. Show the certificate in the browser and compare its SHA-256 fingerprint with the one that the host's log or <code>punktfunk-host ctl status</code> shows on the machine itself.</p>
</section>
</main>
</body>
</html>
)",
      name, kStyle, kLogo, escape_html(facts.version), grouped(escape_html(facts.fingerprint)));
}

}  // namespace pf::webui
