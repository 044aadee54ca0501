/* A combobox over the server's matches: input[data-typeahead=address]. Options are links, or carry
   data-value and data-label for the hidden field named by data-typeahead-into. */

import { ask, speak } from "./wire.js";
import { announceFresh, whenFresh, within } from "./fresh.js";

const DEBOUNCE = 150;
let serial = 0;

function start(input) {
  if (input.getAttribute("role") === "combobox") return;
  const list = document.createElement("div");
  list.className = "combo-list";
  list.id = `combo-${(serial += 1)}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label") ?? input.labels?.[0]?.textContent.trim() ?? "");
  list.hidden = true;
  (input.closest(".combo") ?? input.parentElement).append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  listen(input, list);
}

function listen(input, list) {
  let timer = 0;
  let asked = null;
  const options = () => [...list.querySelectorAll('[role="option"]')];
  const chosen = () => list.querySelector('[aria-selected="true"]');

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (!option) return;
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  async function find() {
    const text = input.value.trim();
    if (text.length < Number(input.dataset.min ?? 3)) return close();
    asked?.abort();
    asked = new AbortController();
    const url = new URL(input.dataset.typeahead, location.href);
    url.searchParams.set("q", text);
    const answer = await ask(url, { signal: asked.signal }).catch(() => null);
    if (!answer?.ok) return;
    list.innerHTML = await answer.text();
    if (!list.firstElementChild) return close();
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    options().forEach((option, at) => { option.id ||= `${list.id}-${at}`; });
    mark(options()[0]);
    announceFresh(list);
    speak(String(options().length));
  }

  function take(option) {
    const into = input.dataset.typeaheadInto && document.getElementById(input.dataset.typeaheadInto);
    if (!into || option.dataset.value === undefined) return option.click();
    into.value = option.dataset.value;
    input.value = option.dataset.label ?? option.textContent.trim();
    into.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, DEBOUNCE);
  });
  if (input.dataset.typeaheadInto) input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => setTimeout(close, DEBOUNCE));
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option?.dataset.value !== undefined && input.dataset.typeaheadInto) take(option);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const all = options();
    const at = all.indexOf(chosen());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (all.length) mark(all.at((at + step + all.length) % all.length));
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (input.dataset.typeaheadInto) return; // in a form it saves, as everywhere
      event.preventDefault();
      input.form?.requestSubmit();
    } else if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      take(chosen());
    }
  });
}

whenFresh((root) => within(root, "input[data-typeahead]").forEach(start));
