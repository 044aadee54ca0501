/* A value that is changed where it stands: Esc leaves it as it was. */

document.addEventListener("keydown", (event) => {
  const form = event.key === "Escape" && event.target.closest?.("[data-value-form]");
  if (!form) return;
  event.preventDefault();
  event.stopPropagation();
  form.querySelector("[data-leave]")?.click();
});
