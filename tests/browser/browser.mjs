// Opens pages in Chromium, and keeps what they do besides being shown.
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
const SIZE = { width: 1440, height: 900 };

export const launch = () =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

// Returns what opens a page, and closes it after `use`. A window takes longer to make than the checks of a
// page, so a few are made, and used again.
export function windows(browser, { script, size }) {
  const waiting = [];
  const idle = [];
  let made = 0;
  const take = async () => {
    if (idle.length) return idle.pop();
    made += 1;
    if (made <= size) return make(browser, script);
    return new Promise((resolve) => {
      waiting.push(resolve);
    });
  };
  return async (path, use) => {
    const window = await take();
    const { page } = window;
    try {
      const seen = [];
      const address = pathToFileURL(path).href;
      Object.assign(window, { seen, address });
      await page.emulateMedia({ media: null, colorScheme: null });
      await page.setViewportSize(SIZE);
      await page.goto(address);
      return await use({ page, seen, path });
    } finally {
      window.seen = [];
      await page.goto("about:blank");
      const next = waiting.shift();
      if (next) next(window);
      else idle.push(window);
    }
  };
}

// Makes a window with the right to use the clipboard. What its page does is kept in `seen`.
async function make(browser, script) {
  const context = await browser.newContext({ javaScriptEnabled: script, viewport: SIZE });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  const window = { page, seen: [], address: "" };
  const note = (what) => window.seen.push(what);
  page.on("console", (message) => {
    if (message.type() !== "log") note(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => note(`error: ${error.message}`));
  page.on("dialog", async (dialog) => {
    note(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  context.on("request", (request) => {
    if (request.url() !== window.address) note(`request: ${request.url()}`);
  });
  context.on("page", async (other) => {
    note(`another page: ${other.url()}`);
    await other.close();
  });
  return window;
}
