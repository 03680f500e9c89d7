//! Certificates that are trusted (rule 9).

use crate::support::{Answer, Fake, Job, numbered};

fn job(fake: &Fake) -> Job {
    Job::new("run in.csv --survey 7 --rate unlimited --max-retries 0")
        .args(&format!("--base-url {}", fake.base))
        .file("in.csv", numbered(20, "x"))
}

#[test]
fn a_certificate_that_is_not_trusted_ends_the_run_before_any_row_is_sent() {
    let (fake, _) = Fake::start_tls(|_| Answer::success());
    let job = job(&fake);
    let ran = job.ends(4);
    assert!(
        ran.stderr.contains("certificate is not trusted") && ran.stderr.contains("--ca-file"),
        "{}",
        ran.stderr
    );
    assert_eq!(fake.calls().len(), 0);
    assert!(job.lines("in.results.csv.partial").is_empty(), "no row was sent");
}

#[test]
fn an_authority_that_the_user_names_is_trusted() {
    let (fake, pem) = Fake::start_tls(|_| Answer::success());
    job(&fake).file("ca.pem", &pem).args("--ca-file ca.pem").ends(0);
    assert_eq!(fake.calls().len(), 20);
    // As editors and shells of Windows write it. A byte order mark must not hide the first
    // certificate.
    let marked = format!("\u{FEFF}{pem}");
    let utf16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for pem in [marked.into_bytes(), utf16] {
        job(&fake).file("ca.pem", pem).args("--ca-file ca.pem").ends(0);
    }
}

#[test]
fn a_file_that_is_no_certificate_is_refused() {
    let (fake, _) = Fake::start_tls(|_| Answer::success());
    let ran = job(&fake)
        .file("ca.pem", "no certificate")
        .args("--ca-file ca.pem")
        .ends(2);
    assert!(
        ran.stderr.contains("`--ca-file` holds no certificate"),
        "{}",
        ran.stderr
    );
}
