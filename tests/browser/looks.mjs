// Checks of how a page looks: for those who see it in light and in dark, on a phone and on a desk, on paper;
// and for those who hear it, by axe's rules.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const VIEWS = [
  ["light", 375],
  ["light", 1440],
  ["dark", 375],
  ["dark", 1440],
];
// The width of an A4 page between its margins, in CSS pixels.
const PAPER = Math.floor(((210 - 2 * 15) * 96) / 25.4);

// axe finds nothing serious, and nothing is wider than the screen. What can be opened is open. Rows of a long
// table are alike: axe gets the first ones.
export async function looks({ page }, about, { shots, views = VIEWS } = {}) {
  const faults = [];
  const backgrounds = new Map();
  await page.emulateMedia({ media: "screen" });
  for (const [colorScheme, width] of views) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    if (shots)
      await page.screenshot({
        fullPage: true,
        path: join(shots, `${about.name}.${about.lang}.${colorScheme}.${width}.png`),
      });
  }
  await page.evaluate(AXE);
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    for (const row of document.querySelectorAll("tbody > tr:nth-child(n + 15)")) row.remove();
  });
  for (const [colorScheme, width] of views) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    backgrounds.set(
      colorScheme,
      await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor),
    );
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    const found = [...(await page.evaluate(heard)), ...(await page.evaluate(faint))];
    if (wide > width) found.push(`the page is ${wide} px wide`);
    faults.push(...found.map((fault) => `${colorScheme}, ${width} px: ${fault}`));
  }
  if (new Set(backgrounds.values()).size < backgrounds.size)
    faults.push("light and dark have the same background");
  return faults;
}

// Runs axe in the page. Its look at colours leaves out what is hidden from a screen reader, so that is shown
// to it.
async function heard() {
  const of = (options) => axe.run(document, { resultTypes: ["violations"], preload: false, ...options });
  const { violations } = await of({ rules: { "color-contrast": { enabled: false } } });
  const silent = Array.from(document.querySelectorAll("[aria-hidden=true]"));
  for (const element of silent) element.removeAttribute("aria-hidden");
  violations.push(...(await of({ runOnly: ["color-contrast"] })).violations);
  for (const element of silent) element.setAttribute("aria-hidden", "true");
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, any }) => `${id}: ${target.join(" ")} (${any[0]?.message ?? ""})`),
    );
}

// Returns the signs of legends that one hardly sees: axe does not look at single signs.
function faint() {
  const paper = getComputedStyle(document.documentElement).backgroundColor;
  const light = (colour) => {
    const [red, green, blue] = colour
      .match(/[\d.]+/g)
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  };
  return Array.from(document.querySelectorAll(".key"))
    .filter((key) => key.textContent)
    .flatMap((key) => {
      const { color, backgroundColor } = getComputedStyle(key);
      const behind = /^rgba.*, 0\)$/.test(backgroundColor) ? paper : backgroundColor;
      const ratio = Math.max(light(color) / light(behind), light(behind) / light(color));
      const what = `the sign ${key.textContent} of .${key.className.replaceAll(" ", ".")}`;
      return ratio < 3 ? [`${what} has a contrast of ${ratio.toFixed(2)}, not 3`] : [];
    });
}

// On paper: black on white whatever the screen, without controls, no wider than the paper.
export async function print({ page }) {
  const faults = [];
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.setViewportSize({ width: PAPER, height: 900 });
  const found = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    paper: getComputedStyle(document.documentElement).backgroundColor,
    ink: getComputedStyle(document.documentElement).color,
    // Heads of tables stay words, though they are buttons on the screen.
    empty: Array.from(document.querySelectorAll("thead th")).filter(
      (head) => head.checkVisibility() && !head.innerText.trim(),
    ).length,
    controls: Array.from(document.querySelectorAll("button.copy, input, .tools")).filter((element) =>
      element.checkVisibility(),
    ).length,
  }));
  if (found.wide > PAPER) faults.push(`on paper the page is ${found.wide} px wide, of ${PAPER}`);
  if (found.paper !== "rgb(255, 255, 255)" || found.ink !== "rgb(0, 0, 0)")
    faults.push(`paper is ${found.paper}, ink ${found.ink}`);
  if (found.controls) faults.push(`${found.controls} controls are printed`);
  if (found.empty) faults.push(`${found.empty} heads of tables are empty on paper`);
  const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
  const pages = pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  if (!pdf.startsWith("%PDF") || pages < 1) faults.push(`the PDF has ${pages} pages`);
  return faults;
}
