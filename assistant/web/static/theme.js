"use strict";
// Runs before the first paint, so that a chosen theme never flashes the other one.
{
  const themes = ["auto", "light", "dark"];
  const root = document.documentElement;
  const read = () => {
    try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; }
  };
  const show = (theme) => { root.dataset.theme = themes.includes(theme) ? theme : "auto"; };
  show(read());
  addEventListener("DOMContentLoaded", () => {
    document.getElementById("theme")?.addEventListener("click", () => {
      const dark = matchMedia("(prefers-color-scheme: dark)").matches;
      const shown = root.dataset.theme === "auto" ? (dark ? "dark" : "light") : root.dataset.theme;
      const next = shown === "dark" ? "light" : "dark";
      show(next);
      try { localStorage.setItem("theme", next); } catch { /* storage is off: the choice lasts for this page */ }
    });
  });
}
