/* Ctrl K: go to, create, find. The server answers with groups of role=option links. */

import { ask, speak } from "./wire.js";

const palette = document.getElementById("palette");
const input = palette?.querySelector("input");
const found = document.getElementById("palette-found");
let timer = 0;
let asked = null;
let sought = Promise.resolve();

function open() {
  if (palette.open) return;
  palette.showModal();
  input.select();
  sought = find();
}

async function find() {
  clearTimeout(timer);
  timer = 0;
  asked?.abort();
  asked = new AbortController();
  const url = new URL(input.form.action);
  url.searchParams.set("q", input.value.trim());
  const lines = await linesOf(url, asked.signal).catch(() => null);
  if (lines === null) return;
  found.innerHTML = lines;
  const options = choices();
  options.forEach((option, at) => { option.id ||= `palette-option-${at}`; });
  mark(options[0]);
  speak(String(options.length));
}

async function linesOf(url, signal) {
  const answer = await ask(url, { signal });
  return answer.ok ? answer.text() : null;
}

function choices() {
  return [...found.querySelectorAll('[role="option"]')];
}

function mark(option) {
  for (const other of choices()) other.setAttribute("aria-selected", String(other === option));
  if (option) {
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

function move(step) {
  const options = choices();
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (options.length) mark(options.at((at + step + options.length) % options.length));
}

/** Who types fast presses Enter before the answer is there: what opens is of what was typed, not of what was shown. */
async function openChosen() {
  if (timer) sought = find();
  await sought;
  const option = found.querySelector('[aria-selected="true"]');
  if (!option || !palette.open) return;
  palette.close();
  option.click();
}

if (palette) {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { sought = find(); }, 120);
  });
  palette.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      // A search field would only empty itself.
      event.preventDefault();
      palette.close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      openChosen();
    }
  });
}
