//! What a call costs: the client's processor time and memory per 100,000 calls, against a server that is not the
//! limit, beside `wrk` where that is installed.
//!
//! `cargo bench` runs it. The server is hyper on one thread of this process, so its cost is not the client's. The
//! client is the release binary under GNU time (`/usr/bin/time`, package `time`), which reports the client's own
//! processor time and peak memory. Figures are medians of [`RUNS`] runs.

#![expect(clippy::print_stdout, reason = "a benchmark's output")]

use std::convert::Infallible;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

const RUNS: usize = 5;
const CALLS: u32 = 100_000;
const CONNECTIONS: &str = "64";

/// The vendor's documented answer.
const ANSWER: &str = r#"{"type":"success","msg":"Respondent has been updated on the survey's mailing list"}"#;

fn main() -> Result<()> {
    let server = serve()?;
    let folder = tempfile::tempdir()?;
    for rows in [CALLS, CALLS * 10] {
        write_input(&folder.path().join("in.csv"), rows)?;
        let mut runs = Vec::new();
        for _ in 0..RUNS {
            runs.push(run(folder.path(), server)?);
        }
        report(&format!("run, {rows} rows"), rows, &mut runs);
    }
    let mut checks = Vec::new();
    for _ in 0..RUNS {
        checks.push(timed(folder.path(), &["check", "in.csv", "--survey", "7"])?);
    }
    report("check, 1,000,000 rows", CALLS * 10, &mut checks);
    wrk(server);
    Ok(())
}

/// One run of the client, as GNU time sees it.
#[derive(Clone, Copy, Debug)]
struct Figures {
    cpu_seconds: f64,
    wall_seconds: f64,
    peak_mib: f64,
}

fn run(folder: &Path, server: SocketAddr) -> Result<Figures> {
    for name in ["in.results.csv", "in.summary.json"] {
        // The first run finds none.
        std::fs::remove_file(folder.join(name)).ok();
    }
    let base = format!("http://{server}");
    timed(
        folder,
        &[
            "run",
            "in.csv",
            "-q",
            "--survey",
            "7",
            "--rate",
            "unlimited",
            "-c",
            CONNECTIONS,
            "--base-url",
            &base,
        ],
    )
}

fn timed(folder: &Path, arguments: &[&str]) -> Result<Figures> {
    let ran = Command::new("/usr/bin/time")
        .args(["-f", "%U %S %e %M", "-o", "figures"])
        .arg(env!("CARGO_BIN_EXE_respondent-sync"))
        .args(arguments)
        .current_dir(folder)
        .env("RESPONDENT_SYNC_ACCOUNT", "1")
        .env("RESPONDENT_SYNC_WEBHOOK_KEY", "benchmark")
        .env("RESPONDENT_SYNC_WEBHOOK_AUTH", "benchmark")
        .stdout(Stdio::null())
        .status()
        .context("GNU time is needed at /usr/bin/time")?;
    anyhow::ensure!(ran.success(), "{arguments:?} ended with {ran}");
    let text = std::fs::read_to_string(folder.join("figures"))?;
    let figures: Vec<f64> = text
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    match figures.as_slice() {
        [user, system, wall, kib] => Ok(Figures {
            cpu_seconds: user + system,
            wall_seconds: *wall,
            peak_mib: kib / 1024.0,
        }),
        _ => anyhow::bail!("GNU time printed {text:?}"),
    }
}

fn report(name: &str, rows: u32, runs: &mut [Figures]) {
    let median = |figure: fn(&Figures) -> f64, runs: &mut [Figures]| {
        runs.sort_by(|one, other| figure(one).total_cmp(&figure(other)));
        runs.get(runs.len() / 2).map_or(f64::NAN, figure)
    };
    let cpu = median(|run| run.cpu_seconds, runs) * f64::from(CALLS) / f64::from(rows);
    let wall = median(|run| run.wall_seconds, runs);
    let peak = median(|run| run.peak_mib, runs);
    let speed = f64::from(rows) / wall;
    println!("{name}: {cpu:.2} CPU s per 100,000 rows, {speed:.0} rows/s, peak {peak:.1} MiB");
}

/// The same server under `wrk`, one thread and as many connections, for as many calls: the limit in practice.
fn wrk(server: SocketAddr) {
    let url = format!("http://{server}/");
    let ran = Command::new("/usr/bin/time")
        .args(["-f", "%U %S", "wrk", "-t1", "-c", CONNECTIONS, "-d", "3s", &url])
        .output();
    let Ok(ran) = ran else { return };
    let (stdout, stderr) = (
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr),
    );
    let calls = stdout
        .lines()
        .find_map(|line| line.trim().split_once(" requests in ")?.0.parse::<f64>().ok());
    let cpu: f64 = stderr
        .split_whitespace()
        .filter_map(|word| word.parse::<f64>().ok())
        .sum();
    match calls {
        Some(calls) => println!(
            "wrk: {:.2} CPU s per 100,000 calls",
            cpu * f64::from(CALLS) / calls
        ),
        None => println!("wrk is not installed, so there is nothing to stand beside"),
    }
}

fn write_input(path: &Path, rows: u32) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "id_respondent,l1,l4,l7")?;
    for row in 1..=rows {
        writeln!(file, "{row},Kraków {row},SuperVIP,{}", row % 11)?;
    }
    Ok(file.flush()?)
}

/// Answers every call with success, on a thread of its own that ends with the process.
fn serve() -> Result<SocketAddr> {
    let (bound, address) = mpsc::channel();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    thread::spawn(move || runtime.block_on(accept(&bound)));
    Ok(address.recv()?)
}

async fn accept(bound: &mpsc::Sender<SocketAddr>) -> Result<Infallible> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    bound.send(listener.local_addr()?)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let service = service_fn(async |request: Request<hyper::body::Incoming>| {
                request.into_body().collect().await?;
                Ok::<_, hyper::Error>(Response::new(Full::new(Bytes::from_static(ANSWER.as_bytes()))))
            });
            // A client that is done closes its connections.
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await
                .ok();
        });
    }
}
