// Screens the text as it is typed. A composing input method is left alone: what it holds is not yet what the writer means.
const words = JSON.parse(document.body.dataset.words);
const lang = document.body.dataset.lang;
const el = Object.fromEntries(
  ["text", "marks", "count", "own-policy", "policy", "policy-error", "copy", "copied", "curl", "action", "problem", "facts", "bubble", "reason", "evidence", "scores", "ticks"]
    .map((id) => [id, document.getElementById(id)]),
);
const verdict = document.querySelector(".verdict");
const WAIT_MS = 180;

let composing = false;
let timer = 0;
let running = null;
let screened = { text: "", findings: [] };

const node = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
const label = (name) => words.labels[name] ?? name.replace(/^custom:/, "");

// ---- the text and its marks

const marksFor = (text) => {
  // Until the next answer, a finding keeps its place only where the text before or after it is unchanged.
  const old = screened.text;
  let head = 0;
  while (head < Math.min(old.length, text.length) && old[head] === text[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(old.length, text.length) - head && old.at(-1 - tail) === text.at(-1 - tail)) tail += 1;
  const shift = text.length - old.length;
  return screened.findings.flatMap((finding, index) => {
    const { start_utf16: start, end_utf16: end } = finding;
    const rule = finding.source.startsWith("rule:");
    if (end <= head) return [{ start, end, rule, index }];
    if (start >= old.length - tail) return [{ start: start + shift, end: end + shift, rule, index }];
    return [];
  });
};

const drawMarks = (lit = -1) => {
  const text = el.text.value;
  const marks = marksFor(text);
  const edges = [...new Set([0, text.length, ...marks.flatMap((m) => [m.start, m.end])])].sort((a, b) => a - b);
  const pieces = edges.slice(0, -1).map((from, at) => {
    const over = marks.filter((m) => m.start <= from && m.end >= edges[at + 1]);
    const piece = text.slice(from, edges[at + 1]);
    if (!over.length) return piece;
    const names = [over.some((m) => m.rule) && "rule", over.some((m) => m.index === lit) && "lit"].filter(Boolean);
    return node("mark", { className: names.join(" ") }, piece);
  });
  el.marks.replaceChildren(...pieces, "\n");
  el.marks.scrollTop = el.text.scrollTop;
};

const measure = () => {
  el.count.textContent = words.count.replace("{count}", [...el.text.value].length);
};

const remember = () => {
  try { sessionStorage.setItem("text", el.text.value); } catch { /* storage is off */ }
};

// ---- the answer

const steps = (name) => screened.thresholds?.[name] ?? (name.startsWith("custom:") ? screened.thresholds?.["custom:*"] : null);

const act = (name, score) => {
  const least = steps(name);
  if (!least) return "allow";
  return ["block", "hide", "review", "mask"].find((step) => least[step] != null && score >= least[step]) ?? "allow";
};

const drawScores = () => {
  const rows = Object.entries(screened.scores).sort((a, b) => b[1] - a[1]).map(([name, score]) => {
    const fill = node("span", { className: "fill" });
    fill.style.width = `${(score * 100).toFixed(1)}%`;
    const track = node("span", { className: "track" }, fill);
    for (const [step, least] of Object.entries(steps(name) ?? {})) {
      if (least == null) continue;
      const tick = node("span", { className: "tick", title: `${words.actions[step]} ≥ ${least}` });
      tick.style.left = `${least * 100}%`;
      track.append(tick);
    }
    const row = node("li", { title: words.definitions[name] ?? "" }, node("span", {}, label(name)), track, node("span", { className: "value" }, score.toFixed(2)));
    row.dataset.action = act(name, score);
    return row;
  });
  el.scores.replaceChildren(...rows);
  el.ticks.hidden = !screened.thresholds;
};

const drawEvidence = () => {
  const rows = screened.findings.map((finding, index) => {
    const where = finding.field && finding.field !== "text" ? ` · ${finding.field}` : "";
    const meta = node("span", { className: "meta" }, `${finding.score.toFixed(2)} · ${finding.start}–${finding.end}${where} · `, node("code", {}, finding.source));
    const row = node("li", { className: finding.source.startsWith("rule:") ? "rule" : "model" }, `${label(finding.label)} `, node("q", {}, finding.text), meta);
    row.addEventListener("pointerenter", () => drawMarks(index));
    row.addEventListener("pointerleave", () => drawMarks());
    return row;
  });
  el.evidence.replaceChildren(...(rows.length ? rows : [node("li", { className: "hint" }, words.no_evidence)]));
};

const drawMember = () => {
  const { action } = screened;
  const gone = action === "hide" || action === "block" || action === "review";
  el.bubble.textContent = gone ? words.gone : action === "mask" ? screened.masked_text : screened.text;
  el.bubble.classList.toggle("gone", gone);
  el.reason.textContent = action === "allow" ? "" : screened.reason[lang] ?? screened.reason.en;
};

const drawFacts = () => {
  const facts = [
    [words.language, screened.language_supported ? screened.detected_language : `${screened.detected_language} (${words.unsupported})`],
    [words.policy, `${screened.policy.id} v${screened.policy.version}`],
    [words.model, `${screened.model.id} ${screened.model.version}`],
    [words.time, `${screened.elapsed_ms.toFixed(2)} ms`],
  ];
  if (screened.degraded) facts.unshift([words.degraded, "!"]);
  el.facts.replaceChildren(...facts.map(([name, value]) => node("div", {}, node("dt", {}, name), node("dd", {}, value))));
};

const showAction = (action, text) => {
  el.action.dataset.action = action;
  el.action.textContent = text.charAt(0).toUpperCase() + text.slice(1);
};

const settle = () => {
  verdict.classList.remove("stale");
  verdict.removeAttribute("aria-busy");
};

const clear = () => {
  settle();
  screened = { text: "", findings: [] };
  showAction("none", words.waiting);
  for (const part of [el.facts, el.evidence, el.scores]) part.replaceChildren();
  el.bubble.textContent = el.reason.textContent = "";
  el.ticks.hidden = true;
  complain("");
  drawMarks();
};

const show = (text, answer) => {
  screened = { ...answer, text, findings: answer.findings.filter((f) => !f.field || f.field === "text") };
  showAction(answer.action, words.actions[answer.action]);
  drawFacts();
  drawMember();
  drawEvidence();
  drawScores();
  drawMarks();
};

const complain = (sentence, inPolicy = false) => {
  const place = inPolicy ? el["policy-error"] : el.problem;
  for (const each of [el.problem, el["policy-error"]]) {
    each.hidden = each !== place || !sentence;
    each.textContent = each === place ? sentence : "";
  }
};

// ---- asking

const ownPolicy = () => document.querySelector("input[name=policy]:checked").value === "own";

const screen = async () => {
  const text = el.text.value;
  drawCurl();
  running?.abort();
  if (!text.trim()) return clear();
  running = new AbortController();
  const { signal } = running;
  verdict.classList.add("stale");
  verdict.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch("playground/screen", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": lang },
      body: JSON.stringify({ text, policy: ownPolicy() ? el.policy.value : null }),
      signal,
    });
    const said = await answer.json();
    if (answer.ok) { complain(""); show(text, said); } else complain(said.detail ?? String(answer.status), ownPolicy() && (answer.status === 422 || said.field === "policy"));
    if (answer.status === 429) schedule(1000 * Number(answer.headers.get("Retry-After") ?? 1));
  } catch (error) {
    if (error.name === "AbortError") return;
    complain(words.offline);
  }
  settle();
};

const schedule = (wait = WAIT_MS) => {
  clearTimeout(timer);
  timer = setTimeout(() => { if (!composing) screen(); }, wait);
};

// ---- the same request for a terminal

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

const drawCurl = () => {
  const body = JSON.stringify({ text: el.text.value });
  el.curl.textContent = `curl -s ${location.origin}/v1/moderate \\\n  -H "Authorization: Bearer $ASSISTANT_KEY" \\\n  -H 'Content-Type: application/json' \\\n  --data-raw ${quoted(body)}`;
};

el.copy.addEventListener("click", async () => {
  drawCurl();
  try {
    await navigator.clipboard.writeText(el.curl.textContent);
    el.copied.textContent = words.copied;
  } catch {
    el.curl.closest("details").open = true;
    getSelection().selectAllChildren(el.curl);
    el.copied.textContent = words.copy_by_hand;
  }
  setTimeout(() => { el.copied.textContent = ""; }, 4000);
});

// ---- events

el.text.addEventListener("compositionstart", () => { composing = true; clearTimeout(timer); running?.abort(); });
el.text.addEventListener("compositionend", () => { composing = false; remember(); schedule(); });
el.text.addEventListener("input", () => {
  drawMarks();
  measure();
  if (!composing) { remember(); schedule(); }
});
el.text.addEventListener("scroll", () => { el.marks.scrollTop = el.text.scrollTop; });
el.policy.addEventListener("input", () => schedule(500));
for (const choice of document.querySelectorAll("input[name=policy]")) {
  choice.addEventListener("change", () => { el["own-policy"].hidden = !ownPolicy(); schedule(0); });
}
for (const chip of document.querySelectorAll(".chip")) {
  chip.addEventListener("click", () => {
    el.text.value = chip.dataset.text;
    drawMarks(); measure(); remember(); schedule(0);
    el.text.focus();
  });
}

try { el.text.value ||= sessionStorage.getItem("text") ?? ""; } catch { /* storage is off */ }
el["own-policy"].hidden = !ownPolicy();
measure();
drawCurl();
if (el.text.value) screen();
