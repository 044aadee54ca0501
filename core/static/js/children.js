/* Rows of a form: one more, one less, one higher; regions follow their country, sectors their zone. */

import { announceFresh, whenFresh, within } from "./fresh.js";
import { csrfToken, speak } from "./wire.js";

const regions = fetchOnce(new URL("../vendor/regions.json", import.meta.url));

function fetchOnce(url) {
  let asked;
  return () => (asked ??= fetch(url).then((answer) => answer.json()).catch(() => ({})));
}

function rowsOf(box) {
  return [...box.querySelectorAll("[data-row-list] > [data-row]")];
}

function addRow(box) {
  const numbers = rowsOf(box).map((row) => Number(/-(\d+)-row$/.exec(row.id)?.[1] ?? -1));
  const next = String(Math.max(-1, ...numbers) + 1);
  const shape = box.querySelector("template[data-row-blank]");
  const piece = document.createElement("div");
  piece.innerHTML = shape.innerHTML.replaceAll(`${box.dataset.rowsOf}-new-`, `${box.dataset.rowsOf}-${next}-`);
  const row = piece.firstElementChild;
  const main = row.querySelector("input[type=radio]");
  if (main) main.value = next;
  for (const button of row.querySelectorAll("button[value$='-new']")) button.value = `${box.dataset.rowsOf}-${next}`;
  box.querySelector("[data-row-list]").append(row);
  announceFresh(row);
  window.htmx?.process(row);
  settle(box);
  firstInput(row)?.focus();
}

function firstInput(row) {
  return row.querySelector(".form input:not([type=hidden]), .form select, .form .ts-control input");
}

function dropRow(row) {
  const box = row.closest("[data-rows-of]");
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const wasMain = row.querySelector("input[type=radio]")?.checked;
  for (const select of row.querySelectorAll("select")) select.tomselect?.destroy();
  row.remove();
  if (wasMain) {
    const first = box.querySelector("[data-row-list] input[type=radio]");
    if (first) first.checked = true;
  }
  settle(box);
  (next?.querySelector("[data-row-drop]") ?? box.querySelector("[data-row-add]")).focus();
}

function liftRow(row) {
  const before = row.previousElementSibling;
  if (!before) return;
  before.before(row);
  settle(row.closest("[data-rows-of]"));
  row.querySelector("[data-row-lift]").focus();
}

/** Count and number the rows anew, for eyes and ears. */
function settle(box) {
  const rows = rowsOf(box);
  box.querySelector("[data-row-count]").textContent = rows.length;
  rows.forEach((row, place) => {
    row.querySelector("legend").textContent = `${row.dataset.said} ${place + 1}`;
    row.querySelector("[data-row-lift]").disabled = place === 0;
  });
  speak(`${box.querySelector("h2").textContent.trim()}`);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-row-add], [data-row-drop], [data-row-lift], [data-unstage]");
  if (!button) return;
  event.preventDefault();
  if (button.matches("[data-row-add]")) addRow(button.closest("[data-rows-of]"));
  else if (button.matches("[data-row-drop]")) dropRow(button.closest("[data-row]"));
  else if (button.matches("[data-row-lift]")) liftRow(button.closest("[data-row]"));
  else unstage(button.closest("[data-staged]"));
});

/* Regions of the chosen country */

async function suggestRegions(select) {
  const input = document.querySelector(`[data-regions-of="${CSS.escape(select.id)}"]`);
  if (!input) return;
  const known = (await regions())[select.value] ?? [];
  input.list?.replaceChildren(...known.map((name) => new Option("", name)));
}

/* Values that lie within another one: select[data-within=zone] with option[data-inside] */

function narrow(inner) {
  const outer = outerOf(inner);
  if (!outer) return;
  const all = (inner.allOptions ??= [...inner.options].map((option) => option.cloneNode(true)));
  const chosen = inner.tomselect ? inner.tomselect.getValue() : inner.value;
  const fits = (option) => !option.dataset.inside || !outer.value || option.dataset.inside === outer.value;
  const shown = all.filter(fits).map((option) => option.cloneNode(true));
  for (const option of outer.value ? shown : []) option.textContent = option.dataset.name ?? option.textContent;
  const stays = shown.some((option) => option.value === chosen);
  if (inner.tomselect) {
    const kept = inner.tomselect;
    kept.destroy();
    inner.replaceChildren(...shown);
    inner.value = stays ? chosen : "";
    announceFresh(inner);
  } else {
    inner.replaceChildren(...shown);
    inner.value = stays ? chosen : "";
  }
}

/** Choosing the inner value first says the outer one too. */
function widen(inner) {
  const outer = outerOf(inner);
  const inside = inner.selectedOptions[0]?.dataset.inside;
  if (!outer || !inside || outer.value) return;
  if (outer.tomselect) outer.tomselect.setValue(inside, true);
  else outer.value = inside;
  narrow(inner);
}

function outerOf(inner) {
  const name = inner.name.replace(/[^-]+$/, inner.dataset.within);
  const outer = inner.form?.elements[name];
  return outer === inner ? null : outer;
}

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.matches?.("select")) return;
  if (field.dataset.within) widen(field);
  suggestRegions(field);
  for (const inner of field.form?.querySelectorAll("select[data-within]") ?? []) {
    if (inner !== field && outerOf(inner) === field) narrow(inner);
  }
});
whenFresh((root) => {
  for (const inner of within(root, "select[data-within]")) if (!inner.allOptions) narrow(inner);
  for (const box of within(root, "[data-rows-of]")) {
    rowsOf(box).forEach((row, place) => { row.querySelector("[data-row-lift]").disabled = place === 0; });
  }
});

/* Files of a form wait on the server from the moment they are chosen */

async function stage(input) {
  const list = input.form?.querySelector("[data-staged-list]") ?? document.getElementById("staged");
  const sent = new FormData();
  for (const file of input.files) sent.append("file", file);
  input.value = "";
  const line = document.createElement("li");
  line.className = "staged-wait";
  line.innerHTML = '<progress class="meter"></progress>';
  list.append(line);
  const answer = await fetch(input.dataset.stage, {
    method: "POST", body: sent, credentials: "same-origin", headers: { "X-CSRFToken": csrfToken(), "HX-Request": "true" },
  }).catch(() => null);
  line.remove();
  if (!answer?.ok) return document.body.dispatchEvent(new CustomEvent("toast", { detail: { text: document.getElementById("dialog")?.dataset.failed, kind: "error" } }));
  list.insertAdjacentHTML("beforeend", await answer.text());
  list.dispatchEvent(new Event("input", { bubbles: true }));
  list.querySelector("[data-staged]:last-child input:not([type=hidden])")?.focus();
}

function unstage(line) {
  const next = line.nextElementSibling ?? line.previousElementSibling;
  line.remove();
  (next?.querySelector("[data-unstage]") ?? document.querySelector("[data-stage]"))?.focus();
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-stage]") && event.target.files.length) stage(event.target);
});
