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
    render: { option: row, item: row, no_results: () => nothing(select) },
  });
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
