// data-shortcut: "/" or "p" or "ctrl+z" focuses the field, or presses the link or button, that carries it.
// Single keys do nothing while somebody types, and can be switched off by each reader.
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
  const typing = event.target.matches?.("input, textarea, select, [contenteditable]");
  const combined = event.ctrlKey || event.metaKey;
  if (typing || (!combined && document.documentElement.dataset.shortcuts === "off")) return;
  const key = `${combined ? "ctrl+" : ""}${event.shiftKey && combined ? "shift+" : ""}${event.key.toLowerCase()}`;
  const target = [...document.querySelectorAll(`[data-shortcut="${CSS.escape(key)}"]`)].find((found) => found.offsetParent && !found.disabled);
  if (!target) return;
  event.preventDefault();
  if (target.matches("input, textarea, select")) target.focus();
  else target.click();
});
