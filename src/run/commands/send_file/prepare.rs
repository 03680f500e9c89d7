//! Everything before the first call of a run, except for its locks and its mailing list.

use jiff::Timestamp;

use crate::config::{ListSettings, RunSettings, max_query_bytes};
use crate::model::UpdateRespondent;
use crate::record::{self, Header, OutputDecision, SentBefore, VERIFIED, VerifiedFile};
use crate::report::Console;
use crate::run::Failure;
use crate::run::list::before::FreshList;
use crate::run::list::{after, undo_file};
use crate::run::prepare::announce::announce;
use crate::run::prepare::confirm::{can_ask, confirm};
use crate::run::prepare::decided::{Decided, decide};
use crate::run::prepare::fingerprint::fingerprint;
use crate::run::prepare::guards::{Unfinished, guard, refuse_crm_numbers};
use crate::run::prepare::input::opened::OpenedInput;
use crate::run::prepare::input::overtaken::leave_out_overtaken;
use crate::run::prepare::late_calls::{clock, quiet_from};
use crate::run::prepare::memory;
use crate::run::prepare::memory::{Beginning, Memory};
use crate::run::prepare::site::Site;
use crate::send::HttpTransport;
use crate::state::{Delta, Store};
use crate::text::Message;

/// A run that may make its first call.
pub(super) struct Ready {
    pub(super) transport: HttpTransport,
    pub(super) opened: OpenedInput,
    pub(super) decision: OutputDecision,
    pub(super) header: Header,
    pub(super) memory: Memory,
    /// Commands of the input that the platform acknowledged before.
    pub(super) known: Vec<UpdateRespondent>,
    /// Until then calls of another run may still be applied.
    pub(super) quiet_from: Option<Timestamp>,
    /// Whether the mailing list was read before this run, and not before an earlier one.
    pub(super) is_fresh: bool,
}

/// The result of everything before the first call.
pub(super) enum Prepared {
    Ready(Box<Ready>),
    /// The same input was sent completely to the same destination before.
    AlreadySent(SentBefore),
}

/// An input that was read and planned with what earlier runs have left.
struct Looked<'a> {
    transport: HttpTransport,
    opened: OpenedInput,
    header: Header,
    store: Option<Store>,
    /// The mailing list, if it was read before this run. An older one serves ids alone.
    list: Option<&'a ListSettings>,
}

/// Opens the input and the store. Nothing is written.
fn look<'a>(settings: &'a RunSettings, site: &Site, is_fresh: bool) -> Result<Looked<'a>, Failure> {
    let RunSettings {
        reading,
        calls,
        outputs,
        ..
    } = settings;
    let transport = HttpTransport::new(site.endpoint.clone(), &calls.http).map_err(Failure::usage)?;
    let mut opened = OpenedInput::open(reading, max_query_bytes(calls.http.method, &site.endpoint))?;
    refuse_crm_numbers(&opened, reading, &settings.guards)?;
    let header = Header::new(
        Timestamp::now(),
        fingerprint(&opened, &site.account),
        outputs.existing.overwrite,
    );
    let header = match &reading.round {
        Some(round) => header.of_round(round.run.started_at, settings.recorded.clone()),
        None => header,
    };
    if let Some(round) = &reading.round
        && !round.run.is_of_account_of(&header.fingerprint)
    {
        return Err(Failure::usage(Message::new(|words| {
            words.retry_of_other_account()
        })));
    }
    let store = memory::open(&settings.delta, site)?;
    let list = settings.list.as_ref().filter(|_| is_fresh);
    believe(&mut opened, list, store.as_ref())?;
    Ok(Looked {
        transport,
        opened,
        header,
        store,
        list,
    })
}

/// Does everything before the first call, except for the locks. Nothing is sent, and nothing is
/// written except deletions from the store.
pub(super) fn prepare(
    settings: &RunSettings,
    site: &Site,
    fresh: Option<FreshList>,
    console: &Console,
) -> Result<Prepared, Failure> {
    let is_fresh = fresh.is_some();
    let RunSettings {
        reading,
        calls,
        outputs,
        ..
    } = settings;
    let Looked {
        transport,
        mut opened,
        header,
        store,
        list,
    } = look(settings, site, is_fresh)?;
    let Decided {
        decision,
        content_since,
        replaced,
    } = decide(settings, &header, &mut opened, store.as_ref())?;
    let header = header.with_content_since(content_since);
    let decision = match decision {
        OutputDecision::AlreadySent(before) => return Ok(Prepared::AlreadySent(before)),
        decision => decision,
    };
    let unfinished_round = match &decision {
        OutputDecision::GoOn(go_on) => Some(go_on.as_ref()),
        _ => None,
    };
    leave_out_overtaken(
        &mut opened,
        reading,
        store.as_ref(),
        (unfinished_round, &header.fingerprint),
    )?;
    let resumes = unfinished_round.is_some();
    let journal = match &decision {
        OutputDecision::GoOn(go_on) => Some(go_on.as_ref()),
        _ => replaced.as_ref(),
    };
    let unfinished = journal.map(|journal| Unfinished {
        journal,
        paths: &outputs.paths,
    });
    let mode = settings.delta.mode;
    let passed = guard(
        &mut opened,
        reading,
        &settings.guards,
        // A rehearsal puts nothing on people.
        (
            store.as_ref(),
            mode,
            site.is_sandbox() || can_ask(settings, site, console),
        ),
        (unfinished.filter(|_| resumes), calls.send.seed),
    )?;
    announce(&opened, settings, site, (transport.proxy(), console.reader()));
    if !resumes {
        // The run of a round has sent to its survey before.
        let is_known = reading.round.is_some() || record::has_finished(&outputs.paths, &header.fingerprint);
        let has_undo = list.is_some() && opened.is_file();
        confirm(
            &mut opened,
            settings,
            site,
            (store.as_ref(), is_known, has_undo),
            console,
        )?;
    }
    record::check_space(&outputs.paths, opened.known_rows().unwrap_or_default()).map_err(Failure::output)?;
    let late = calls.http.timeout;
    let replaced = unfinished.filter(|_| !resumes);
    let quiet_from = replaced
        .map(|replaced| quiet_from(replaced, late))
        .transpose()?
        .flatten();
    let beginning = Beginning {
        mode,
        plan: &opened.plan,
        account: &site.account,
        clock: clock(quiet_from.unwrap_or(header.started_at), late, unfinished),
        unfinished,
        resumes,
    };
    let keeps = list.is_some_and(|list| list.keeps_conflicts);
    let memory = Memory::begin(store, passed.remembered, &beginning)?.keeping_conflicts(keeps);
    let known = memory.still_known(passed.known)?;
    let how = (!resumes && !site.is_sandbox(), resumes);
    keep_list(fresh, (settings, &mut opened), memory.delta.as_ref(), how)?;
    let used = memory.delta.as_ref().and_then(Delta::store_run).cloned();
    let header = header.looked_over(passed.looked_over, used);
    Ok(Prepared::Ready(Box::new(Ready {
        transport,
        opened,
        decision,
        header,
        memory,
        known,
        quiet_from,
        is_fresh,
    })))
}

/// Puts the list that was read in its place, as calls are about to be made. Before that, it is written down
/// what they change, if `writes_undo`; and what was not read back of an earlier run is removed.
fn keep_list(
    fresh: Option<FreshList>,
    (settings, opened): (&RunSettings, &mut OpenedInput),
    delta: Option<&Delta>,
    (writes_undo, resumes): (bool, bool),
) -> Result<(), Failure> {
    let paths = &settings.outputs.paths;
    if let Some(fresh) = fresh {
        if writes_undo && opened.is_file() {
            undo_file::write(opened, &settings.reading, (fresh.path(), paths), delta)?;
        }
        // A resumed run has changed some of it: the list of its first start is the one of before.
        let has_first = settings.list.as_ref().is_some_and(|list| list.table.is_file());
        if !resumes || !has_first {
            fresh.keep()?;
        }
    }
    // An undoing has just written down there what it leaves.
    if !settings.is_undo {
        VerifiedFile::remove(&paths.beside(VERIFIED));
    }
    Ok(())
}

/// Believes those labels of the mailing list that were proven to show what was written.
fn believe(
    opened: &mut OpenedInput,
    list: Option<&ListSettings>,
    store: Option<&Store>,
) -> Result<(), Failure> {
    let Some(list) = list else {
        return Ok(());
    };
    if let Some(store) = store {
        opened.plan.believed = store.proven(&list.survey).map_err(Failure::usage)?;
    }
    let unproven = after::unproven(opened);
    let is_trial = opened.plan.policy.selection.is_of_one();
    if !unproven.is_empty() && list.verify.is_none() && !is_trial {
        let labels: Vec<String> = unproven.iter().map(ToString::to_string).collect();
        let line = Message::new(|words| words.how_to_prove(&labels.join(", ")));
        tracing::info!(event = "labels_unproven", polish = line.polish(), "{line}");
    }
    Ok(())
}
