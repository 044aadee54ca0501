/* Sets the theme and the height of rows before the first paint; a classic script in the head, so that nothing flashes. */
(() => {
  const root = document.documentElement;
  const chosen = root.dataset.theme || localStorage.getItem("theme") || "auto";
  const dark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.rows = localStorage.getItem("rows") || "roomy";
  root.dataset.bsTheme = dark ? "dark" : "light";
})();
