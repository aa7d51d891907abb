// Runs before the first paint, so that a person who works in the dark is not flashed at.
(function () {
  var wanted = null;
  try {
    wanted = localStorage.getItem('rowhouse.scheme');
  } catch {
    // Storage is switched off: the system's preference decides.
  }
  var dark = wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
