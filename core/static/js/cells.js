/* Cells of the list that are changed where they stand: a click or F2 opens one; Enter saves and goes down, Tab right. */

const INSIDE = "a, button, input, select, textarea, summary, label, [data-cell-form]";
const before = new WeakMap();
let next = null;

function cellOf(target) {
  const cell = target.closest?.("[data-rows] td[data-field]");
  return cell?.closest("tr")?.dataset.edit ? cell : null;
}

function cellsOf(row) {
  return [...row.querySelectorAll("td[data-field]")].filter((cell) => cell.offsetParent);
}

function addressOf(row, field) {
  return `${row.dataset.href.split("?")[0]}/cell/${field}`;
}

function open(cell) {
  if (!cell || cell.querySelector("[data-cell-form]")) return;
  before.set(cell, cell.innerHTML);
  window.htmx.ajax("GET", addressOf(cell.closest("tr"), cell.dataset.field), { target: cell, swap: "innerHTML" });
}

/** The cell as it was, without what was typed. */
function leave(form) {
  const cell = form.closest("td");
  if (!cell || form.dataset.sent) return;
  form.dataset.sent = "1";
  cell.innerHTML = before.get(cell) ?? "";
  if (next) goOn();
  else cell.closest("tr").querySelector("a")?.focus({ preventScroll: true });
}

function goOn() {
  const row = document.getElementById(next.row);
  const cell = row && cellsOf(row)[next.at];
  next = null;
  if (cell) open(cell);
}

function sharedOf(element) {
  return element.closest("[data-rows]")?.dataset.shared ?? "";
}

function isChanged(form) {
  const input = form.querySelector("#cell-input");
  if (input.type === "checkbox") return input.checked !== input.defaultChecked;
  if (input instanceof HTMLSelectElement) return !input.selectedOptions[0]?.defaultSelected;
  return input.value !== input.defaultValue;
}

/** Save what was changed, then open the cell `step` leads to. */
function save(form, step) {
  const row = form.closest("tr");
  const cells = cellsOf(row);
  const at = cells.indexOf(form.closest("td"));
  const rows = [...row.parentElement.children];
  const goal = step === "down" ? [rows[rows.indexOf(row) + 1], at] : step === "right" ? [row, at + 1] : step === "left" ? [row, at - 1] : null;
  next = goal?.[0] ? { row: goal[0].id, at: goal[1] } : null;
  if (form.dataset.sent) return;
  if (isChanged(form) || form.querySelector(".field-error")) form.requestSubmit();
  else leave(form);
}

document.addEventListener("click", (event) => {
  const cell = cellOf(event.target);
  if (!cell || event.target.closest(INSIDE) || event.shiftKey || event.ctrlKey || event.metaKey) return;
  if (matchMedia("(max-width: 575.98px)").matches) return; // there a row is a card, which opens the record
  if (getSelection()?.toString()) return; // somebody marks the text to copy it
  open(cell);
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-cell-form]");
  if (!form) {
    const row = event.key === "F2" && document.querySelector("[data-rows] tr.is-here");
    if (row) {
      event.preventDefault();
      open(cellsOf(row)[0]);
    }
    return;
  }
  const step = { Enter: "down", Tab: event.shiftKey ? "left" : "right" }[event.key];
  if (event.key === "Escape") {
    next = null;
    leave(form);
  } else if (step) {
    save(form, step);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("[data-cell-form]");
  if (form && !form.dataset.sent && event.target.matches("select, [type=checkbox]")) form.requestSubmit();
});

document.addEventListener("focusout", (event) => {
  const form = event.target.closest?.("[data-cell-form]");
  if (!form || form.contains(event.relatedTarget)) return;
  setTimeout(() => {
    if (form.isConnected && !form.contains(document.activeElement) && document.hasFocus()) save(form, null);
  }, 0);
});

document.addEventListener("htmx:configRequest", (event) => {
  const form = event.detail.elt.closest?.("[data-cell-form]");
  if (!form) return;
  event.detail.parameters.shared = sharedOf(form);
  event.detail.parameters.at = new URL(form.closest("tr").dataset.href, location.href).searchParams.get("at");
  form.dataset.sent = "1";
});

for (const failed of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failed, (event) => {
    const form = event.detail.elt.closest?.("[data-cell-form]");
    if (form) delete form.dataset.sent;
    next = null;
  });
}

document.addEventListener("htmx:afterSettle", (event) => {
  const input = event.detail.elt.querySelector?.("#cell-input") ?? document.getElementById("cell-input");
  if (input) {
    input.focus();
    input.select?.();
    return;
  }
  if (next) goOn();
});
