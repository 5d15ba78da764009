//! `interop HOST [--only WORD] [--keep] [-- HOST FLAGS]`: starts the host with synthetic picture and sound in a
//! folder of its own and plays every story of `scenarios` against it. The last line counts.

mod bench;
mod scenarios;

use std::path::PathBuf;
use std::time::Instant;

fn main() {
    let mut args = std::env::args().skip(1);
    let (mut binary, mut only, mut keep, mut flags) = (None, None, false, Vec::new());
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--only" => only = args.next(),
            "--keep" => keep = true,
            "--" => flags.extend(args.by_ref()),
            _ => binary = Some(PathBuf::from(arg)),
        }
    }
    let Some(binary) = binary else {
        eprintln!("interop HOST [--only WORD] [--keep] [-- HOST FLAGS]");
        std::process::exit(2);
    };
    // A host that was started by root works as another account: the way to its folder must be open.
    let folder = std::env::temp_dir().join(format!("pf-interop-{}", std::process::id()));
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let mut host = match bench::Host::start(&binary, folder.clone(), &flags) {
        Ok(host) => host,
        Err(e) => {
            println!("FAIL the host starts: {e}");
            println!("interop: 0 passed, 1 failed");
            std::process::exit(1);
        }
    };
    let (mut passed, mut failed) = (0, 0);
    for (name, story) in scenarios::all() {
        if only.as_ref().is_some_and(|word| !name.contains(word.as_str())) {
            continue;
        }
        let begun = Instant::now();
        let result = story(&mut host);
        let took = begun.elapsed().as_secs_f64();
        match result {
            Ok(note) => {
                passed += 1;
                println!("ok   {name} ({took:.1} s) {note}");
            }
            Err(e) => {
                failed += 1;
                println!("FAIL {name} ({took:.1} s) {e}");
                println!("     host: {}", host.log_tail());
            }
        }
    }
    drop(host);
    if keep {
        println!("kept: {}", folder.display());
    } else {
        let _ = std::fs::remove_dir_all(&folder);
    }
    println!("interop: {passed} passed, {failed} failed");
    std::process::exit(i32::from(failed > 0));
}
