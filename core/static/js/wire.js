/* Talking to the server: the CSRF token on every request, events that answers carry, the spoken region. */

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** Fetch as htmx would, so that views answer with the fragment and not with a whole page. */
export function ask(url, options = {}) {
  return fetch(url, {
    ...options,
    credentials: "same-origin",
    headers: { "HX-Request": "true", "X-CSRFToken": csrfToken(), ...(options.headers ?? {}) },
  });
}

/** Do what the headers of an answer to `ask` say. True when the page is going elsewhere. */
export function obey(answer) {
  const triggers = answer.headers.get("HX-Trigger");
  if (triggers) dispatchTriggers(triggers);
  const target = answer.headers.get("HX-Redirect") || answer.headers.get("HX-Location");
  if (target) location.assign(target);
  else if (answer.headers.get("HX-Refresh") === "true") location.reload();
  else return false;
  return true;
}

/** Say a result to those who do not see it. */
export function speak(text) {
  const voice = document.getElementById("voice");
  if (!voice) return;
  voice.textContent = "";
  requestAnimationFrame(() => { voice.textContent = text; });
}

export function startWire() {
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.body.addEventListener("speak", (event) => speak(event.detail.value ?? event.detail.text));
}

function dispatchTriggers(header) {
  const named = header.trim().startsWith("{")
    ? Object.entries(JSON.parse(header))
    : header.split(",").map((name) => [name.trim(), {}]);
  for (const [name, detail] of named) {
    document.body.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}
