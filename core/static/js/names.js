/* Names while one types: after @ in a text ([data-names=mention]), or between commas ([data-names=list]).
   The server's suggestions come from the address that the nearest [data-people] names. */

import { ask, speak } from "./wire.js";
import { whenFresh, within } from "./fresh.js";

const DEBOUNCE = 150;
let serial = 0;

function start(input) {
  if (input.getAttribute("aria-autocomplete")) return;
  const list = document.createElement("div");
  list.className = "combo-list names-list";
  list.id = `names-${(serial += 1)}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label") ?? "");
  list.hidden = true;
  input.after(list);
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  if (input.tagName === "INPUT") {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "false");
  }
  listen(input, list);
}

/** The name that is being typed before the caret, and where it begins; null where none is. */
function wordOf(input) {
  const before = input.value.slice(0, input.selectionStart);
  if (input.dataset.names === "mention") {
    const found = /(?:^|[\s(])@([\p{L}\p{N}._-]{1,30}(?: [\p{L}._-]{0,30})?)$/u.exec(before);
    return found && { text: found[1], at: before.length - found[1].length };
  }
  const at = Math.max(before.lastIndexOf(","), before.lastIndexOf(";")) + 1;
  const text = before.slice(at).trimStart();
  return text ? { text, at: before.length - text.length } : null;
}

function listen(input, list) {
  let timer = 0;
  let asked = null;
  const options = () => [...list.querySelectorAll('[role="option"]')];
  const chosen = () => list.querySelector('[aria-selected="true"]');

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    if (input.hasAttribute("aria-expanded")) input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (!option) return;
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  async function find() {
    const word = wordOf(input);
    if (!word) return close();
    asked?.abort();
    asked = new AbortController();
    const url = new URL(input.closest("[data-people]").dataset.people, location.href);
    url.searchParams.set("q", word.text);
    url.searchParams.set("for", input.dataset.names);
    const answer = await ask(url, { signal: asked.signal }).catch(() => null);
    if (!answer?.ok || !wordOf(input)) return;
    list.innerHTML = await answer.text();
    const all = options();
    if (!all.length) return close();
    all.forEach((option, place) => { option.id = `${list.id}-${place}`; });
    list.hidden = false;
    if (input.hasAttribute("aria-expanded")) input.setAttribute("aria-expanded", "true");
    mark(all[0]);
    speak(`${all.length}: ${all[0].dataset.value}`);
  }

  function take(option) {
    const word = wordOf(input);
    if (!word) return close();
    const after = input.value.slice(input.selectionStart);
    const tail = input.dataset.names === "list" ? ", " : " ";
    input.setRangeText(option.dataset.value + (after.startsWith(tail.trimEnd()) && after ? "" : tail), word.at, input.selectionStart, "end");
    close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (wordOf(input)) timer = setTimeout(find, DEBOUNCE);
    else close();
  });
  input.addEventListener("blur", () => setTimeout(close, DEBOUNCE));
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) take(option);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.ctrlKey || event.metaKey) return;
    const all = options();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(all.at((all.indexOf(chosen()) + step + all.length) % all.length));
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if ((event.key === "Enter" || event.key === "Tab") && chosen()) {
      event.preventDefault();
      take(chosen());
    }
  });
}

whenFresh((root) => within(root, "[data-names]").forEach(start));
