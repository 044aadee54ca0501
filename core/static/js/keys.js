/* The keys of a page, never while typing: / N J K arrows Enter X E F Z ? and Ctrl Enter. */

import { undoNewest } from "./toast.js";

const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true], .ts-control";
const MOVES = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

function rows() {
  return [...document.querySelectorAll("[data-rows] :is(tr, li)[data-href]")];
}

function here() {
  return document.querySelector("[data-rows] .is-here");
}

function go(step) {
  const all = rows();
  if (!all.length) return press(step > 0 ? "next" : "prev");
  const at = all.indexOf(here());
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  here()?.classList.remove("is-here");
  next.classList.add("is-here");
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("a")?.focus({ preventScroll: true });
  return true;
}

/** Press what declares this key: data-key="n". */
function press(name) {
  const target = document.querySelector(`[data-key="${name}"]`);
  if (target?.matches("input")) target.focus();
  else target?.click();
  return Boolean(target);
}

function edit() {
  const row = here();
  if (!row) return press("e");
  const link = row.querySelector(`a[href="${CSS.escape(row.dataset.edit ?? "")}"]`) ?? [...row.querySelectorAll("a[href]")].find((a) => a.getAttribute("href") === row.dataset.edit);
  if (link) link.click();
  else if (row.dataset.edit) location.assign(row.dataset.edit);
  return true;
}

function toggleRow() {
  const box = here()?.querySelector("[data-check], [data-tick]");
  box?.click();
  return Boolean(box);
}

function openRow(event) {
  const row = here();
  if (!row || event.target.closest("a, button, summary")) return false;
  location.assign(row.dataset.href);
  return true;
}

function showKeys() {
  const list = document.getElementById("keys");
  if (list && !list.open) list.showModal();
  return Boolean(list);
}

function searchHere() {
  const field = document.querySelector("[data-search-here]");
  field?.focus();
  field?.select();
  return Boolean(field);
}

function save(event) {
  const form = event.target.closest?.("form");
  if (!form || event.target.closest("[data-typeahead]:not([data-typeahead-into])")) return false;
  const button = form.querySelector(".button-primary[type=submit]") ?? document.querySelector(`.button-primary[type=submit][form="${form.id}"]`);
  form.requestSubmit(button ?? undefined);
  return true;
}

function answer(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return save(event);
  if ((event.ctrlKey || event.metaKey) && !event.target.closest?.(TYPING) && !document.querySelector("dialog[open]")) {
    if (event.key === "ArrowUp") return press("prev");
    if (event.key === "ArrowDown") return press("next");
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPING)) return false;
  if (document.querySelector("dialog[open], details[data-menu][open]")) return false;
  if (event.key in MOVES) return go(MOVES[event.key]);
  switch (event.key.toLowerCase()) {
    case "/": return searchHere();
    case "n": return press("n");
    case "e": return edit();
    case "x": return toggleRow();
    case "f": return press("f");
    case "z": return undoNewest();
    case "?": return showKeys();
    case "enter": return openRow(event);
    default: return false;
  }
}

document.addEventListener("keydown", (event) => {
  if (!event.defaultPrevented && answer(event)) event.preventDefault();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-list]")) showKeys();
});
