// The page looks again when something changed: its mark is no longer the one that the server tells.
"use strict";
(() => {
  const { follow, mark, here } = document.body.dataset;
  if (!follow) return;
  const source = new EventSource(follow);
  source.onmessage = (told) => {
    if (told.data === mark) return;
    source.close();
    location.replace(here);
  };
  // A button was pressed: its own answer comes.
  addEventListener("submit", () => source.close());
})();
