/* Choosing rows: the list's footer turns into the bulk bar, whose form the checkboxes belong to. */

import { whenFresh } from "./fresh.js";
import { speak } from "./wire.js";

const LONG_PRESS = 500;
let last = null;

function table() {
  return document.querySelector("[data-rows]");
}

function boxes() {
  return [...document.querySelectorAll("[data-rows] [data-check]")];
}

/** Show what the checkboxes say. */
function draw() {
  const all = boxes();
  const chosen = all.filter((box) => box.checked);
  for (const box of all) box.closest("tr")?.classList.toggle("is-chosen", box.checked);
  const header = document.querySelector("[data-check-all]");
  if (header) {
    header.checked = all.length > 0 && chosen.length === all.length;
    header.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
  const form = document.querySelector("[data-bulk]");
  if (!form) return;
  if (chosen.length < all.length) form.elements.all.value = "";
  const whole = form.elements.all.value === "1";
  const none = form.querySelector("[data-check-none]");
  none.checked = whole;
  none.indeterminate = !whole;
  const chooser = form.querySelector("[data-choose-all]");
  const total = { ...table().dataset, ...(chooser?.dataset ?? {}) }; // the count comes late, with the button
  form.querySelector("[data-bulk-number]").textContent = whole ? (total.totalText ?? total.total ?? chosen.length) : chosen.length;
  chooser?.toggleAttribute("hidden", whole || Number(total.total) <= chosen.length);
  form.closest("[data-list-foot]").classList.toggle("is-bulk", chosen.length > 0);
  table().classList.toggle("is-choosing", chosen.length > 0);
  if (chosen.length) speak(form.querySelector(".bulk-count").textContent.trim());
}

function setAll(checked) {
  for (const box of boxes()) box.checked = checked;
  draw();
}

function range(to) {
  const all = boxes();
  const [from, until] = [all.indexOf(last), all.indexOf(to)].sort((a, b) => a - b);
  if (from >= 0) all.slice(from, until + 1).forEach((box) => { box.checked = to.checked; });
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-check]");
  if (box) {
    if (event.shiftKey && last) range(box);
    last = box;
    draw();
  } else if (event.target.matches("[data-check-all]")) {
    setAll(event.target.checked);
  } else if (event.target.matches("[data-check-none]")) {
    setAll(false);
    document.querySelector("[data-check-all]")?.focus();
  } else if (event.target.closest("[data-choose-all]")) {
    for (const each of boxes()) each.checked = true;
    document.querySelector("[data-bulk]").elements.all.value = "1";
    draw();
  }
});

let pressing = 0;
document.addEventListener("pointerdown", (event) => {
  const row = event.pointerType === "touch" && event.target.closest("[data-rows] tr[data-href]");
  if (!row) return;
  pressing = setTimeout(() => {
    const box = row.querySelector("[data-check]");
    if (!box) return;
    box.checked = !box.checked;
    draw();
    row.addEventListener("click", (click) => click.preventDefault(), { once: true, capture: true });
  }, LONG_PRESS);
});
for (const end of ["pointerup", "pointercancel", "pointermove"]) {
  document.addEventListener(end, () => clearTimeout(pressing));
}

whenFresh(() => { if (table()) draw(); });
document.addEventListener("htmx:afterSettle", () => { if (table()) draw(); });
