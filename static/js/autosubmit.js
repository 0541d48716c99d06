// data-autosubmit: a form that is saved as you go, and says so. Its value is the pause in milliseconds.
const PAUSE = 500;
const waiting = new WeakMap();

document.addEventListener("input", (event) => soon(event, false));
document.addEventListener("change", (event) => soon(event, true));

document.addEventListener("htmx:beforeRequest", (event) => say(event.target, "saving"));
document.addEventListener("htmx:afterRequest", (event) => say(event.target, event.detail.successful ? "saved" : "failed"));

// Nobody loses the last words by leaving the page.
addEventListener("pagehide", () => {
  for (const form of document.querySelectorAll("form[data-autosubmit][data-changed]")) {
    fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true });
  }
});

function soon(event, settled) {
  const form = event.target.form?.matches("form[data-autosubmit]") ? event.target.form : null;
  if (!form || event.target.matches("[data-filter]")) return;
  if (settled && !("changed" in form.dataset)) return;
  form.dataset.changed = "";
  clearTimeout(waiting.get(form));
  const typed = event.target.matches("input:not([type=checkbox], [type=radio]), textarea, [contenteditable]");
  const pause = settled || !typed ? 0 : Number(form.dataset.autosubmit) || PAUSE;
  waiting.set(form, setTimeout(() => form.requestSubmit(), pause));
}

function say(form, state) {
  if (!form.matches?.("form[data-autosubmit]")) return;
  if (state === "saving") delete form.dataset.changed;
  if (state === "failed") form.dataset.changed = "";
  const shown = document.getElementById(form.dataset.saveStateId) ?? form.querySelector("[data-save-state]");
  if (!shown) return;
  shown.dataset.state = state;
  shown.textContent = shown.dataset[state];
}
