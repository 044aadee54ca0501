/* Small courtesies of forms: errors take the focus, passwords can be seen, one choice sets others, files can be dropped. */

import { whenFresh, within } from "./fresh.js";

function freshForm(root) {
  within(root, "[data-focus]")[0]?.focus();
  for (const button of within(root, "[data-show-password]")) button.hidden = false;
  for (const radio of within(root, "input[data-locks]:checked")) lock(radio);
}

/** option[data-sets='{"currency": "USD"}']: choosing it fills those fields of the same form. */
function setOthers(select) {
  const sets = select.selectedOptions?.[0]?.dataset.sets;
  if (!sets) return;
  for (const [name, value] of Object.entries(JSON.parse(sets))) {
    const field = select.form.elements[name];
    if (!field) continue;
    if (field.tomselect) field.tomselect.setValue(value, true);
    else field.value = value;
  }
}

/** input[data-locks="a b"]: while it is chosen, the checkboxes of those values are ticked and fixed. */
function lock(radio) {
  const fixed = radio.dataset.locks.split(" ").filter(Boolean);
  const offered = (radio.dataset.unlocks ?? "").split(" ").filter(Boolean);
  for (const box of radio.form.querySelectorAll(`input[type=checkbox][name="${radio.dataset.locksName ?? "apps"}"]`)) {
    const isFixed = fixed.includes(box.value);
    if (isFixed) box.checked = true;
    else if (offered.includes(box.value)) box.checked = false;
    box.disabled = isFixed;
    box.closest("label")?.querySelector(".locked")?.toggleAttribute("hidden", !isFixed);
  }
}

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.matches("select")) setOthers(field);
  if (field.matches("input[data-locks]")) lock(field);
  if (field.matches("[data-submit-on-change]")) field.form.requestSubmit();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show-password]");
  if (!button) return;
  const field = document.getElementById(button.dataset.showPassword);
  const shown = field.type === "text";
  field.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
  field.focus();
});

document.addEventListener("dragover", (event) => {
  const zone = event.target.closest?.("[data-drop]");
  if (!zone) return;
  event.preventDefault();
  zone.classList.add("is-over");
});
document.addEventListener("dragleave", (event) => event.target.closest?.("[data-drop]")?.classList.remove("is-over"));
document.addEventListener("drop", (event) => {
  const zone = event.target.closest?.("[data-drop]");
  const input = zone?.querySelector("input[type=file]");
  if (!input || !event.dataTransfer.files.length) return;
  event.preventDefault();
  zone.classList.remove("is-over");
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

whenFresh(freshForm);
