// data-toasts: what just happened, said once and politely. A toast with a way back stays until it is closed or taken;
// the others leave after a while, but not while somebody reads them.
const READING_TIME = 8000;
const AT_MOST = 3;
const region = document.querySelector("[data-toasts]");

document.addEventListener("toast", (event) => event.detail.toasts.forEach(show));
region?.querySelectorAll("[data-toast]").forEach(leaveLater);

region?.addEventListener("click", (event) => {
  if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
});

region?.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) event.target.closest("[data-toast]")?.remove();
});

function show({ says, undo, see, means = "done" }) {
  const template = document.getElementById("toast-template").content.querySelector("[data-toast]");
  const toast = template.cloneNode(true);
  toast.dataset.means = means;
  toast.querySelector("[data-toast-says]").textContent = says;
  const icon = toast.querySelector("use");
  if (means === "forever") icon.setAttribute("href", icon.getAttribute("href").replace(/#.*/, "#alert-triangle"));
  offer(toast.querySelector("[data-toast-undo]"), undo);
  point(toast.querySelector("[data-toast-see]"), see);
  region.append(toast);
  htmx.process(toast);
  while (region.children.length > AT_MOST) region.firstElementChild.remove();
  leaveLater(toast);
}

function offer(form, undo) {
  if (!undo) return form.remove();
  form.action = undo;
  form.setAttribute("hx-post", undo);
  form.hidden = false;
}

function point(link, see) {
  if (!see) return link.remove();
  link.href = see.url;
  link.textContent = see.label;
  link.hidden = false;
}

function leaveLater(toast) {
  if (toast.querySelector("[data-toast-undo]:not([hidden]), [data-toast-see]:not([hidden])")) return;
  let leaving = setTimeout(() => toast.remove(), READING_TIME);
  for (const kind of ["mouseenter", "focusin"]) toast.addEventListener(kind, () => clearTimeout(leaving));
  for (const kind of ["mouseleave", "focusout"]) {
    toast.addEventListener(kind, () => (leaving = setTimeout(() => toast.remove(), READING_TIME)));
  }
}
