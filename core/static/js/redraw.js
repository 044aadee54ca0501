/* A form that the server draws again while one fills it ([data-keep-typed]): what is typed meanwhile stays.
   On a narrow page its [data-fold] parts begin folded; those that somebody opened stay open. */

import { whenFresh, within } from "./fresh.js";

const TYPED = "input[name]:not([type=hidden], [type=checkbox], [type=radio], [type=file]), textarea[name], select[name]";
const narrow = matchMedia("(max-width: 767.98px)");
const opened = new Set();
let asked = new Map();
let typed = new Map();

const valuesIn = (form) => new Map([...form.querySelectorAll(TYPED)].map((each) => [each.name, each.value]));

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest?.("[data-keep-typed]");
  if (form) asked = valuesIn(form);
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.target;
  if (!form.matches?.("[data-keep-typed]")) return;
  typed = new Map([...valuesIn(form)].filter(([name, value]) => asked.has(name) && asked.get(name) !== value));
});

whenFresh((root) => {
  for (const form of within(root, "[data-keep-typed]")) {
    for (const input of form.querySelectorAll(TYPED)) {
      if (!typed.has(input.name)) continue;
      input.value = typed.get(input.name);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
    typed = new Map();
  }
  for (const part of within(root, "details[data-fold]")) {
    if (opened.has(part.dataset.fold)) part.open = true;
    else if (narrow.matches && !("stayOpen" in part.dataset)) part.open = false;
  }
});

document.addEventListener("toggle", (event) => {
  const key = event.target.dataset?.fold;
  if (!key) return;
  if (event.target.open) opened.add(key);
  else opened.delete(key);
}, true);
