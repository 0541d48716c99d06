// data-opens, data-closes, data-open-now: native dialogs. data-confirm and hx-confirm: one question before an act.
document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  const dialog = event.target.closest?.("dialog");
  if (opener) {
    const wanted = document.getElementById(opener.dataset.opens);
    if (wanted) {
      event.preventDefault();
      wanted.showModal();
    }
  } else if (dialog && (event.target === dialog || event.target.closest("[data-closes]"))) {
    dialog.close();
  }
});

document.addEventListener("htmx:load", (event) => {
  const found = event.target.matches?.("dialog[data-open-now]") ? event.target : event.target.querySelector?.("dialog[data-open-now]");
  if (found && !found.open) openForOnce(found);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, successful, requestConfig } = event.detail;
  if (successful && requestConfig?.verb !== "get") elt.closest("dialog[open]")?.close();
});

document.addEventListener("htmx:confirm", (event) => {
  const question = event.detail.question ?? event.detail.elt.dataset.confirm;
  if (!question || event.detail.elt.dataset.confirmed) return;
  event.preventDefault();
  ask(question, () => event.detail.issueRequest(true));
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = form.dataset.confirm;
  if (!question || form.dataset.confirmed || form.closest("[hx-post], [hx-delete], [hx-put], [hx-patch]")) return;
  event.preventDefault();
  ask(question, () => {
    form.dataset.confirmed = "yes";
    form.requestSubmit(event.submitter);
  });
});

document.querySelectorAll("dialog[data-open-now]").forEach(openForOnce);

function openForOnce(dialog) {
  dialog.addEventListener("close", () => dialog.remove(), { once: true });
  dialog.showModal();
}

function ask(question, act) {
  const dialog = document.getElementById("confirm-template").content.firstElementChild.cloneNode(true);
  dialog.querySelector("[data-confirm-question]").textContent = question;
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes") act();
  });
  document.body.append(dialog);
  openForOnce(dialog);
}
