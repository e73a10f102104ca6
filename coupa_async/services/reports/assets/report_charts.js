// Elements and charts. Text only ever enters the page as text nodes.
const GOOD = new Set(["COMPLETED", "NO_ATTACHMENTS"]);
const HEIGHT = 190, LEFT = 44, BOTTOM = 22, TOP = 12;

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

function colour(node, outcome) {
  node.style.setProperty("--colour", `var(--${outcome})`);
  return node;
}
const dot = (outcome) => colour(el("span", { class: "dot", "aria-hidden": "true" }), outcome);
const outcomesOf = (orders) => Object.keys(OUTCOMES).filter((outcome) => orders.some((one) => one.outcome === outcome));
function step(rough, steps = null) {
  if (steps) return steps.find((one) => one >= rough) ?? Math.ceil(rough / steps.at(-1)) * steps.at(-1);
  const power = 10 ** Math.floor(Math.log10(rough || 1));
  return [1, 2, 5, 10].find((one) => one * power >= rough * 0.999) * power;
}
const TIMES = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400].map((s) => s * 1e3);
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

function figure(title, note, ...content) {
  return el("figure", {}, el("figcaption", {}, title, el("span", {}, note)), ...content);
}
function numbers(caption, head, rows) {
  const line = (tag) => (row) => el("tr", {}, row.map((cell) => el(tag, tag === "th" ? { scope: "col" } : {}, cell)));
  return el("details", { class: "numbers" }, el("summary", {}, _("Numbers")), el("div", { tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", { class: "hidden" }, caption), el("thead", {}, line("th")(head)), el("tbody", {}, rows.map(line("td"))))));
}

function donut(counts) {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const shown = Object.keys(OUTCOMES).filter((one) => counts[one]);
  const good = shown.filter((one) => GOOD.has(one)).reduce((sum, one) => sum + counts[one], 0);
  const around = 2 * Math.PI * 72, gap = shown.length > 1 ? 2 : 0;
  let before = 0;
  const arcs = shown.map((one) => {
    const length = (counts[one] / (total || 1)) * around;
    const arc = svg("circle", { cx: 95, cy: 95, r: 72, class: "arc", transform: "rotate(-90 95 95)",
      "stroke-dasharray": `${Math.max(length - gap, 1)} ${around}`, "stroke-dashoffset": -before },
      svg("title", {}, `${OUTCOMES[one]}: ${whole.format(counts[one])}`));
    before += length;
    return colour(arc, one);
  });
  const story = shown.map((one) => `${OUTCOMES[one]} ${counts[one]}`).join(", ");
  return figure(_("Outcomes"), orderCount(total), el("div", { class: "round" },
    svg("svg", { viewBox: "0 0 190 190", role: "img", "aria-label": _("Of %(orders)s: %(story)s", { orders: orderCount(total), story }) }, ...arcs,
      svg("text", { x: 95, y: 100, "text-anchor": "middle", class: "big" }, percent(good, total)),
      svg("text", { x: 95, y: 120, "text-anchor": "middle" }, _("went well"))),
    el("table", {}, el("caption", { class: "hidden" }, _("Orders by outcome")), el("tbody", {}, shown.map((one) =>
      el("tr", {}, el("th", { scope: "row" }, dot(one), OUTCOMES[one]), el("td", {}, whole.format(counts[one])),
        el("td", {}, percent(counts[one], total))))))));
}

// A plot area with its axes; `x` and `y` turn values into places.
function frame(label, width, [x0, x1], top, xTicks, yUnit, least = 0) {
  const tick = Math.max(step(top / 4 || 1), least), y1 = Math.ceil(top / tick || 1) * tick, right = width - 10;
  const x = (value) => LEFT + ((value - x0) / (x1 - x0 || 1)) * (right - LEFT);
  const y = (value) => HEIGHT - BOTTOM - (value / y1) * (HEIGHT - BOTTOM - TOP);
  const root = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": label });
  for (let value = 0; value <= y1 * 1.001; value += tick) {
    root.append(svg("line", { class: "grid", x1: LEFT, x2: right, y1: y(value), y2: y(value) }),
      svg("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, tenth.format(value) + yUnit));
  }
  for (const [value, text] of xTicks) {
    root.append(svg("text", { x: x(value), y: HEIGHT - 4, "text-anchor": "middle" }, text));
  }
  return { root, x, y };
}
function timeTicks([start, end], width) {
  const every = step((end - start) / (width / 90), TIMES), ticks = [];
  const iso = (at) => new Date(at).toISOString();
  const told = every >= 864e5 ? (at) => day(iso(at), false) : end - start >= 864e5 ? (at) => moment(iso(at), { hasYear: false })
    : (at) => time(at, every >= 6e4 ? 5 : 8);
  for (let at = Math.ceil(start / every) * every; at <= end; at += every) ticks.push([at, told(at)]);
  return ticks;
}
function box(place, from, to, low, high, title) {
  const left = place.x(from) + 0.75, width = Math.max(place.x(to) - left - 0.75, 0.75);
  return svg("rect", { class: "box", x: left, width, y: place.y(high), height: place.y(low) - place.y(high) },
    svg("title", {}, title));
}

function throughput(orders, times, width) {
  // Few orders need few slots. Those of a run of minutes show orders; "a minute" would make hundreds of three.
  const most = Math.min(60, width / 9, Math.max(6, 2 * orders.length)), slots = [];
  const [start, end] = times, every = step((end - start) / most, TIMES), isRate = every >= 6e4;
  const first = Math.floor(start / every) * every, shown = outcomesOf(orders);
  for (let at = first; at <= end; at += every) slots.push({ at, counts: {}, total: 0 });
  for (const one of orders) {
    const slot = slots[Math.floor((one.at - first) / every)];
    slot.counts[one.outcome] = (slot.counts[one.outcome] ?? 0) + 1;
    slot.total += 1;
  }
  const rate = (count) => (isRate ? (count * 6e4) / every : count), last = first + slots.length * every;
  const top = Math.max(...slots.map((slot) => rate(slot.total)));
  const mean = _("%(num)s orders a minute on average", { num: tenth.format(orders.length / ((end - start) / 6e4)) });
  const story = end - start >= 6e4 ? mean : _("%(orders)s in %(span)s", { orders: orderCount(orders.length), span: span((end - start) / 1e3) });
  const label = isRate ? _("Orders a minute over time: %(story)s.", { story }) : _("Orders over time: %(story)s.", { story });
  const place = frame(label, width, [first, last], top, timeTicks(times, width), "", isRate ? 0 : 1);
  for (const { at, counts } of slots) {
    const parts = shown.filter((one) => counts[one]);
    const title = `${time(at, 8)}: ${parts.map((one) => `${counts[one]} ${OUTCOMES[one].toLowerCase()}`).join(", ")}`;
    let below = 0;
    for (const one of parts) {
      place.root.append(colour(box(place, at, at + every, rate(below), rate(below + counts[one]), title), one));
      below += counts[one];
    }
  }
  return figure(isRate ? _("Orders a minute") : _("Orders every %(span)s", { span: span(every / 1e3) }), story, place.root,
    el("p", { class: "key" }, shown.map((one) => el("span", {}, dot(one), OUTCOMES[one]))),
    numbers(_("Orders over time"), [_("From"), ...shown.map((one) => OUTCOMES[one])],
      slots.map(({ at, counts }) => [second(at), ...shown.map((one) => `${counts[one] ?? 0}`)])));
}

function durations(orders, width) {
  const sorted = orders.map((one) => one.seconds).sort((a, b) => a - b);
  if (!sorted.length) return figure(_("Seconds per order"), "", el("p", { class: "empty" }, _("No order was processed in this run.")));
  const half = quantile(sorted, 0.5), late = quantile(sorted, 0.95), end = Math.max(quantile(sorted, 0.99), 0.1);
  const every = step(end / Math.min(26, Math.max(5, 2 * sorted.length))), slots = new Array(Math.ceil(end / every) + 1).fill(0);
  for (const value of sorted) slots[Math.min(Math.floor(value / every), slots.length - 1)] += 1;
  const rest = (slots.length - 1) * every, jump = step(rest / Math.min(10, width / 55)), ticks = [];
  for (let value = 0; value < rest - jump * 0.6; value += jump) ticks.push([value, tenth.format(value)]);
  ticks.push([rest, `${tenth.format(rest)}+`]);
  const story = _("half within %(half)s, 95 %% within %(late)s", { half: seconds(half), late: seconds(late) }).replace("%%", "%");
  const place = frame(_("How long orders took: %(story)s.", { story }), width, [0, slots.length * every], Math.max(...slots), ticks, "", 1);
  const named = (index) => index === slots.length - 1 ? _("%(time)s and longer", { time: `${tenth.format(rest)} s` })
    : _("%(from)s to %(to)s", { from: tenth.format(index * every), to: `${tenth.format((index + 1) * every)} s` });
  slots.forEach((count, index) => {
    if (count) place.root.append(box(place, index * every, (index + 1) * every, 0, count, `${named(index)}: ${count}`));
  });
  place.root.append(svg("line", { class: "mean", x1: place.x(half), x2: place.x(half), y1: TOP, y2: HEIGHT - BOTTOM }));
  return figure(_("Seconds per order"), story, place.root,
    numbers(_("Orders by seconds"), [_("Time"), _("Orders")], slots.map((count, index) => [named(index), `${count}`])));
}

function health(run, times, width) {
  const memory = run.memory, restarts = run.moments.filter((one) => one.kind === "restart");
  const peak = Math.max(0, ...memory.map((one) => one.value));
  const story = [ngettext("%(num)s restart", "%(num)s restarts", restarts.length),
    ...(memory.length ? [_("memory at most %(share)s", { share: `${tenth.format(peak)} %` })] : [])].join(", ");
  if (!memory.length && !restarts.length) {
    return figure(_("Restarts and memory"), story, el("p", { class: "empty" }, _("No restarts, and no memory readings.")));
  }
  const place = frame(_("Restarts and memory over time: %(story)s.", { story }), width, times, 100, timeTicks(times, width), " %");
  if (memory.length) {
    const path = memory.map((one) => `${place.x(one.at).toFixed(1)},${place.y(one.value).toFixed(1)}`).join(" L");
    const foot = (one) => `${place.x(one.at)},${place.y(0)}`;
    place.root.append(svg("path", { class: "area", d: `M${foot(memory[0])} L${path} L${foot(memory.at(-1))}Z` }),
      svg("path", { class: "line", d: `M${path}` }));
    const limit = Number(memory.at(-1).detail);
    if (limit) place.root.append(svg("line", { class: "limit", x1: LEFT, x2: width - 10, y1: place.y(limit), y2: place.y(limit) }));
  }
  for (const one of restarts) {
    const x = place.x(one.at);
    place.root.append(svg("g", {}, svg("title", {}, `${time(one.at, 8)} ${one.worker}: ${one.detail}`),
      svg("line", { class: "stem", x1: x, x2: x, y1: TOP, y2: HEIGHT - BOTTOM }),
      svg("path", { class: "restart", d: `M${x - 5},${TOP - 8}h10l-5,8Z` })));
  }
  const rows = [...memory.map((one) => [one.at, `${tenth.format(one.value)} %`]), ...restarts.map((one) => [one.at, _("restart: %(worker)s, %(reason)s", { worker: one.worker, reason: one.detail })])];
  return figure(_("Restarts and memory"), story, place.root,
    el("p", { class: "key" }, el("span", {}, `▼ ${_("restart")}`), el("span", {}, `─ ${_("memory in use")}`), el("span", {}, `┄ ${_("threshold")}`)),
    numbers(_("Restarts and memory over time"), [_("Time"), _("What")], rows.sort((a, b) => a[0] - b[0]).map(([at, text]) => [second(at), text])));
}
