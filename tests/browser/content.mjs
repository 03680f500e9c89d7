// Checks of what is on a page, and of what it does to whoever opens it. A check returns faults, as sentences.
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const MAX_BYTES = 200_000;

const TAGS = new Set(
  (
    "html head meta title style body header main section footer p h1 h2 h3 span strong small br bdi a code "
    + "ul li dl dt dd details summary div table thead tbody tr th td svg title desc defs pattern rect path "
    + "line script button label input output"
  ).split(" "),
);
const ATTRIBUTES = new Set(
  (
    "lang charset http-equiv content name id class href aria-hidden aria-label aria-labelledby aria-live "
    + "aria-sort role tabindex hidden scope type title autocomplete data-copy data-done data-filter "
    + "data-found data-sort data-n viewBox preserveAspectRatio width height patternUnits patternTransform "
    + "x y x1 x2 y1 y2 d"
  ).split(" "),
);
// What changes the order of letters, or is not seen.
const DECEPTIVE = /[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;

// Nothing is said on the console, asked, or requested.
export async function quiet({ page, seen }) {
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        setTimeout(resolve, 50);
      }),
  );
  return [...seen];
}

// The page has our elements alone, and what is hostile is on it as text.
export async function content({ page, path }, about) {
  const found = await page.evaluate(() => {
    const elements = Array.from(document.querySelectorAll("*"));
    const attributes = elements.flatMap((element) =>
      element.getAttributeNames().map((name) => `${element.localName} ${name}`),
    );
    const ids = elements.map((element) => element.id).filter(Boolean);
    return {
      tags: [...new Set(elements.map((element) => element.localName))],
      attributes: [...new Set(attributes)],
      twice: ids.filter((id, index) => ids.indexOf(id) !== index),
      links: Array.from(document.links, (link) => link.href),
      lang: document.documentElement.lang,
      mode: document.compatMode,
      title: document.title,
      headings: document.querySelectorAll("h1").length,
      alone: ["script", "style", "main"].filter((tag) => document.querySelectorAll(tag).length !== 1),
      policy: document.querySelector("meta[http-equiv=Content-Security-Policy]")?.content ?? "",
      text: document.body.textContent,
      rows: document.querySelector("#row-table")?.tBodies[0].rows.length ?? 0,
      beyond: document.querySelector("div[aria-labelledby=rows] + p")?.textContent ?? "",
    };
  });
  const faults = [];
  const expect = (holds, fault) => {
    if (!holds) faults.push(fault);
  };
  for (const tag of found.tags) expect(TAGS.has(tag), `there is a <${tag}>`);
  for (const one of found.attributes)
    expect(ATTRIBUTES.has(one.split(" ")[1]), `there is an attribute: ${one}`);
  for (const tag of found.alone) expect(false, `there is not one <${tag}>`);
  for (const id of found.twice) expect(false, `the id ${id} is there twice`);
  for (const link of found.links) {
    expect(link.startsWith("file:") && existsSync(fileURLToPath(link)), `the link ${link} leads to no file`);
  }
  expect(found.lang === about.lang, `<html lang> is ${found.lang}`);
  expect(found.mode === "CSS1Compat", "the page is in quirks mode");
  expect(found.title.trim(), "the title is empty");
  expect(found.headings === 1, `there are ${found.headings} <h1>`);
  expect(
    /default-src 'none'/.test(found.policy) && !/unsafe/.test(found.policy),
    `the policy is "${found.policy}"`,
  );
  expect(
    !DECEPTIVE.test(found.text) && !DECEPTIVE.test(found.title),
    "a mark that changes the order of letters is on the page",
  );
  for (const text of about.texts ?? [])
    expect(found.text.includes(text), `this is not there as text: ${text}`);
  const bytes = statSync(path).size;
  expect(bytes <= MAX_BYTES, `the page has ${bytes} bytes`);
  if (about.failing) {
    const beyond = Number(/\d[\d\s,.]*/u.exec(found.beyond)?.[0].replace(/\D/g, "") ?? 0);
    expect(
      found.rows + beyond === about.failing,
      `${found.rows} rows and "${found.beyond}" are not ${about.failing}`,
    );
  }
  return faults;
}

// If text became an element after all, the policy would stop it: scripts, handlers, styles, pictures, frames
// and requests.
export async function policy({ page }) {
  return page.evaluate(async () => {
    const stopped = new Set();
    document.addEventListener("securitypolicyviolation", (event) => stopped.add(event.effectiveDirective));
    const add = (tag, fill) => document.body.append(Object.assign(document.createElement(tag), fill));
    add("script", { textContent: "window.ran = true" });
    add("div", { innerHTML: "<img src='x.png' onerror='window.ran = true'>" });
    add("style", { textContent: "main { display: none }" });
    add("iframe", { src: "data:text/html,x" });
    fetch("http://127.0.0.1:9/").catch(() => {});
    document.querySelector("main").setAttribute("style", "color: red");
    const expected = [
      "script-src-elem",
      "script-src-attr",
      "style-src-elem",
      "style-src-attr",
      "img-src",
      "frame-src",
      "connect-src",
    ];
    for (let wait = 0; wait < 40 && expected.some((directive) => !stopped.has(directive)); wait += 1) {
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
    const faults = expected
      .filter((directive) => !stopped.has(directive))
      .map((directive) => `it does not stop what ${directive} is for`);
    return window.ran ? [...faults, "a script ran"] : faults;
  });
}

// Without script, all is there to read, and nothing that would need it.
export async function plain({ page, seen }, about) {
  const faults = [...seen];
  if ((await page.locator("main").innerText()) === "") faults.push("nothing is shown");
  for (const control of await page.locator("button, input, select, textarea, output").all()) {
    if (await control.isVisible())
      faults.push(`this is shown and does nothing: ${await control.evaluate((node) => node.outerHTML)}`);
  }
  const shown = about.has.includes("rows") ? "#row-table" : about.kind === "overview" ? "#jobs" : null;
  if (shown && !(await page.locator(`${shown} > tbody > tr`).first().isVisible()))
    faults.push(`${shown} shows no rows`);
  const details = page.locator("details").first();
  if (await details.count()) {
    await details.locator("summary").first().click();
    if (!(await details.evaluate((node) => node.open))) faults.push("<details> does not open");
  }
  return faults;
}
