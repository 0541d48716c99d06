// Requests of htmx: they carry the token against forged requests, and a failure says so instead of nothing happening.
const words = document.querySelector("[data-words]")?.dataset ?? {};

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") {
    event.detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
  }
});

document.addEventListener("htmx:sendError", () => tell(words.offline));
document.addEventListener("htmx:timeout", () => tell(words.offline));

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  const saidAlready = xhr.getResponseHeader("HX-Trigger") || xhr.status === 422 || xhr.status === 409;
  if (!saidAlready) tell(words.failed);
});

// While a request is under way the button that sent it is busy, and a second press sends nothing.
document.addEventListener("htmx:beforeRequest", (event) => busy(event.detail.elt, true));
document.addEventListener("htmx:afterRequest", (event) => busy(event.detail.elt, false));

function tell(says) {
  document.dispatchEvent(new CustomEvent("toast", { detail: { toasts: [{ says, means: "forever" }] } }));
}

function busy(element, on) {
  const button = element.matches("form") ? element.querySelector("button:not([type=button])") : element.closest("button");
  if (on) button?.setAttribute("aria-busy", "true");
  else button?.removeAttribute("aria-busy");
}
