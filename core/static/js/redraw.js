/* A form that the server draws again while one fills it ([data-keep-typed]): what is typed or chosen meanwhile stays.
   On a narrow page its [data-fold] parts begin folded; those that somebody opened stay open. */

import { whenFresh, within } from "./fresh.js";

const TYPED = "input[name]:not([type=hidden], [type=checkbox], [type=radio], [type=file]), textarea[name], select[name]";
const CHOSEN = "input[id][type=checkbox], input[id][type=radio]";
const narrow = matchMedia("(max-width: 767.98px)");
const opened = new Set();
let asked = new Map();
let meant = new Map();

/** What stands in a form: typed values by their names, boxes by their ids. */
function stateOf(form) {
  return new Map([
    ...[...form.querySelectorAll(TYPED)].map((each) => [each.name, each.value]),
    ...[...form.querySelectorAll(CHOSEN)].map((each) => [`#${each.id}`, each.checked]),
  ]);
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest?.("[data-keep-typed]");
  if (form) asked = stateOf(form);
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.target;
  if (!form.matches?.("[data-keep-typed]")) return;
  meant = new Map([...stateOf(form)].filter(([key, value]) => asked.has(key) && asked.get(key) !== value));
});

/** Say again what was said while the answer was on its way, or before it was heard; the server is asked anew. */
function restore(form) {
  for (const input of form.querySelectorAll(TYPED)) {
    const known = meant.has(input.name);
    if (known) input.value = meant.get(input.name);
    if (known || (input.defaultValue !== undefined && input.value !== input.defaultValue)) tell(input, "input");
  }
  for (const box of form.querySelectorAll(CHOSEN)) {
    const wanted = meant.get(`#${box.id}`);
    if (wanted !== undefined && (wanted || box.type === "checkbox")) box.checked = wanted;
    if (box.checked !== box.defaultChecked && (box.checked || box.type === "checkbox")) tell(box, "change");
  }
  meant = new Map();
}

function tell(input, what) {
  input.dispatchEvent(new Event(what, { bubbles: true }));
}

function fold(root) {
  for (const part of within(root, "details[data-fold]")) {
    if (opened.has(part.dataset.fold)) part.open = true;
    else if (narrow.matches && !("stayOpen" in part.dataset)) part.open = false;
  }
}

whenFresh((root) => {
  within(root, "[data-keep-typed]").forEach(restore);
  fold(root);
});
document.addEventListener("htmx:afterSwap", () => fold(document)); // what came is seen before it is fresh

document.addEventListener("click", (event) => {
  const part = event.target.closest?.("details[data-fold] > summary")?.parentElement;
  if (!part) return;
  if (part.open) opened.delete(part.dataset.fold);
  else opened.add(part.dataset.fold);
});
