// data-copy: a button that puts a text, such as a link or a token, on the clipboard.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const says = document.querySelector("[data-words]").dataset.copied;
  document.dispatchEvent(new CustomEvent("toast", { detail: { toasts: [{ says }] } }));
});
