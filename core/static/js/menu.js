/* Pop-over menus: <details data-menu>. One open at a time, arrow keys, Esc, outside click; sheets of filters on phones. */

const ITEMS = "a[href], button:not([disabled]), input:not([type=hidden])";

function openMenus() {
  return document.querySelectorAll("details[data-menu][open]");
}

function closeMenus(except) {
  for (const menu of openMenus()) {
    if (menu !== except && !menu.contains(except)) menu.open = false;
  }
}

/** Keep the pop-over inside the window. */
function place(menu) {
  const box = menu.querySelector(".menu");
  if (!box) return;
  box.classList.remove("is-flipped-x", "is-flipped-y");
  const seen = box.getBoundingClientRect();
  box.classList.toggle("is-flipped-x", seen.right > innerWidth - 4 || seen.left < 4);
  box.classList.toggle("is-flipped-y", seen.bottom > innerHeight - 4 && seen.height < seen.top);
}

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLDetailsElement) || !menu.matches("[data-menu]") || !menu.open) return;
  closeMenus(menu);
  place(menu);
  menu.querySelector(".menu [autofocus], .menu input[type=search], .menu input[type=text]")?.focus();
}, true);

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  const sheet = document.querySelector("[data-sheet].is-sheet");
  if (sheet && !sheet.contains(event.target)) sheet.classList.remove("is-sheet");
  event.target.closest("[data-sheet-open]")?.closest("[data-sheet]")?.classList.toggle("is-sheet");
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (event.key === "Escape") {
    for (const open of openMenus()) {
      open.open = false;
      open.querySelector("summary").focus();
      event.stopPropagation();
    }
    document.querySelector("[data-sheet].is-sheet")?.classList.remove("is-sheet");
  } else if (menu && ["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) {
    const items = [...menu.querySelectorAll(".menu")].flatMap((box) => [...box.querySelectorAll(ITEMS)]);
    if (!items.length || event.target.matches("input[type=radio]")) return;
    event.preventDefault();
    const at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[event.key];
    items.at(next % items.length).focus();
  }
});
