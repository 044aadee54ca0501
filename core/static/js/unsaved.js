/* A form that holds something unsaved is not left without a question, whatever leads away from it. */

const form = document.querySelector("form[data-record-form]");

if (form) {
  let unsaved = form.hasAttribute("data-unsaved");
  let leaving = false;
  const touched = () => { unsaved = true; };
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  form.addEventListener("submit", () => { leaving = true; });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("beforeunload", (event) => {
    if (!unsaved || leaving) return;
    event.preventDefault();
    event.returnValue = ""; // what older browsers look at
  });
}
