/* Tells the other modules of markup that has just come: the page itself, an htmx swap, a dialog. */

const hearers = [];

/** Call `hear(root)` now or later for every piece of the page, once per piece. */
export function whenFresh(hear) {
  hearers.push(hear);
}

export function announceFresh(root) {
  for (const hear of hearers) hear(root);
}

export function startFresh() {
  announceFresh(document);
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) announceFresh(event.detail.elt);
  });
}

/** The elements of `root` that match, `root` itself included. */
export function within(root, selector) {
  const found = [...root.querySelectorAll(selector)];
  return root.matches?.(selector) ? [root, ...found] : found;
}

/** Load one of our vendored scripts when a page first needs it. */
export function loadVendor(name) {
  loading[name] ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(`../vendor/${name}`, import.meta.url).href;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
  return loading[name];
}

const loading = {};
