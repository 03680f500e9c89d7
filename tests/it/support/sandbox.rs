//! A running `sandbox`, and calls to it over raw HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const PAIR: &str = "grant_type=client_credentials&client_id=a-client&client_secret=a-secret";

/// A running `sandbox`, which is killed in the end.
pub(crate) struct Sandbox {
    program: Child,
    output: BufReader<std::process::ChildStdout>,
    /// What it printed at its start.
    pub(crate) start: String,
    pub(crate) address: String,
    _folder: tempfile::TempDir,
}

impl Sandbox {
    /// Starts it with these flags. `list` is the content of `list.csv` in its folder.
    pub(crate) fn start(flags: &str, list: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("list.csv"), list).unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_respondent-sync"))
            .args(["sandbox", "--port", "0"])
            .args(flags.split_whitespace())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(program.stdout.take().unwrap());
        let mut start = String::new();
        while !start.contains("--base-url") && output.read_line(&mut start).unwrap() > 0 {}
        let address = start.split("http://").nth(1).unwrap().split(',').next().unwrap();
        Self {
            address: address.to_owned(),
            program,
            output,
            start,
            _folder: folder,
        }
    }

    /// Makes one call. Returns the status and the body.
    pub(crate) fn call(&self, first: &str, headers: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let call = format!(
            "{first} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(call.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("application/json"), "{head}");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, body.to_owned())
    }

    pub(crate) fn token(&self) -> String {
        let (status, body) = self.call("POST /token", "", PAIR);
        assert_eq!(status, 200, "{body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        body.get("access_token").unwrap().as_str().unwrap().to_owned()
    }

    pub(crate) fn get(&self, token: &str, path: &str) -> (u16, Value) {
        let header = format!("Authorization: Bearer {token}\r\n");
        let (status, body) = self.call(&format!("GET {path}"), &header, "");
        (status, serde_json::from_str(&body).unwrap())
    }

    /// Returns a field of every respondent of survey 1.
    pub(crate) fn field(&self, token: &str, name: &str) -> Vec<Value> {
        let (status, page) = self.get(token, "/api/v2/respondents/1");
        assert_eq!(status, 200);
        let list = page.get("list").unwrap().as_array().unwrap();
        list.iter()
            .map(|respondent| respondent.get(name).unwrap().clone())
            .collect()
    }

    /// Calls the webhook. Returns the message of its answer.
    pub(crate) fn update(&self, parameters: &str) -> String {
        let path = format!("GET /webhooks/1/sandbox/sandbox/update-respondent?{parameters}");
        let (status, body) = self.call(&path, "", "");
        assert_eq!(status, 200);
        let body: Value = serde_json::from_str(&body).unwrap();
        body.get("msg").unwrap().as_str().unwrap().to_owned()
    }

    /// Ends it, and returns all that it printed.
    pub(crate) fn end(&mut self) -> String {
        self.program.kill().unwrap();
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        format!("{}{rest}", self.start)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.program.kill().ok();
        self.program.wait().ok();
    }
}
