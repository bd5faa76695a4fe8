async ([within, options, sound]) => {
  // All that the contrast of a text hangs on; null where an element has no text of its own.
  const groundOf = (one, grounds = new Map()) => {
    if (!one) return "";
    if (!grounds.has(one)) {
      const { backgroundColor, backgroundImage, opacity, filter, mixBlendMode } = getComputedStyle(one);
      const own = [backgroundColor, backgroundImage, opacity, filter, mixBlendMode].join(" ");
      const plain = own === "rgba(0, 0, 0, 0) none 1 none normal";
      grounds.set(one, groundOf(one.parentElement, grounds) + (plain ? "" : `|${own}`));
    }
    return grounds.get(one);
  };
  const excused = (one) =>
    Boolean(one.closest(":disabled, [aria-disabled='true']") || one.closest("label")?.control?.disabled);
  const grounds = new Map();
  const lookOf = (one) => {
    const typed = one.matches("input:not([type=hidden]), select, textarea");
    const said = Array.from(one.childNodes).some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!typed && !said) return null;
    const { color, fontSize, fontWeight, textShadow, position } = getComputedStyle(one);
    return [color, fontSize, fontWeight, textShadow, position, typed, excused(one), groundOf(one, grounds)].join("; ");
  };
  const known = new Set(sound);
  const isNew = (one) => one.checkVisibility() && lookOf(one) !== null && !known.has(lookOf(one));
  const contrast = options.rules?.["color-contrast"]?.enabled !== false;
  const rules = { ...options.rules, "color-contrast": { enabled: false } };
  const { violations } = await axe.run(within || document, { ...options, rules });
  const roots = Array.from(document.querySelectorAll(within || ":root"));
  const include = contrast ? roots.flatMap((root) => [root, ...root.querySelectorAll("*")]).filter(isNew) : [];
  if (!include.length) return { violations, sound: [] };
  const asked = { runOnly: { type: "rule", values: ["color-contrast"] }, resultTypes: ["violations", "passes"] };
  const judged = await axe.run({ include }, { ...asked, elementRef: true });
  const passed = judged.passes.flatMap(({ nodes }) => nodes.map(({ element }) => lookOf(element)));
  for (const { nodes } of judged.violations) for (const node of nodes) delete node.element;
  return { violations: [...violations, ...judged.violations], sound: passed.filter((look) => look !== null) };
}
