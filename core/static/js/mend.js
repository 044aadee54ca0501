/* The grid of an import's bad rows, edited like a sheet: changed cells show it, Enter goes down, Esc puts back. */

import { speak } from "./wire.js";

const CELL = "input[data-mend]";

document.addEventListener("input", (event) => {
  if (!event.target.matches(CELL)) return;
  show(event.target);
});

document.addEventListener("keydown", (event) => {
  const cell = event.target;
  if (!cell.matches?.(CELL)) return;
  if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    move(cell, event.shiftKey ? -1 : 1);
  } else if (event.key === "Enter") {
    event.preventDefault();
    cell.form?.requestSubmit();
  } else if (event.key === "Escape") {
    if (cell.value === cell.defaultValue) return;
    event.preventDefault();
    event.stopPropagation();
    cell.value = cell.defaultValue;
    show(cell);
    cell.select();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(cell, event.key === "ArrowDown" ? 1 : -1);
  }
});

/** Mark what was changed, in the cell, in its row and on the button. */
function show(cell) {
  const box = cell.closest("td");
  const isMended = cell.value !== cell.defaultValue;
  box.classList.toggle("is-mended", isMended);
  const row = cell.closest("tr");
  const changed = row.querySelector(".is-mended") !== null;
  row.classList.toggle("is-changed", changed);
  const sheet = cell.closest(".sheet");
  const count = sheet.querySelectorAll("tr.is-changed").length;
  const button = document.querySelector("[data-mend-button]");
  const label = button?.querySelector(".button-label");
  if (!label) return;
  button.dataset.plain ??= label.textContent;
  label.textContent = count ? (button.dataset.counted ?? "").replace("0", String(count)) : button.dataset.plain;
}

/** To the same column of the next row. */
function move(cell, by) {
  const rows = [...cell.closest("tbody").rows];
  const column = cell.closest("td").cellIndex;
  const next = rows[rows.indexOf(cell.closest("tr")) + by]?.cells[column]?.querySelector("input");
  if (!next) return;
  next.focus();
  next.select();
  if (next.getAttribute("aria-invalid") === "true") speak(next.closest("tr").querySelector(".bad-text")?.textContent ?? "");
}

addEventListener("beforeunload", (event) => {
  if (document.querySelector("tr.is-changed") && !document.querySelector("form[data-sent]")) event.preventDefault();
});
document.addEventListener("submit", (event) => {
  if (event.target.id === "mend") event.target.dataset.sent = "1";
});
