// data-inserts-into, data-inserts: a button opens a list of fields for one input, and a choice puts its text where the caret was.
let target;

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-inserts-into]");
  const choice = event.target.closest?.("[data-inserts]");
  if (opener) target = document.getElementById(opener.dataset.insertsInto);
  if (!choice || !target?.isConnected) return;
  choice.closest("dialog")?.close();
  target.focus();
  target.setRangeText(choice.dataset.inserts, target.selectionStart, target.selectionEnd, "end");
  target.dispatchEvent(new Event("input", { bubbles: true }));
  target.dispatchEvent(new Event("change", { bubbles: true }));
}, true);
