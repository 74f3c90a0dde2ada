// Sets the theme before the first paint. A file of its own, so that the page needs no inline script.
(function () {
  var stored = null;
  try {
    stored = localStorage.getItem("genscope.theme");
  } catch {
    // Storage may be switched off; then the system decides.
  }
  var dark = stored === "dark" || (stored !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
