(() => {
  // Within Airflow its own choice of light or dark holds, and its frame has the title.
  const outer = window.parent !== window ? window.parent.document.documentElement : null;
  if (outer) {
    document.documentElement.classList.add("framed");
    const follow = () => {
      const theme = ["dark", "light"].find((name) => outer.classList.contains(name));
      if (theme) document.documentElement.dataset.theme = theme;
    };
    follow();
    new MutationObserver(follow).observe(outer, { attributes: true, attributeFilter: ["class"] });
  }
  const live = document.querySelector("[data-live]");
  if (!live) return;
  const seconds = Number(live.dataset.live);
  let failures = 0;
  const refresh = async () => {
    // Nobody looks, or somebody reads: then nothing moves.
    const reading = live.querySelector("details[open]") || live.contains(document.activeElement);
    if (!document.hidden && !reading) {
      try {
        const answer = await fetch(location.href, { credentials: "same-origin" });
        if (!answer.ok) throw new Error(answer.status);
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        const known = new Set([...live.querySelectorAll("[id]")].map((one) => one.id));
        live.replaceChildren(...fresh.querySelector("[data-live]").children);
        for (const one of live.querySelectorAll("[id]")) if (!known.has(one.id)) one.classList.add("fresh");
        failures = 0;
      } catch {
        failures = Math.min(failures + 1, 5);
      }
    }
    setTimeout(refresh, seconds * 1000 * 2 ** failures);
  };
  setTimeout(refresh, seconds * 1000);
})();
