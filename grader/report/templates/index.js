"use strict";
// The table is complete without this: it adds sorting by column and a filter.
(() => {
  const table = document.getElementById("people");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const told = (cell) => cell.querySelector("[title]")?.title ?? "";  // "1d failed, 5 of 8"
  const value = (row, at) => {
    const cell = row.cells[at];
    return cell.dataset.sort ?? told(cell).match(/, ([\d.]+) of [\d.]+$/)?.[1] ?? cell.textContent.trim();
  };
  const compare = (a, b) => {
    const x = Number(a), y = Number(b);
    return a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y) ? x - y : a.localeCompare(b, undefined, { numeric: true });
  };
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      rows.sort((a, b) => (down ? -1 : 1) * compare(value(a, at), value(b, at)));
      body.append(...rows);
    });
  });
  const tools = document.getElementById("tools");
  const field = tools.querySelector("input");
  const count = tools.querySelector("[role=status]");
  const all = new Map(rows.map((row) => [row, [row.dataset.words, ...[...row.cells].map(told)].join(" ").toLowerCase()]));
  const filter = () => {
    const words = field.value.toLowerCase().split(/\s*,\s*/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !words.every((word) => all.get(row).includes(word));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = `${shown} of ${rows.length} shown`;
  };
  field.addEventListener("input", filter);
  tools.hidden = false;
  filter();
})();
