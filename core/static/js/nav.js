/* The navigation as a drawer on narrow screens. */

const rail = document.getElementById("rail");

function open(opener) {
  rail.classList.add("is-open");
  opener.setAttribute("aria-expanded", "true");
  rail.querySelector("a, button")?.focus();
}

function close() {
  if (!rail?.classList.contains("is-open")) return;
  rail.classList.remove("is-open");
  const opener = document.querySelector("[data-rail-open]");
  opener?.setAttribute("aria-expanded", "false");
  opener?.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-rail-open]");
  if (opener && rail) {
    event.preventDefault();
    open(opener);
  } else if (event.target.closest("[data-rail-close]")) {
    event.preventDefault();
    close();
  } else if (event.target.closest("#rail a")) {
    rail.classList.remove("is-open");
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});
