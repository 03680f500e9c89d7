// Puts faults into pages, and sees whether the checks find them: a check that cannot fail proves nothing.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const withoutPolicy = (html) => html.replace(/<meta http-equiv="Content-Security-Policy".*>\n/, "");
const handler = (html) => html.replace("<main>", "<main><img src=x onerror=alert(1)>");
const changed = (from, to) => (html) => withoutPolicy(html).replace(from, to);
const script = (text) => changed('"use strict";', `"use strict"; ${text}`);

// Sorts rows by their text, where a number has to sort by its value.
const AS_TEXT = `const { sort } = Array.prototype;
  Array.prototype.sort = function (order) {
    const up = (a, b) => (a.textContent < b.textContent ? -1 : 1);
    return sort.call(this, this[0]?.cells ? up : order);
  };`;

// The page, the check that has to find the fault, a part of what it says, and the fault.
const MUTANTS = [
  ["mixed", "policy", "a script ran", withoutPolicy],
  ["mixed", "policy", "does not stop what connect-src is for", withoutPolicy],
  ["mixed", "content", "the policy is", withoutPolicy],
  ["mixed", "quiet", "dialog: 1", (html) => handler(withoutPolicy(html))],
  ["mixed", "quiet", "request: file:", (html) => handler(withoutPolicy(html))],
  ["mixed", "quiet", "console: ", handler],
  ["mixed", "quiet", "error: ", script("nothing();")],
  ["mixed", "content", "there is a <img>", handler],
  ["mixed", "content", "img onerror", handler],
  [
    "hostile",
    "content",
    "this is not there as text",
    changed(/&#60;img src=x onerror=alert\(3\)&#62;/g, "<b>"),
  ],
  [
    "hostile",
    "content",
    "there is not one <script>",
    changed(/&#60;script&#62;alert\(1\)&#60;\/script&#62;/, "<script></script>"),
  ],
  ["mixed", "content", "order of letters", changed("<main>", "<main>\u202e")],
  ["mixed", "content", "<html lang> is pl", changed('lang="en"', 'lang="pl"')],
  ["mixed", "content", "leads to no file", changed("<main>", '<main><a href="javascript:alert(1)">x</a>')],
  ["mixed", "content", "bytes", changed("<main>", `<main>${" ".repeat(200_000)}`)],
  ["many", "content", "are not", changed(/<tr>.*\n(?=<\/tbody><\/table><\/div>\n<p>)/, "")],
  ["mixed", "plain", "this is shown and does nothing: <button", changed(/(data-done="[^"]*") hidden/, "$1")],
  [
    "mixed",
    "plain",
    "this is shown and does nothing: <input",
    changed('<p class="tools" hidden>', '<p class="tools">'),
  ],
  ["mixed", "looks", "light, 1440 px: color-contrast", changed(/--soft:#\w+/, "--soft:#b0b8c0")],
  ["mixed", "looks", "dark, 375 px: color-contrast", changed(/(dark\).*?--soft:)#\w+/, "$1#555")],
  ["mixed", "looks", "dark, 1440 px: the sign ✓", changed(/(dark\).*?--good:)#\w+/, "$1#303438")],
  [
    "mixed",
    "looks",
    "light, 375 px: svg-img-alt",
    changed(/aria-labelledby="split-t split-d"><title.*<\/desc>/, ">"),
  ],
  ["mixed", "looks", "light, 375 px: the page is", changed(/\.wide\{overflow-x:auto[^}]*\}/, "")],
  [
    "mixed",
    "looks",
    "light and dark have",
    changed("(prefers-color-scheme:dark)", "(prefers-color-scheme:none)"),
  ],
  ["mixed", "print", "controls are printed", changed(/[^{}]*\.tools[^{}]*\{display:none!important\}/, "")],
  ["mixed", "print", "paper is", changed(/(@media print\{.*?):root\{[^}]*\}/, "$1")],
  ["mixed", "filter", "wrongly hidden or shown", script("Array.prototype.every = Array.prototype.some;")],
  ["mixed", "filter", "it says", changed("/ ${rows.length}", "/ ${rows.length + 1}")],
  ["mixed", "sort", "is not descending", script("Array.prototype.sort = function () { return this; };")],
  ["mixed", "sort", "is not ascending", script(AS_TEXT)],
  ["mixed", "sort", "aria-sort is", script("Element.prototype.removeAttribute = () => {};")],
  ["mixed", "copy", "the button says", changed(/data-done="[^"]*"/, 'data-done="x"')],
  ["mixed", "copy", "the clipboard has", changed("writeText(text)", 'writeText("x")')],
  ["mixed", "copy", "the older way has", changed("area.select();", "")],
  [
    "mixed",
    "keyboard",
    "Tab does not reach <button",
    changed('<button type="button" class="copy"', '$& tabindex="-1"'),
  ],
  [
    "mixed",
    "keyboard",
    "does not see the focus",
    changed(":focus-visible{", ":focus-visible{outline:0!important;"),
  ],
];

// Returns how many faults were found, of how many. Those that were not found are added to `missed`.
export async function selfTest(pages, folder, run, missed) {
  const cwd = join(folder, "mutants");
  await mkdir(cwd);
  let found = 0;
  await Promise.all(
    MUTANTS.map(async ([name, check, part, mutate], index) => {
      const about = pages.find((page) => page.name === name && page.lang === "en");
      const html = await readFile(about.path, "utf8");
      const mutant = mutate(html);
      const path = join(cwd, `${index}.html`);
      await writeFile(path, mutant);
      const what = `the fault put into ${name} for ${check} to say "${part}"`;
      if (mutant === html || (mutant === withoutPolicy(html) && mutate !== withoutPolicy)) {
        missed.push(`${what} has no place in the page any more`);
        return;
      }
      const view = /(light|dark), (\d+) px/.exec(part);
      const views = view
        ? [[view[1], Number(view[2])]]
        : [
            ["light", 375],
            ["dark", 375],
          ];
      const [faults] = await run({ ...about, path }, check, { views });
      if (faults.some((fault) => fault.includes(part))) found += 1;
      else missed.push(`${what} is not found; what is: ${faults.join("; ") || "nothing"}`);
    }),
  );
  return `${found} of ${MUTANTS.length}`;
}
