/* The dialog of a custom attribute: the values of a choice come and go as rows; what another type has no use for is hidden. */

import { whenFresh, within } from "./fresh.js";

const HUES = ["blue", "orange", "green", "violet", "red", "cyan", "amber", "pink", "teal", "lime", "brown", "slate"];

function start(form) {
  const kind = form.querySelector("[data-kind]");
  const choices = form.querySelector("[data-choices]");
  const show = () => {
    choices.hidden = kind.value !== choices.dataset.choices;
    const multiple = form.querySelector("[name=multiple]");
    multiple.closest(".field").hidden = kind.value === "boolean";
    if (kind.value === "boolean") multiple.checked = false;
  };
  kind.addEventListener("change", show);
  show();
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-choice-add]")) add(choices);
    const gone = event.target.closest("[data-choice-remove]")?.closest(".choice-row");
    if (gone) remove(gone);
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-hue]")) tint(event.target.closest(".choice-row"));
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.name !== "choice-name" || event.ctrlKey) return;
    event.preventDefault();
    const next = event.target.closest(".choice-row").nextElementSibling;
    if (next) next.querySelector("[name=choice-name]").focus();
    else add(choices);
  });
}

function add(choices) {
  const rows = choices.querySelector(".choice-rows");
  rows.append(choices.querySelector("[data-choice-blank]").content.cloneNode(true));
  const row = rows.lastElementChild;
  row.querySelector("[data-hue]").value = HUES[(rows.children.length - 1) % HUES.length];
  tint(row);
  row.querySelector("[name=choice-name]").focus();
}

function remove(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  (next?.querySelector("[name=choice-name]") ?? row.closest("fieldset").querySelector("[data-choice-add]")).focus();
  row.remove();
}

function tint(row) {
  row.querySelector(".hue").className = `hue h-${row.querySelector("[data-hue]").value}`;
}

whenFresh((root) => within(root, "[data-attribute]").forEach(start));
