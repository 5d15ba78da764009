//! A host in its own folder on its own ports, its `ctl`, and peers that run beside it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{channel, Receiver};
use std::time::{Duration, Instant};

use serde_json::Value;

pub type Check = Result<(), String>;

fn text(e: impl std::fmt::Display) -> String {
    e.to_string()
}

pub struct Host {
    pub binary: PathBuf,
    peer: PathBuf,
    pub folder: PathBuf,
    child: Child,
    pub port: u16,
    last_attempt: Option<Instant>,
}

fn free_udp() -> Result<u16, String> {
    Ok(UdpSocket::bind("0.0.0.0:0").and_then(|s| s.local_addr()).map_err(text)?.port())
}
fn free_tcp() -> Result<u16, String> {
    Ok(TcpListener::bind("0.0.0.0:0").and_then(|s| s.local_addr()).map_err(text)?.port())
}

impl Host {
    /// `flags` come after the usual ones and win.
    pub fn start(binary: &Path, folder: PathBuf, flags: &[&str]) -> Result<Host, String> {
        let state = folder.join("host");
        fs::create_dir_all(&state).map_err(text)?;
        let (port, mgmt) = (free_udp()?, free_tcp()?);
        let log = fs::File::create(folder.join("host.log")).map_err(text)?;
        let mut usual = Vec::new();
        for (flag, value) in
            [("--display", "synthetic"), ("--encoder", "synthetic"), ("--audio", "synthetic")]
        {
            if !flags.contains(&flag) {
                usual.extend([flag, value]);
            }
        }
        let child = Command::new(binary)
            .arg("serve")
            .args(["--native-port", &port.to_string(), "--mgmt-port", &mgmt.to_string()])
            .args(["--no-gamestream", "--no-mdns", "--log-level", "debug"])
            .args(usual)
            .args(flags)
            .env("PUNKTFUNK_CONFIG_DIR", &state)
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(text)?)
            .stderr(log)
            .spawn()
            .map_err(|e| format!("{}: {e}", binary.display()))?;
        let peer = std::env::current_exe().map_err(text)?.with_file_name("punktfunk-peer");
        let binary = binary.to_path_buf();
        let mut host = Host { binary, peer, folder, child, port, last_attempt: None };
        // Reachable when its ctl and a probing client say so.
        host.wait("the host answers", Duration::from_secs(30), |h| {
            if let Some(status) = h.child.try_wait().map_err(text)? {
                return Err(format!("the host ended: {status}; {}", h.log_tail()));
            }
            Ok(h.ctl(&["status"]).is_ok())
        })?;
        host.wait("the host answers over QUIC", Duration::from_secs(30), |h| {
            Ok(h.peer("probe", "nobody", &[])?.good)
        })?;
        Ok(host)
    }

    pub fn log_tail(&self) -> String {
        let log = fs::read_to_string(self.folder.join("host.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(6)..].join(" | ")
    }

    pub fn wait<F>(&mut self, what: &str, patience: Duration, mut holds: F) -> Check
    where
        F: FnMut(&mut Host) -> Result<bool, String>,
    {
        let deadline = Instant::now() + patience;
        loop {
            if holds(self)? {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(format!("in {} s it was not so that {what}", patience.as_secs()));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// A host for tests beside this one, which lets everybody in; it ends with what is returned.
    pub fn beside(&self, flags: &[&str]) -> Result<Beside, String> {
        let (port, folder) = (free_udp()?.to_string(), self.folder.join("beside"));
        fs::create_dir_all(&folder).map_err(text)?;
        let log = fs::File::create(self.folder.join("beside.log")).map_err(text)?;
        let child = Command::new(&self.binary)
            .args(["punktfunk1-host", "--port", &port, "--source", "synthetic"])
            .args(["--allow-tofu", "--no-mdns"])
            .args(flags)
            .env("PUNKTFUNK_CONFIG_DIR", &folder)
            .env("PUNKTFUNK_ENCODER", "synthetic")
            .env("PUNKTFUNK_AUDIO", "synthetic")
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(text)?)
            .stderr(log)
            .spawn()
            .map_err(text)?;
        let beside = Beside { child, port };
        let deadline = Instant::now() + Duration::from_secs(30);
        while !self.peer("probe", "nobody", &["--port", &beside.port, "--no-pin"])?.good {
            if Instant::now() > deadline {
                return Err("the host beside does not answer".into());
            }
        }
        Ok(beside)
    }

    /// What the host's own command line says, without its envelope.
    pub fn ctl(&self, words: &[&str]) -> Result<Value, String> {
        let out = Command::new(&self.binary)
            .args(["ctl", "--json"])
            .args(words)
            .env("PUNKTFUNK_CONFIG_DIR", self.folder.join("host"))
            .stdin(Stdio::null())
            .output()
            .map_err(text)?;
        let said: Value = serde_json::from_slice(&out.stdout).unwrap_or(Value::Null);
        if !out.status.success() {
            let errors = String::from_utf8_lossy(&out.stderr);
            return Err(format!("ctl {}: {} {said} {errors}", words.join(" "), out.status));
        }
        Ok(if said["data"].is_null() { said } else { said["data"].clone() })
    }

    /// Opens the pairing window.
    pub fn arm(&self) -> Result<String, String> {
        let status = self.ctl(&["pair", "arm"])?;
        let pin = status["pin"].as_str().ok_or_else(|| format!("no PIN in {status}"))?;
        Ok(pin.to_string())
    }

    fn command(&self, what: &str, who: &str, args: &[&str]) -> Command {
        let mut command = Command::new(&self.peer);
        command
            .arg(what)
            .args(["--port", &self.port.to_string(), "--state"])
            .arg(self.folder.join(who))
            .args(args);
        command
    }

    /// Runs a peer to its end.
    pub fn peer(&self, what: &str, who: &str, args: &[&str]) -> Result<Report, String> {
        let out = self.command(what, who, args).stdin(Stdio::null()).output().map_err(text)?;
        Report::read(out.status.code(), &out.stdout, &String::from_utf8_lossy(&out.stderr))
    }

    pub fn background(&self, what: &str, who: &str, args: &[&str]) -> Result<Running, String> {
        let mut child = self
            .command(what, who, args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(text)?;
        let (to_lines, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if to_lines.send(line).is_err() {
                    return;
                }
            }
        });
        let stdin = child.stdin.take();
        Ok(Running { child, lines, stdin, heard: String::new() })
    }

    /// A ceremony, not sooner than hosts allow after the last one from this address.
    pub fn pair(&mut self, who: &str, pin: &str, args: &[&str]) -> Result<Report, String> {
        let pause = Duration::from_millis(2100);
        if let Some(rest) = self.last_attempt.and_then(|t| pause.checked_sub(t.elapsed())) {
            std::thread::sleep(rest);
        }
        let mut all = vec!["--pin", pin];
        all.extend(args);
        let report = self.peer("pair", who, &all);
        self.last_attempt = Some(Instant::now());
        report
    }

    /// Makes sure that this client is paired.
    pub fn paired(&mut self, who: &str) -> Check {
        if self.folder.join(who).join("hosts.json").exists() {
            return Ok(());
        }
        let pin = self.arm()?;
        self.pair(who, &pin, &[])?.must_be_good("pairing")
    }

    pub fn device_of(&self, who: &str) -> Result<u64, String> {
        let me = self.peer("identity", who, &[])?.json["fingerprint"].clone();
        let devices = self.ctl(&["devices", "list"])?;
        let all = devices["devices"].as_array().or(devices.as_array()).cloned().unwrap_or_default();
        all.iter()
            .find(|d| d.to_string().contains(me.as_str().unwrap_or("?")))
            .and_then(|d| d["id"].as_u64())
            .ok_or_else(|| format!("{me} is not in {devices}"))
    }

    /// Asks it to end, as a service manager does.
    pub fn terminate(&self) {
        unsafe { libc::kill(self.child.id() as i32, libc::SIGTERM) };
    }

    /// What the host says of the newest session of this client.
    pub fn session_of(&self, who: &str) -> Result<Option<Value>, String> {
        let device = self.device_of(who)?;
        let list = self.ctl(&["sessions", "list"])?;
        let all = list["sessions"].as_array().or(list.as_array()).cloned().unwrap_or_default();
        let mine = all.into_iter().filter(|s| s["device_id"] == device);
        Ok(mine.max_by_key(|s| s["id"].as_u64()))
    }

    pub fn wait_until_gone(&mut self, who: &str) -> Check {
        let patience = Duration::from_secs(10);
        self.wait("its session is gone", patience, |h| Ok(h.session_of(who)?.is_none()))
    }
}

pub struct Beside {
    child: Child,
    pub port: String,
}

impl Drop for Beside {
    fn drop(&mut self) {
        unsafe { libc::kill(self.child.id() as i32, libc::SIGTERM) };
        let _ = self.child.wait();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // SIGTERM first: a host that is killed cannot tidy up.
        if let Ok(None) = self.child.try_wait() {
            self.terminate();
        }
        let deadline = Instant::now() + Duration::from_secs(15);
        while Instant::now() < deadline {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Report {
    pub good: bool,
    pub json: Value,
}

impl Report {
    fn read(code: Option<i32>, stdout: &[u8], stderr: &str) -> Result<Report, String> {
        let json = serde_json::from_slice(stdout)
            .map_err(|e| format!("the peer ended with {code:?} and no report ({e}): {stderr}"))?;
        Ok(Report { good: code == Some(0), json })
    }
    pub fn code(&self) -> Option<u64> {
        self.json["close"]["code"].as_u64()
    }
    pub fn number(&self, path: &str) -> f64 {
        self.json.pointer(path).and_then(Value::as_f64).unwrap_or(0.0)
    }
    pub fn must_be_good(&self, what: &str) -> Check {
        if self.good {
            return Ok(());
        }
        let j = &self.json;
        Err(format!(
            "{what}: close {} error {} violations {}",
            j["close"], j["error"], j["violations"]
        ))
    }
    pub fn must_close(&self, code: u64) -> Check {
        match self.code() {
            Some(c) if c == code => Ok(()),
            _ => Err(format!(
                "close {code:#x} expected, got {} ({})",
                self.json["close"], self.json["error"]
            )),
        }
    }
    pub fn must(&self, holds: bool, what: &str) -> Check {
        if holds {
            return Ok(());
        }
        let mut brief = self.json.clone();
        if let Some(o) = brief.as_object_mut() {
            for noise in ["agreed", "link", "datagrams", "loss_reports_ppm"] {
                o.remove(noise);
            }
        }
        Err(format!("{what}: {brief}"))
    }
}

/// A peer that runs beside the script.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    stdin: Option<ChildStdin>,
    heard: String,
}

impl Running {
    /// Waits for a line of the peer's own words.
    pub fn hear(&mut self, word: &str, patience: Duration) -> Check {
        let deadline = Instant::now() + patience;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) if line.starts_with(word) => return Ok(()),
                Ok(line) => self.heard += &format!("{line}; "),
                Err(_) => return Err(format!("the peer never said {word}: {}", self.heard)),
            }
        }
    }
    pub fn say(&mut self, line: &str) -> Check {
        let stdin = self.stdin.as_mut().ok_or("no stdin")?;
        writeln!(stdin, "{line}").and_then(|()| stdin.flush()).map_err(text)
    }
    pub fn end(mut self) -> Result<Report, String> {
        let mut out = Vec::new();
        self.child.stdout.take().expect("piped").read_to_end(&mut out).map_err(text)?;
        let status = self.child.wait().map_err(text)?;
        Report::read(status.code(), &out, &self.heard)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
