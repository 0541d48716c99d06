// Event preferences: a choice of theme or shortcuts that the server has kept is seen at once.
document.addEventListener("preferences", (event) => {
  const { theme, shortcuts } = event.detail;
  const page = document.documentElement.dataset;
  if (theme === "auto") delete page.theme;
  else if (theme) page.theme = theme;
  if (shortcuts) page.shortcuts = shortcuts;
});
