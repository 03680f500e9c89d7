"use strict";
(() => {
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  for (const element of all("[hidden]")) element.hidden = false;

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };
  for (const button of all("button[data-copy]")) {
    const word = button.textContent;
    button.addEventListener("click", async () => {
      if (!(await copy(document.getElementById(button.dataset.copy).textContent))) return;
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = word; }, 2000);
    });
  }

  for (const input of all("input[data-filter]")) {
    const rows = Array.from(document.getElementById(input.dataset.filter).tBodies[0].rows);
    const found = document.querySelector(`[data-found="${input.dataset.filter}"]`);
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        count += row.hidden ? 0 : 1;
      }
      found.textContent = words.length ? `${count} / ${rows.length}` : "";
    });
  }

  for (const table of all("table[data-sort]")) {
    const heads = all("thead th", table);
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.title = table.dataset.sort;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const key = (row) => row.cells[column].dataset.n ?? row.cells[column].textContent;
        const isNumber = head.classList.contains("n") || table.tBodies[0].rows[0]?.cells[column].dataset.n !== undefined;
        const order = (a, b) => isNumber
          ? Number(key(a).replace(/[^\d-]/g, "")) - Number(key(b).replace(/[^\d-]/g, ""))
          : key(a).localeCompare(key(b), document.documentElement.lang);
        const body = table.tBodies[0];
        const sorted = Array.from(body.rows).sort((a, b) => (down ? order(b, a) : order(a, b)));
        body.append(...sorted);
      });
    });
  }
})();
