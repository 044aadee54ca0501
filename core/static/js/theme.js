/* Light, dark or like the system: applied at once, remembered here and, when signed in, by the server. */

import { whenFresh, within } from "./fresh.js";
import { ask } from "./wire.js";

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const CHOICES = ["light", "dark", "auto"];

export function chosenTheme() {
  return root.dataset.theme || localStorage.getItem("theme") || "auto";
}

function apply(choice) {
  root.dataset.theme = choice;
  localStorage.setItem("theme", choice);
  paint();
  for (const item of document.querySelectorAll("[data-theme-choice]")) {
    item.setAttribute("aria-checked", String(item.dataset.themeChoice === choice));
  }
  for (const button of document.querySelectorAll("[data-theme-cycle]")) nameCycle(button);
}

function paint() {
  const choice = chosenTheme();
  root.dataset.bsTheme = choice === "dark" || (choice === "auto" && system.matches) ? "dark" : "light";
  document.dispatchEvent(new CustomEvent("theme"));
}

function remember(choice) {
  const url = document.body.dataset.themeUrl;
  if (url) ask(url, { method: "POST", body: new URLSearchParams({ theme: choice }) });
}

function nameCycle(button) {
  const words = (button.dataset.words ?? "").split("|");
  const place = button.querySelector("span");
  if (place && words.length === 3) place.textContent = words[CHOICES.indexOf(chosenTheme())];
}

/** The height of a list's rows is remembered here, like the theme of who is not signed in. */
function applyRows(choice) {
  root.dataset.rows = choice;
  localStorage.setItem("rows", choice);
  markRows(document);
}

function markRows(piece) {
  for (const item of within(piece, "[data-rows-choice]")) {
    item.setAttribute("aria-checked", String(item.dataset.rowsChoice === root.dataset.rows));
  }
}

document.addEventListener("click", (event) => {
  const rows = event.target.closest("[data-rows-choice]");
  if (rows) applyRows(rows.dataset.rowsChoice);
  const item = event.target.closest("[data-theme-choice]");
  const cycle = event.target.closest("[data-theme-cycle]");
  if (!item && !cycle) return;
  event.preventDefault();
  const choice = item ? item.dataset.themeChoice : CHOICES[(CHOICES.indexOf(chosenTheme()) + 1) % 3];
  apply(choice);
  if (item) remember(choice);
});

system.addEventListener("change", paint);
localStorage.setItem("theme", chosenTheme());
document.querySelectorAll("[data-theme-cycle]").forEach(nameCycle);
whenFresh(markRows);
