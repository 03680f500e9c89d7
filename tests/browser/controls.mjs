// Checks of what a reader uses on a page: search, sorting, the copy button, and the keyboard for all of them.

const WORDS = { en: { copy: "Copy", copied: "Copied" }, pl: { copy: "Kopiuj", copied: "Skopiowano" } };

// The search hides the rows without the words, and counts the others.
export async function filter({ page }, about) {
  const input = page.locator("input[type=search]");
  if (!(await input.count()))
    return about.has.includes("rows") || about.kind === "overview" ? ["there is no search"] : [];
  const look = async (words) => {
    await input.fill(words);
    return page.evaluate((asked) => {
      const id = document.querySelector("input[type=search]").dataset.filter;
      const rows = Array.from(document.getElementById(id).tBodies[0].rows);
      const has = (row) => row.textContent.toLowerCase().includes(asked.toLowerCase());
      return {
        wrong: rows.filter((row) => has(row) !== row.checkVisibility()).length,
        expected: asked && `${rows.filter(has).length} / ${rows.length}`,
        said: document.querySelector(`[data-found="${id}"]`).textContent,
      };
    }, words);
  };
  const faults = [];
  const code = await page
    .locator("table[data-sort] > tbody > tr:last-child")
    .locator("code.code, td bdi")
    .first()
    .textContent();
  for (const words of [code, code.toUpperCase(), "no row has this", ""]) {
    const { wrong, expected, said } = await look(words);
    if (wrong) faults.push(`searching for "${words}": ${wrong} rows are wrongly hidden or shown`);
    if (said !== expected) faults.push(`searching for "${words}": it says "${said}", not "${expected}"`);
  }
  return faults;
}

// A click on a column's head sorts by it, another one the other way round; numbers by their value.
export async function sort({ page }, about) {
  const heads = page.locator("table[data-sort] > thead th");
  if (!(await heads.count()))
    return about.has.includes("rows") || about.kind === "overview" ? ["there is no table"] : [];
  const faults = [];
  for (let column = 0; column < (await heads.count()); column += 1) {
    for (const order of ["ascending", "descending"]) {
      const button = heads.nth(column).locator("button");
      // The keyboard does what the mouse does.
      if (order === "ascending") await button.click();
      else await button.press("Enter");
      const found = await page.evaluate(
        ({ index, lang }) => {
          const table = document.querySelector("table[data-sort]");
          const keys = Array.from(
            table.tBodies[0].rows,
            (row) => row.cells[index].dataset.n ?? row.cells[index].textContent,
          );
          const areNumbers = keys.every((key) => /^[\d\s.,]+$/.test(key));
          const value = (key) => Number(key.replace(/\D/g, ""));
          const compare = areNumbers ? (a, b) => value(a) - value(b) : (a, b) => a.localeCompare(b, lang);
          return {
            said: Array.from(table.tHead.rows[0].cells, (head) => head.getAttribute("aria-sort") ?? ""),
            rises: keys.every((key, at) => at === 0 || compare(keys[at - 1], key) <= 0),
            falls: keys.every((key, at) => at === 0 || compare(keys[at - 1], key) >= 0),
            keys: keys.slice(0, 8).join(" | "),
          };
        },
        { index: column, lang: about.lang },
      );
      if (!(order === "ascending" ? found.rises : found.falls))
        faults.push(`column ${column + 1} is not ${order}: ${found.keys} …`);
      const expected = found.said.map((_, index) => (index === column ? order : ""));
      if (found.said.join() !== expected.join())
        faults.push(`column ${column + 1}: aria-sort is ${found.said.join()}`);
    }
  }
  return faults;
}

// One clipboard serves all pages: they use it one after the other.
let turn = Promise.resolve();

// The button copies the command and says so, also where the browser has no clipboard for scripts.
export function copy({ page }, about) {
  const mine = turn.then(() => copied(page, about));
  turn = mine.catch(() => {});
  return mine;
}

async function copied(page, about) {
  const button = page.locator("button.copy");
  if (!(await button.count())) return about.has.includes("command") ? ["there is no copy button"] : [];
  await page.bringToFront();
  const faults = [];
  const words = WORDS[about.lang];
  const expect = (is, should, what) => {
    if (is !== should) faults.push(`${what}: "${is}", not "${should}"`);
  };
  for (const way of ["the clipboard", "the older way"]) {
    if (way === "the older way") await page.reload();
    await page.evaluate(() => navigator.clipboard.writeText("before"));
    if (way === "the older way") {
      await page.evaluate(() => {
        navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"));
      });
    }
    expect(await button.textContent(), words.copy, "the button says");
    // It says so for a moment.
    await button.evaluate((node) => {
      window.said = [];
      new MutationObserver(() => window.said.push(node.textContent)).observe(node, { childList: true });
    });
    await button.click();
    await page.waitForFunction(() => window.said.length, undefined, { timeout: 3000 }).catch(() => {});
    expect(await page.evaluate(() => window.said[0]), words.copied, `${way}: the button says`);
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text, await page.locator("#command").textContent(), `${way} has`);
  }
  return faults;
}

// Tab reaches every control, and one sees where one is.
export async function keyboard({ page }) {
  const all = await page.evaluate(() => {
    const controls = Array.from(document.querySelectorAll("button, input, summary, a[href]")).filter((one) =>
      one.checkVisibility(),
    );
    for (const [index, control] of controls.entries()) control.dataset.stop = index;
    return controls.map((control) => control.outerHTML.slice(0, 80));
  });
  const reached = new Set();
  const faults = [];
  // Some stops are no controls: what scrolls, and the command.
  for (let press = 0; press < all.length + 20 && reached.size < all.length; press += 1) {
    await page.keyboard.press("Tab");
    const { stop, is, seen } = await page.evaluate(() => {
      const { activeElement: active } = document;
      return {
        stop: active.dataset.stop,
        is: active.outerHTML.slice(0, 80),
        seen: getComputedStyle(active).outlineStyle !== "none",
      };
    });
    if (stop !== undefined) reached.add(Number(stop));
    if (!seen) faults.push(`one does not see the focus on ${is}`);
  }
  const missed = all.filter((_, index) => !reached.has(index));
  return [...faults, ...missed.map((control) => `Tab does not reach ${control}`)];
}
