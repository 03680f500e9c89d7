//! The cost of a call, compared with that of other clients.

use std::path::Path;

use anyhow::Result;

use crate::client::{Cost, cost_of, median, remove_outputs};
use crate::peers::{Peer, bare, oha, wrk};
use crate::server::{Manner, Server};
use crate::{input, tell};

const RUNS: usize = 5;
const CONNECTIONS: u32 = 64;

/// Measures processor time and throughput. The runs alternate with those of the peers, so that a
/// change of the machine's speed affects all of them.
pub(crate) fn measure(folder: &Path) -> Result<()> {
    let server = Server::start(Manner::default())?;
    for rows in [100_000, 1_000_000] {
        input::write(folder, rows, input::sent)?;
        let runs = if rows == 100_000 { RUNS } else { 1 };
        let mut rounds = Vec::new();
        for _ in 0..runs {
            remove_outputs(folder);
            let arguments = run_arguments(&server, CONNECTIONS);
            rounds.push(Round {
                rows,
                tool: cost_of(folder, &arguments)?,
                wrk: wrk(folder, server.address, CONNECTIONS)?,
                oha: oha(folder, server.address, CONNECTIONS, rows)?,
                bare: bare(folder, server.address, CONNECTIONS, rows)?,
            });
        }
        report(rows, &rounds);
    }
    Ok(())
}

/// The arguments of a `run` at maximum speed.
pub(crate) fn run_arguments(server: &Server, connections: u32) -> String {
    let base = format!("http://{}", server.address);
    format!("run in.csv -q --survey 7 --rate unlimited -c {connections} --base-url {base}")
}

struct Round {
    rows: u32,
    tool: Cost,
    wrk: Option<Peer>,
    oha: Option<Peer>,
    bare: Option<Peer>,
}

impl Round {
    fn cpu_per_call(&self) -> f64 {
        self.tool.cpu_seconds / f64::from(self.rows)
    }

    fn calls_per_second(&self) -> f64 {
        f64::from(self.rows) / self.tool.wall_seconds
    }
}

fn report(rows: u32, rounds: &[Round]) {
    let of = |figure: &dyn Fn(&Round) -> f64| median(rounds.iter().map(figure));
    tell(
        &format!("{rows} calls, {CONNECTIONS} connections"),
        &format!(
            "{:.2} CPU s per 100,000 calls, {:.0} calls/s, peak {:.1} MiB",
            of(&Round::cpu_per_call) * 100_000.0,
            of(&Round::calls_per_second),
            of(&|round| round.tool.peak_mib),
        ),
    );
    for (name, peer) in [
        ("`wrk`", (|round| round.wrk) as fn(&Round) -> Option<Peer>),
        ("`oha`", |round| round.oha),
        ("bare reqwest", |round| round.bare),
    ] {
        let beside: Vec<(&Round, Peer)> = rounds
            .iter()
            .filter_map(|round| Some((round, peer(round)?)))
            .collect();
        if beside.is_empty() {
            tell(&format!("beside {name}"), "not installed");
            continue;
        }
        let of = |figure: fn(&(&Round, Peer)) -> f64| median(beside.iter().map(figure));
        tell(
            &format!("beside {name}"),
            &format!(
                "{:.2} × its CPU per call ({:.2} s per 100,000), {:.2} × its calls/s ({:.0})",
                of(|(round, peer)| round.cpu_per_call() / peer.cpu_per_call),
                of(|(_, peer)| peer.cpu_per_call * 100_000.0),
                of(|(round, peer)| round.calls_per_second() / peer.calls_per_second),
                of(|(_, peer)| peer.calls_per_second),
            ),
        );
    }
}
