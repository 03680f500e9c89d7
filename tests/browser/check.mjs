// Looks at the program's HTML pages in Chromium: `node check.mjs PROGRAM`. With SHOTS=FOLDER it leaves
// pictures there.
import { setMaxListeners } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { launch, windows } from "./browser.mjs";
import { content, plain, policy, quiet } from "./content.mjs";
import { copy, filter, keyboard, sort } from "./controls.mjs";
import { looks, print } from "./looks.mjs";
import { makePages } from "./runs.mjs";
import { selfTest } from "./selftest.mjs";

const CHECKS = { content, keyboard, filter, sort, copy, quiet, policy, print, looks, plain };
// Checks that share an opened page, in this order: the last of each change it.
const GROUPS = [
  ["content", "keyboard", "filter", "sort", "copy", "quiet", "policy"],
  ["print", "looks"],
  ["plain"],
];
const program = resolve(process.argv[2] ?? "target/debug/respondent-sync");
const shots = process.env.SHOTS && resolve(process.env.SHOTS);
if (shots) await mkdir(shots, { recursive: true });

const browser = await launch();
const folder = await mkdtemp(join(tmpdir(), "respondent-sync-pages-"));
const open = windows(browser, { script: true, size: 2 });
const openPlain = windows(browser, { script: false, size: 1 });
const ending = new AbortController();
setMaxListeners(0, ending.signal);
const faults = [];
let passed = 0;

// Opens a page for these checks, and returns the faults of each.
function run(about, names, options) {
  const opener = names.includes("plain") ? openPlain : open;
  return opener(about.path, async (opened) => {
    const found = [];
    for (const name of names) {
      // What a check cannot do is a fault, too.
      found.push(
        await CHECKS[name](opened, about, options).catch((error) => [
          `it broke off: ${error.message.split("\n")[0]}`,
        ]),
      );
    }
    return found;
  });
}

// Does all checks of a page.
async function check(about) {
  const groups = GROUPS.map(async (names) => {
    for (const [index, found] of (await run(about, names, { shots })).entries()) {
      faults.push(...found.map((fault) => `${about.name} (${about.lang}), ${names[index]}: ${fault}`));
      passed += found.length ? 0 : 1;
    }
  });
  await Promise.all(groups);
}

let pages = [];
let found = "none";
try {
  // The quick runs' pages are looked at while the slow runs go on.
  const makers = makePages(program, folder, ending.signal);
  pages = (
    await Promise.all(
      makers.map(async (making) => {
        const made = await making;
        await Promise.all(made.map(check));
        return made;
      }),
    )
  ).flat();
  found = await selfTest(pages, folder, (about, name, options) => run(about, [name], options), faults);
} catch (error) {
  faults.push(error.message);
} finally {
  ending.abort();
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}

if (faults.length) console.error(faults.sort().join("\n"));
const total = pages.length * Object.keys(CHECKS).length;
const checked = `${pages.length} pages, ${passed} of ${total} checks passed`;
console.log(`the pages in a browser: ${checked}; of the faults put in on purpose, ${found} were found`);
process.exitCode = faults.length ? 1 : 0;
