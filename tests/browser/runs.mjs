// Makes the pages that are looked at, by real runs of the program in a folder of their own.
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { platform } from "./platform.mjs";

const LANGUAGES = ["en", "pl"];

// What a page has to show as text. None of it may become an element, an attribute or an address.
const HOSTILE = [
  "<script>alert(1)</script>",
  "</script><script>alert(2)</script>",
  "</style><style>*{display:none}</style>",
  "<img src=x onerror=alert(3)>",
  "--><svg onload=alert(4)>",
  "javascript:alert(5)",
  "\"onmouseover=alert(6) x='",
  "{{ 7*7 }}{% raw %}",
  "&lt;b&gt;&#60;i&#62;",
];
const RIGHT_TO_LEFT = "\u202egnp.exe\u202c \u2067\u2066";
const HOSTILE_NAME = 'a"><img src=x onerror=alert(1)>';

// Returns promises of pages, a few each: what they are called, their language and file, and what is special
// about them. `signal` ends the runs.
export function makePages(program, folder, signal) {
  const tool = (arguments_, { codes = [0], ...where }) =>
    call(program, arguments_, { codes, home: folder, signal, ...where });
  return [mixed, many, stopped, good, refused, hostile, unsent, overview].map((make) => make(tool, folder));
}

// Runs the program, and fails if its exit code is not one of `codes`.
async function call(program, arguments_, { codes, home, account = "1", ...where }) {
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    TZ: "Europe/Warsaw",
    RESPONDENT_SYNC_ACCOUNT: account,
    RESPONDENT_SYNC_WEBHOOK_KEY: "sandbox",
    RESPONDENT_SYNC_WEBHOOK_AUTH: "sandbox",
  };
  const { code = 0, stderr } = await promisify(execFile)(program, arguments_, {
    env,
    timeout: 60_000,
    ...where,
  }).catch((error) => error);
  if (!codes.includes(code))
    throw new Error(`${arguments_.join(" ")}: exit ${code}, not ${codes.join(" or ")}:\n${stderr}`);
}

// Jobs that run at the same time have an account each, as an account has one run at a time.
let accounts = 0;

// A job in a folder of its own. `run` sends its file and makes a page, `report` makes another one.
async function job(tool, folder, { name, input = "contacts", header = "id_respondent,Segment", rows }) {
  const account = String((accounts += 1));
  const cwd = join(folder, name);
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, `${input}.csv`), `${[header, ...rows].join("\n")}\n`);
  const page = (lang, file, more = {}) => ({
    name,
    lang,
    path: join(cwd, file),
    kind: "run",
    has: [],
    ...more,
  });
  return {
    cwd,
    page,
    run: (url, { lang = "en", report = `${lang}.html`, flags = [], codes } = {}) =>
      tool(
        [
          ...["run", `${input}.csv`, "--survey", "1", "--base-url", url, "--report", report, "--lang", lang],
          ...["--config", "none", "--state", "none", "--yes", ...flags],
          ...(flags.includes("--map") ? [] : ["--map", "l4=Segment"]),
          ...(flags.includes("--rate") ? [] : ["--rate", "200/s"]),
        ],
        { cwd, codes, account },
      ),
    report: async (lang, more = {}) => {
      const flags = more.ids ? ["--report-ids"] : [];
      const file = `${more.ids ? "ids." : ""}${lang}.html`;
      await tool(["report", `${input}.results.csv`, "-o", file, "--lang", lang, ...flags], { cwd });
      return page(lang, file, more);
    },
  };
}

const ids = (count, first = 1) => Array.from({ length: count }, (_, index) => first + index);

// All rows are updated, but for some that have nothing to send.
async function good(tool, folder) {
  const server = await platform();
  const { run, report, page } = await job(tool, folder, {
    name: "good",
    rows: ids(60).map((id) => `${id},${id % 12 ? "VIP" : ""}`),
  });
  await run(server.url);
  server.close();
  return [page("en", "en.html"), await report("pl")];
}

// Everything that can happen at once, by a run in each language.
async function mixed(tool, folder) {
  const rows = ids(240).map((id) =>
    id % 40 === 7 ? `anna${id}@example.com,VIP` : id % 40 === 8 ? `,VIP` : `${id},VIP`,
  );
  const answer = (id, count) => {
    if (id % 30 === 4) return [200, "respondent not found"];
    if (id % 50 === 9) return [500, "internal error"];
    return id % 10 === 3 && count < 3 ? [502, "bad gateway"] : [200, null];
  };
  return Promise.all(
    LANGUAGES.map(async (lang) => {
      const server = await platform({ answer, outage: 1500 });
      const { run, page } = await job(tool, folder, {
        name: `mixed-${lang}`,
        rows: [...rows, "241,Ⓐ,too,many"],
      });
      const pace = ["--rate", "60/s", "--backoff", "200ms", "--max-backoff", "400ms", "--max-retries", "3"];
      await run(server.url, { lang, flags: pace, codes: [1] });
      server.close();
      return page(lang, `${lang}.html`, { name: "mixed", has: ["rows", "command"] });
    }),
  );
}

// The platform goes away and does not come back: the run ends early.
async function stopped(tool, folder) {
  const server = await platform({ outage: 600_000 });
  const { run, report, page } = await job(tool, folder, {
    name: "stopped",
    rows: ids(90).map((id) => `${id},VIP`),
  });
  await run(server.url, { flags: ["--max-outage", "1s", "--backoff", "200ms"], codes: [5] });
  server.close();
  return [
    page("en", "en.html", { has: ["rows", "command"] }),
    await report("pl", { has: ["rows", "command"] }),
  ];
}

// The platform knows nobody.
async function refused(tool, folder) {
  const server = await platform({ answer: () => [200, "respondent not found"] });
  const { run, report, page } = await job(tool, folder, {
    name: "refused",
    rows: ids(30).map((id) => `${id},VIP`),
  });
  await run(server.url, { codes: [1] });
  server.close();
  return [page("en", "en.html", { has: ["rows"] }), await report("pl", { has: ["rows"] })];
}

// All that comes from outside is hostile: the file's name, columns, ids, and what the platform says, to
// several respondents each so that it is quoted.
async function hostile(tool, folder) {
  const messages = [...HOSTILE, RIGHT_TO_LEFT, "x".repeat(250)];
  const server = await platform({
    answer: (id) => (id % 20 ? [200, messages[Math.floor(id / 4) % messages.length]] : [200, null]),
  });
  const column = `</style><script>alert(8)</script>${"W".repeat(60)}`;
  const wrong = HOSTILE.map((text) => `"${text.replaceAll('"', '""')}",VIP`);
  const input = process.platform === "win32" ? "a" : HOSTILE_NAME;
  const { run, report, page } = await job(tool, folder, {
    name: "hostile",
    input,
    header: `id_respondent,${column}`,
    rows: [...wrong, ...ids(messages.length * 4, 44).map((id) => `${id},VIP`)],
  });
  await run(server.url, { flags: ["--map", `l4=${column}`, "--set", "l5=<b onclick=alert(9)>"], codes: [1] });
  server.close();
  const more = { has: ["rows"], texts: [...HOSTILE, input, column, "l5=<b onclick=alert(9)>"] };
  return [
    page("en", "en.html", more),
    await report("pl", more),
    await report("en", { ...more, name: "hostile-ids", ids: true }),
  ];
}

// More failing rows than fit on a page.
async function many(tool, folder) {
  const server = await platform({
    answer: (id) =>
      id % 3 ? [200, id % 2 ? `respondent ${id} not found` : "<&\"'".repeat(75)] : [200, null],
  });
  const rows = [...ids(1200).map((id) => `${id},VIP`), ...ids(1500, 2000).map((id) => `"${id},5",VIP`)];
  const { run, report, page } = await job(tool, folder, { name: "many", rows });
  await run(server.url, { flags: ["--rate", "unlimited"], codes: [1] });
  server.close();
  const more = { has: ["rows"], failing: 2300 };
  return [page("en", "en.html", more), await report("pl", more)];
}

// A guard objects: before any run, and after one.
async function unsent(tool, folder) {
  const server = await platform();
  const first = await job(tool, folder, { name: "unsent", rows: ids(30).map((id) => `${id},VIP`) });
  const guard = ["--min-rows", "100000"];
  for (const lang of LANGUAGES) await first.run(server.url, { lang, flags: guard, codes: [4] });
  const later = await job(tool, folder, { name: "unsent-later", rows: ids(30).map((id) => `${id},VIP`) });
  await later.run(server.url, { report: "contacts.report.html" });
  // The next night's export is cut off.
  await writeFile(join(later.cwd, "contacts.csv"), "id_respondent,Segment\n1,VIP\n");
  await later.run(server.url, {
    report: "contacts.report.html",
    flags: [...guard, "--resume", "--rotate"],
    codes: [4],
  });
  server.close();
  const pages = LANGUAGES.map((lang) => first.page(lang, `${lang}.html`));
  return [...pages, later.page("en", "contacts.report.html")];
}

// Thirty nights of several jobs, files that are no summaries, and names of folders that are hostile.
async function overview(tool, folder) {
  const server = await platform({ answer: (id) => (id % 9 ? [200, null] : [200, "respondent not found"]) });
  const root = join(folder, "overview");
  const jobs = {
    "100% north #1?": [],
    south: ["--expect", "daily"],
    "javascript:alert(1)": [],
    [HOSTILE_NAME]: ["--expect", "weekdays"],
  };
  const cwds = await Promise.all(
    Object.entries(jobs).map(async ([name, flags], index) => {
      const { cwd, run } = await job(tool, root, {
        name,
        rows: ids(20 + 30 * index).map((id) => `${id},VIP`),
      });
      await run(server.url, { report: "contacts.report.html", flags, codes: [0, 1] });
      return cwd;
    }),
  );
  server.close();
  for (const [index, cwd] of cwds.entries()) {
    // One job has not run of late.
    const kept = ids(28).filter((night) => night % (5 + index) && (index !== 1 || night > 3));
    await Promise.all(kept.map((night) => keep(join(cwd, "contacts.summary.json"), night)));
  }
  await keep(join(cwds[1], "contacts.summary.json"), 3, join(cwds[1], "contacts.summary.json"));
  await writeFile(join(root, "broken.summary.json"), '{"tool":"respondent-sync",');
  await writeFile(join(root, `${HOSTILE_NAME}.summary.json`), '{"tool":"<script>alert(9)</script>"}');
  await writeFile(join(root, "foreign.summary.json"), "[1, 2, 3]");
  return Promise.all(
    LANGUAGES.map(async (lang) => {
      const path = join(root, `${lang}.html`);
      await tool(["report", "--overview", root, "-o", path, "--lang", lang], { cwd: root });
      return { name: "overview", lang, path, kind: "overview", has: [], texts: [HOSTILE_NAME] };
    }),
  );
}

// Copies a summary as that of an earlier night.
async function keep(path, nights, to) {
  const summary = JSON.parse(await readFile(path, "utf8"));
  const earlier = (time) => new Date(Date.parse(time) - nights * 86_400_000);
  const started = earlier(summary.started_at);
  const moved = {
    ...summary,
    started_at: started.toISOString(),
    finished_at: earlier(summary.finished_at).toISOString(),
    run_id: `${String(nights).padStart(8, "0")}${summary.run_id.slice(8)}`,
  };
  const stamp = started.toISOString().replace(/\.\d+/, "").replace(/[-:]/g, "");
  await writeFile(
    to ?? join(dirname(path), `${basename(path, ".summary.json")}.${stamp}.summary.json`),
    JSON.stringify(moved),
  );
}
