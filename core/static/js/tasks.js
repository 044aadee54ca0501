/* Lines of tasks: where one stood stays when they are read anew, a box in a list turns at once, a line is added again. */

let place = null;

/** The line that is marked, and where it stood, before its page is read anew. */
function remember(root) {
  const lines = [...root.querySelectorAll("section li[data-href]")];
  const at = lines.findIndex((line) => line.classList.contains("is-here") || line.contains(document.activeElement));
  place = at < 0 ? null : { id: lines[at].id, at };
}

function stand(root) {
  if (!place) return;
  const lines = [...root.querySelectorAll("section li[data-href]")];
  const line = lines.find((each) => each.id === place.id) ?? lines[Math.min(place.at, lines.length - 1)];
  place = null;
  if (!line) return;
  line.classList.add("is-here");
  line.querySelector("a")?.focus({ preventScroll: true });
}

/** The lists of records are not read anew by one tick: the box shows what it was turned to, and turns back the next time. */
function turnInList(form) {
  const button = form.querySelector(".task-tick");
  const wanted = form.elements.done;
  button.classList.toggle("is-done", wanted.value === "1");
  wanted.value = wanted.value === "1" ? "0" : "1";
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.matches?.("#day-parts")) remember(event.detail.target);
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.matches?.("#day-parts")) stand(event.detail.target);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (!form || !event.detail.successful || event.detail.requestConfig?.verb !== "post") return;
  if (form.matches(".rows .task-turn")) turnInList(form);
  if (form.matches("[data-task-add]")) {
    const title = form.elements.title;
    form.reset();
    title.focus();
  }
  form.closest("details[data-menu]")?.removeAttribute("open");
});
