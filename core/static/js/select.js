/* Long lists of choices: select[data-choose] becomes searchable; an option's data-hue shows as its dot. */

import { loadVendor, whenFresh, within } from "./fresh.js";

async function start(select) {
  await loadVendor("tom-select.min.js");
  if (select.tomselect || !select.isConnected) return;
  const empty = select.querySelector('option[value=""]');
  new window.TomSelect(select, {
    allowEmptyOption: Boolean(empty),
    maxOptions: 500,
    plugins: select.multiple ? ["remove_button"] : [],
    placeholder: select.dataset.placeholder ?? "",
    onDropdownOpen: float,
    render: { option: row, item: row, no_results: () => nothing(select) },
  });
  select.setAttribute("aria-hidden", "true"); // its label now belongs to the control that stands for it
}

/** Over everything, so that no dialog or scrolling box cuts the list. */
function float(dropdown) {
  const control = dropdown.previousElementSibling.getBoundingClientRect();
  const room = innerHeight - control.bottom;
  dropdown.classList.add("is-floating");
  dropdown.style.width = `${control.width}px`;
  dropdown.style.left = `${control.left}px`;
  dropdown.style.top = room < 280 && control.top > room ? "auto" : `${control.bottom}px`;
  dropdown.style.bottom = room < 280 && control.top > room ? `${innerHeight - control.top + 4}px` : "auto";
}

function row(choice) {
  const line = document.createElement("div");
  const hue = choice.$option?.dataset.hue;
  const word = document.createElement("span");
  word.textContent = choice.text;
  if (hue) word.className = `word h-${hue}`;
  line.append(word);
  return line;
}

function nothing(select) {
  const line = document.createElement("div");
  line.className = "no-results";
  line.textContent = select.dataset.nothing ?? "—";
  return line;
}

whenFresh((root) => within(root, "select[data-choose]").forEach(start));
